-- What follows from a journal row is decided in one place: one trigger looks at the row and calls what concerns it. Each of the thirteen
-- triggers that did so had a condition of its own, and Postgres reads all conditions of a table from their text anew in every statement:
-- twenty thousand characters for a row that two of them concerned (docs/performance/ingestion.md).
-- Watch: the tables are locked in the order in which every writer takes them, tickets first.

do $$ begin  -- the CLI's transaction is an implicit one, where a bare LOCK is refused
  lock table public.tickets, public.ticket_actions in access exclusive mode;
end $$;

drop trigger add_words on public.ticket_actions;
drop trigger check_draft on public.ticket_actions;
drop trigger expect_attachments on public.ticket_actions;
drop trigger follow_ticket on public.ticket_actions;
drop trigger forget_notes on public.ticket_actions;
drop trigger forget_verdict on public.ticket_actions;
drop trigger note_source_activity on public.ticket_actions;
drop trigger overtake_answer on public.ticket_actions;
drop trigger queue_reply on public.ticket_actions;
drop trigger queue_triage on public.ticket_actions;
drop trigger queue_untriaged on public.ticket_actions;
drop trigger tell_of_needless_page on public.ticket_actions;
drop trigger tell_reporter on public.ticket_actions;
drop function private.add_words(), private.check_draft(), private.expect_attachments(), private.follow_ticket(), private.forget_notes(),
  private.forget_verdict(), private.note_source_activity(), private.overtake_answer(), private.queue_reply(), private.queue_triage(),
  private.queue_untriaged(), private.tell_of_needless_page(), private.tell_reporter();

