-- What follows from a journal row, as plain functions that take the row: the bodies of the trigger functions of the same names, which
-- 0061 calls from one place and drops; and new, that the messages of a page say that it was not needed (0059).
-- Watch: the parameter is called new, so that each reads as its trigger did.

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

revoke execute on function private.add_words(public.ticket_actions), private.check_draft(public.ticket_actions),
  private.expect_attachments(public.ticket_actions), private.follow_ticket(public.ticket_actions),
  private.forget_notes(public.ticket_actions), private.forget_verdict(public.ticket_actions),
  private.note_source_activity(public.ticket_actions), private.overtake_answer(public.ticket_actions),
  private.queue_reply(public.ticket_actions), private.queue_triage(public.ticket_actions),
  private.queue_untriaged(public.ticket_actions), private.tell_of_needless_page(public.ticket_actions),
  private.tell_reporter(public.ticket_actions) from public;