create function private.add_words(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  insert into private.ticket_words as w (ticket_id, block, words) values (new.ticket_id, new.seq / 32, private.words_of_action(new))
  on conflict (ticket_id, block) do update set words = w.words || excluded.words where w.words is distinct from w.words || excluded.words;
end
$$;
comment on function private.add_words(public.ticket_actions) is 'What was said can be found.';

create function private.check_draft(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if not exists (select from public.replies as r
                 where r.id = (new.payload #>> '{facts,draft_id}')::bigint and r.ticket_id = new.ticket_id and r.state = 'draft') then
    raise exception 'draft % of ticket % does not wait any more', new.payload #>> '{facts,draft_id}', new.ticket_id
      using errcode = 'check_violation', constraint = 'draft_is_the_one_that_was_read', schema = 'public', table = 'ticket_actions',
            hint = 'Somebody approved or discarded it meanwhile, or a newer one has taken its place: look at what waits now.';
  end if;
end
$$;
comment on function private.check_draft(public.ticket_actions) is
  'Approving or discarding names the draft that was read; another one is not decided unread.';

create function private.expect_attachments(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  expected bigint;
begin
  for expected in
    insert into public.attachments (ticket_id, seq, file_id, source_url, kind, name, mime_type, size)
    select new.ticket_id, new.seq, f ->> 'file_id', f ->> 'url_private', coalesce(f ->> 'kind', 'file'), f ->> 'name', f ->> 'mime_type',
      case when jsonb_typeof(f -> 'size') = 'number' then (f ->> 'size')::numeric::bigint end
    from jsonb_array_elements(new.payload -> 'attachments') with ordinality as a (f, place)
    where jsonb_typeof(f) = 'object' and f ->> 'file_id' <> '' and place <= 50
    on conflict on constraint attachment_is_kept_once do nothing
    returning id loop
    perform private.enqueue('attachments', jsonb_build_object('attachment_id', expected, 'ticket_id', new.ticket_id));
  end loop;
end
$$;
comment on function private.expect_attachments(public.ticket_actions) is
  'Puts every file of a customer''s message on the queue of files to be kept.';

create function private.follow_ticket(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  page public.escalations;
begin
  if new.status_after = 'escalation_pending'
     and not exists (select from public.escalations where ticket_id = new.ticket_id and state in ('ringing', 'joined')) then
    perform private.lock_pages();
  end if;
  select * into page from public.escalations where ticket_id = new.ticket_id and state <> 'resolved' for update;
  if new.status_after = 'escalation_pending' then
    if page.id is null then
      insert into public.escalations (ticket_id, due_at) values (new.ticket_id, clock_timestamp()) returning * into page;
      perform private.begin_ringing(new.ticket_id, page.id);
    elsif page.state = 'acknowledged' then
      perform private.begin_ringing(new.ticket_id, page.id, false);  -- it has waited long enough
    end if;
  elsif page.id is null then
    return;
  elsif new.status_after = 'escalated' then
    if page.state <> 'acknowledged' then
      perform private.take_escalation(page, new);
    elsif new.actor = 'engineer:' || page.acknowledged_by then  -- whoever works on it is still there
      update public.escalations set reminded_at = null, ack_expires_at = clock_timestamp() + (select ack_timeout from public.app_settings)
      where id = page.id and ack_expires_at is not null;
    end if;
  else
    update public.escalations set state = 'resolved', due_at = null, changed_at = clock_timestamp() where id = page.id returning * into page;
    perform private.silence(page);
    perform private.queue_settling(page.id);
  end if;
end
$$;
comment on function private.follow_ticket(public.ticket_actions) is 'Opens, takes over or ends the escalation of a ticket that moved.';

create function private.forget_notes(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  update public.escalation_attempts set note = format('One more serious report, ticket %s; its words were erased.', new.ticket_id)
  where kind = 'notice' and notice_key like 'joined/%'
    and escalation_id in (select id from public.escalations where ticket_id = new.ticket_id);
end
$$;
comment on function private.forget_notes(public.ticket_actions) is 'Takes the title of an erased ticket out of the notice that told of it.';

create function private.forget_verdict(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  update private.triage_state as s set msg_id = null, lease_until = null
  where s.ticket_id = new.ticket_id and s.msg_id is not null;
  if found then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id));
  end if;
end
$$;
comment on function private.forget_verdict(public.ticket_actions) is
  'Takes the lease from a triage that still judges words erased meanwhile: its verdict would bring them back.';

create function private.note_source_activity(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  of_source bigint;
  heard_at timestamptz;
begin
  select t.source_id, s.last_event_at into of_source, heard_at
  from public.tickets as t left join private.source_activity as s on s.source_id = t.source_id where t.id = new.ticket_id;
  if heard_at is null then
    insert into private.source_activity (source_id, last_event_at) values (of_source, new.created_at) on conflict do nothing;
  elsif heard_at < new.created_at - interval '10 seconds' then
    -- A busy source has one row for many writers: it is written now and then only, and nobody waits for it.
    update private.source_activity set last_event_at = new.created_at
    where source_id = (select s.source_id from private.source_activity as s
                       where s.source_id = of_source and s.last_event_at < new.created_at - interval '10 seconds' for update skip locked);
  end if;
end
$$;
comment on function private.note_source_activity(public.ticket_actions) is 'Remembers when a source was last heard of.';

create function private.overtake_answer(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: engineers append actions, not replies
begin
  perform private.withdraw_answers(new.ticket_id, jsonb_build_object('overtaken_by', new.seq));
end
$$;
comment on function private.overtake_answer(public.ticket_actions) is
  'An engineer answers: what the bot was about to say, and has not begun to, is withdrawn.';

create function private.queue_reply(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: engineers append actions, not replies
declare
  ticket public.tickets;
  reply_kind text;
  words text;
  new_id bigint;
  draft text;
  has_moved boolean := new.status_after is distinct from
    (select a.status_after from public.ticket_actions as a where a.ticket_id = new.ticket_id and a.seq = new.seq - 1);
begin
  select * into ticket from public.tickets where id = new.ticket_id;
  if new.event in ('reply_drafted', 'reply_approved', 'draft_discarded') then
    -- One draft at a time waits: this one takes its place, speaks its words or throws it away.
    update public.replies set state = 'discarded', finished_at = clock_timestamp()
    where ticket_id = new.ticket_id and state = 'draft' returning body into draft;
  end if;
  case new.event
    when 'draft_discarded' then return;
    when 'triaged_answer' then reply_kind := 'answer'; words := new.body;
    when 'triaged_escalate' then reply_kind := 'hand_off'; words := new.body;
    when 'reply_drafted' then reply_kind := 'draft'; words := new.body;
    when 'public_reply' then reply_kind := 'public_reply'; words := new.body;
    when 'reply_approved' then reply_kind := 'public_reply'; words := coalesce(nullif(new.body, ''), draft);
    when 'feedback_positive' then
      reply_kind := 'confirmation';
      -- Said once: a second press on the same button moves nothing and is not answered again.
      words := case when has_moved and new.status_after = 'closed' then private.phrase('glad', ticket.language) end;
    else  -- feedback_negative, human_requested
      reply_kind := 'confirmation';
      words := case when has_moved then private.phrase('human_called', ticket.language) end;
  end case;
  if coalesce(words, '') !~ '[^[:space:]]' then
    if new.event = 'reply_approved' then  -- the ticket would wait for a reply that nobody sends
      raise exception 'ticket % has no draft that waits', new.ticket_id
        using errcode = 'check_violation', constraint = 'approved_reply_says_something', schema = 'public', table = 'ticket_actions',
              hint = 'Somebody may have approved or discarded it meanwhile; write the reply into body instead.';
    end if;
    return;
  end if;
  insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq, state, finished_at)
  values (new.ticket_id, new.seq, reply_kind, words,
          coalesce((new.payload #>> '{facts,answers_seq}')::integer, ticket.last_said_seq),
          -- There is no thread to answer into: it is said by standing in the timeline.
          case when reply_kind = 'draft' then 'draft' when ticket.platform = 'api' then 'delivered' else 'pending' end,
          case when reply_kind <> 'draft' and ticket.platform = 'api' then clock_timestamp() end)
  returning id into new_id;
  if reply_kind <> 'draft' and ticket.platform <> 'api' then
    perform private.enqueue('replies', jsonb_build_object('reply_id', new_id, 'ticket_id', new.ticket_id));
  end if;
end
$$;
comment on function private.queue_reply(public.ticket_actions) is
  'Turns a journal row that speaks to the customer into a reply and its queue message.';

create function private.queue_triage(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if private.is_said(new.action_type, new.event, new.external_id) then
    perform private.enqueue('triage', jsonb_strip_nulls(jsonb_build_object(
      'ticket_id', new.ticket_id, 'seq', new.seq, 'correlation_id', new.payload #> '{facts,correlation_id}')));
  end if;
end
$$;
comment on function private.queue_triage(public.ticket_actions) is
  'A customer''s message, or /human, puts its ticket on the triage queue, in the same transaction.';

create function private.queue_untriaged(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  covered integer := coalesce((select s.triaged_seq from private.triage_state as s where s.ticket_id = new.ticket_id), 0);
begin
  if exists (select from public.tickets as t where t.id = new.ticket_id and t.last_said_seq > covered)
     and not (new.event in ('edited', 'deleted') and exists (
       select from public.ticket_actions as a
       where a.ticket_id = new.ticket_id and a.seq > covered and a.seq < new.seq
         and private.is_said(a.action_type, a.event, a.external_id))) then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id));
  end if;
end
$$;
comment on function private.queue_untriaged(public.ticket_actions) is
  'A ticket that is open and holds words that no verdict covers is triaged: it is open again, or they were changed after the verdict.';

create function private.tell_of_needless_page(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  perform private.queue_catch_up(a.id, new.ticket_id)
  from (select distinct on (engineer_id, method) * from public.escalation_attempts
        where escalation_id = (select max(id) from public.escalations where ticket_id = new.ticket_id)
          and kind = 'ring' and method in ('telegram_message', 'slack_message') and external_id is not null
        order by engineer_id, method, id desc) as a;
end
$$;
comment on function private.tell_of_needless_page(public.ticket_actions) is 'The messages of a page say that it was not needed.';

create function private.tell_reporter(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: whoever acknowledges holds no right on replies
declare
  ticket public.tickets;
  reply_id bigint;
begin
  select * into ticket from public.tickets where id = new.ticket_id;
  -- Said once per escalation, not again by whoever takes over after an acknowledgement ran out; and not where the bot is silent.
  if (select settings ->> 'reply_mode' from public.sources where id = ticket.source_id) = 'off'
     or (select a.event from public.ticket_actions as a
         where a.ticket_id = new.ticket_id and a.seq < new.seq and a.event in ('ack_expired', 'acknowledged', 'deescalated', 'closed', 'reopened')
         order by a.seq desc limit 1) = 'ack_expired' then
    return;
  end if;
  insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq)
  values (new.ticket_id, new.seq, 'confirmation', private.phrase('engineer_has_it', ticket.language), ticket.last_said_seq)
  returning id into reply_id;
  perform private.enqueue('replies', jsonb_build_object('reply_id', reply_id, 'ticket_id', new.ticket_id));
end
$$;
comment on function private.tell_reporter(public.ticket_actions) is 'The reporter hears in the thread that an engineer has it.';

create function private.react_to_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if new.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved') then
    perform private.add_words(new);
  end if;
  if new.event in ('reply_approved', 'draft_discarded') and new.payload #> '{facts,draft_id}' is not null then
    perform private.check_draft(new);
  end if;
  if new.actor_type = 'customer' and jsonb_typeof(new.payload -> 'attachments') = 'array' and new.payload -> 'attachments' <> '[]' then
    perform private.expect_attachments(new);
  end if;
  if new.status_after in ('escalation_pending', 'escalated') and new.event not in ('call_placed', 'call_outcome')
     or new.event in ('closed', 'deescalated') then
    perform private.follow_ticket(new);
  end if;
  if new.event = 'content_erased' then
    perform private.forget_notes(new);
    perform private.forget_verdict(new);
  end if;
  if new.actor_type = 'customer' then
    perform private.note_source_activity(new);
  end if;
  if new.event = 'public_reply' and new.action_type <> 'system_update' then
    perform private.overtake_answer(new);
  end if;
  if new.action_type <> 'system_update' and new.event in (
       'triaged_answer', 'triaged_escalate', 'reply_drafted', 'reply_approved', 'draft_discarded', 'public_reply',
       'feedback_positive', 'feedback_negative', 'human_requested') then
    perform private.queue_reply(new);
  end if;
  if new.event in ('message', 'human_requested') and new.action_type = 'user_message' then
    perform private.queue_triage(new);
  end if;
  if new.status_after = 'open' and new.payload #> '{facts,after_close}' is null
     and (new.event in ('reopened', 'deescalated', 'edited', 'deleted') or (new.event = 'message' and new.action_type = 'system_update')
          or (new.event = 'reply_withdrawn' and new.payload #> '{facts,overtaken_by}' is not null)) then
    perform private.queue_untriaged(new);
  end if;
  if new.event = 'page_not_needed' then
    perform private.tell_of_needless_page(new);
  end if;
  if new.event = 'acknowledged' and new.action_type = 'engineer_note' then
    perform private.tell_reporter(new);
  end if;
  return null;
end
$$;
comment on function private.react_to_action() is 'Calls whatever concerns a new journal row: replies, words to be found, triage, pages, attachments.';
-- By its name it comes after apply_action: the ticket has the row already.
create trigger react_to_action after insert on public.ticket_actions for each row execute function private.react_to_action();

revoke execute on function private.add_words(public.ticket_actions), private.check_draft(public.ticket_actions),
  private.expect_attachments(public.ticket_actions), private.follow_ticket(public.ticket_actions),
  private.forget_notes(public.ticket_actions), private.forget_verdict(public.ticket_actions),
  private.note_source_activity(public.ticket_actions), private.overtake_answer(public.ticket_actions),
  private.queue_reply(public.ticket_actions), private.queue_triage(public.ticket_actions),
  private.queue_untriaged(public.ticket_actions), private.tell_of_needless_page(public.ticket_actions),
  private.tell_reporter(public.ticket_actions),  private.react_to_action() from public;

-- Of tickets, too: the fold of every row is an update, and had the condition of a direct edit read, which is rare.
drop trigger journal_ticket_edit on public.tickets;
drop trigger journal_ticket_insert on public.tickets;
create or replace function private.journal_ticket_edit() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: an edit is journaled whoever made it
declare
  facts jsonb;
begin
  if tg_op = 'INSERT' and coalesce(new.severity::text, new.title, new.summary, new.language, new.assigned_engineer_id::text) is null
     or tg_op = 'UPDATE' and
       (old.status, old.severity, old.title, old.summary, old.language, old.assigned_engineer_id, old.parent_ticket_id, old.chat_external_id)
       is not distinct from
       (new.status, new.severity, new.title, new.summary, new.language, new.assigned_engineer_id, new.parent_ticket_id, new.chat_external_id)
  then
    return null;
  end if;
  facts := jsonb_strip_nulls(jsonb_build_object(
    'from', case when new.status <> old.status then old.status end,
    'to', case when new.status <> old.status then new.status end,
    'severity', case when new.severity is distinct from old.severity then new.severity end,
    'language', case when new.language is distinct from old.language then new.language end,
    'assigned_engineer_id',
      case when new.assigned_engineer_id is distinct from old.assigned_engineer_id then new.assigned_engineer_id end,
    'parent_ticket_id', case when new.parent_ticket_id is distinct from old.parent_ticket_id then new.parent_ticket_id end,
    'chat_external_id', case when new.chat_external_id <> old.chat_external_id then new.chat_external_id end,
    'cleared', nullif(array_remove(array[
      case when new.severity is null and old.severity is not null then 'severity' end,
      case when new.title is null and old.title is not null then 'title' end,
      case when new.summary is null and old.summary is not null then 'summary' end,
      case when new.language is null and old.language is not null then 'language' end,
      case when new.assigned_engineer_id is null and old.assigned_engineer_id is not null then 'assigned_engineer_id' end],
      null), '{}')));
  insert into public.ticket_actions (ticket_id, action_type, event, payload)
  values (new.id, 'system_update',
    case when new.status <> old.status then private.event_of_edit(old.status, new.status) else 'ticket_edited' end,
    jsonb_strip_nulls(jsonb_build_object(
      'facts', facts,
      'title', case when new.title is distinct from old.title then new.title end,
      'summary', case when new.summary is distinct from old.summary then new.summary end)));
  return null;
end
$$;
create trigger journal_ticket_edit after update on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.journal_ticket_edit();
-- A ticket that is inserted by hand with a title or a severity: what it knows is in its journal too.
create trigger journal_ticket_insert after insert on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.journal_ticket_edit();
