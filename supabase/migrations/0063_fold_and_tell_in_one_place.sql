-- A journal row is folded into its ticket and told by one trigger instead of four, which looks the source and the meaning of the row up
-- once. What a plain message asks for, most of the rows, it does itself; the rest calls what concerns it (decision 0023).
-- Watch: the ticket has the row before anything else is called.

do $$
declare
  waited_before text := current_setting('lock_timeout');
begin
  -- Writers take these in either order: who held one and waited for the other would wait in a ring with them. So nothing is held
  -- while the next is waited for, and writers go on meanwhile. (In a block, as the CLI's transaction is an implicit one.)
  perform set_config('lock_timeout', '300ms', true);
  loop
    begin
      lock table public.tickets, public.ticket_actions, private.ticket_words in access exclusive mode;
      exit;
    exception when lock_not_available or deadlock_detected then
      null;  -- whoever has come to stand behind it goes first now
    end;
  end loop;
  perform set_config('lock_timeout', waited_before, true);
end
$$;

-- Tickets are never removed, and the words are written by what inserts them: nothing is left for it to refuse.
alter table private.ticket_words drop constraint ticket_words_ticket_id_fkey;

-- The same law without a cast: a check is read from its text at every write of its table.
alter table public.tickets drop constraint severity_is_between_0_and_1,
  add constraint severity_is_between_0_and_1 check (severity between 0.0 and 1.0);

drop trigger apply_action on public.ticket_actions;
drop trigger broadcast_action on public.ticket_actions;
drop trigger publish_action on public.ticket_actions;
drop trigger react_to_action on public.ticket_actions;
drop function private.broadcast_action(), private.publish_action(), private.react_to_action(),
  private.note_source_activity(public.ticket_actions), private.queue_triage(public.ticket_actions);

create or replace function private.add_words(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  added tsvector := private.words_of_action(new);
begin
  insert into private.ticket_words as w (ticket_id, block, words) values (new.ticket_id, new.seq / 32, added)
  on conflict (ticket_id, block) do update set words = w.words || excluded.words where w.words is distinct from w.words || excluded.words;
end
$$;

create function private.publish_action(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  of_subscription bigint;
begin
  for of_subscription in
    select s.id from public.subscriptions as s where s.is_active and private.wants(s, new.ticket_id, new.event) order by s.id loop
    perform private.enqueue('deliveries',
      jsonb_build_object('subscription_id', of_subscription, 'ticket_id', new.ticket_id, 'seq', new.seq));
  end loop;
end
$$;
comment on function private.publish_action(public.ticket_actions) is
  'Puts a journal row on the queue for every active subscription that wants it.';

create function private.note_source_activity(p_source_id bigint, p_heard_at timestamptz) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  heard_at timestamptz;
begin
  select s.last_event_at into heard_at from private.source_activity as s where s.source_id = p_source_id;
  if heard_at is null then
    insert into private.source_activity (source_id, last_event_at) values (p_source_id, p_heard_at) on conflict do nothing;
  elsif heard_at < p_heard_at - interval '10 seconds' then
    -- A busy source has one row for many writers: it is written now and then only, and nobody waits for it.
    update private.source_activity set last_event_at = p_heard_at
    where source_id = (select s.source_id from private.source_activity as s
                       where s.source_id = p_source_id and s.last_event_at < p_heard_at - interval '10 seconds' for update skip locked);
  end if;
end
$$;
comment on function private.note_source_activity(bigint, timestamptz) is 'Remembers when a source was last heard of.';

create function private.react_to_action(new public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if new.actor_type = 'customer' and jsonb_typeof(new.payload -> 'attachments') = 'array' and new.payload -> 'attachments' <> '[]' then
    perform private.expect_attachments(new);
  end if;
  if new.event in ('reply_approved', 'draft_discarded') and new.payload #> '{facts,draft_id}' is not null then
    perform private.check_draft(new);
  end if;
  if new.status_after in ('escalation_pending', 'escalated') and new.event not in ('call_placed', 'call_outcome')
     or new.event in ('closed', 'deescalated') then
    perform private.follow_ticket(new);
  end if;
  if new.event = 'content_erased' then
    perform private.forget_notes(new);
    perform private.forget_verdict(new);
  end if;
  if new.event = 'public_reply' and new.action_type <> 'system_update' then
    perform private.overtake_answer(new);
  end if;
  if new.action_type <> 'system_update' and new.event in (
       'triaged_answer', 'triaged_escalate', 'reply_drafted', 'reply_approved', 'draft_discarded', 'public_reply',
       'feedback_positive', 'feedback_negative', 'human_requested') then
    perform private.queue_reply(new);
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
end
$$;
comment on function private.react_to_action(public.ticket_actions) is
  'Calls whatever concerns a journal row that is more than a customer''s message: replies, triage, pages, attachments.';

create or replace function private.apply_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: only the journal moves tickets
declare
  is_said boolean := private.is_said(new.action_type, new.event, new.external_id);
  of_source bigint;
begin
  update public.tickets set
    status = new.status_after,
    last_action_seq = new.seq,
    head_hash = new.hash,
    updated_at = new.created_at,
    last_said_seq = case when is_said then new.seq else last_said_seq end,
    severity = coalesce((new.payload #>> '{facts,severity}')::numeric, severity),
    language = coalesce(new.payload #>> '{facts,language}', language),
    assigned_engineer_id = coalesce((new.payload #>> '{facts,assigned_engineer_id}')::bigint, assigned_engineer_id)
  where id = new.ticket_id returning source_id into of_source;
  -- Apart, as it is rare: an update that names these columns has the trigger of the words to be found looked at, whatever it sets.
  if new.payload ? 'title' or new.payload ? 'summary' then
    update public.tickets set title = coalesce(new.payload ->> 'title', title), summary = coalesce(new.payload ->> 'summary', summary)
    where id = new.ticket_id;
  end if;
  perform realtime.send(
    jsonb_build_object('ticket_id', new.ticket_id, 'seq', new.seq, 'event', new.event, 'status', new.status_after),
    'ticket_moved', 'tickets', true);
  if exists (select from public.subscriptions where is_active) then
    perform private.publish_action(new);
  end if;
  if new.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved') then
    perform private.add_words(new);
  end if;
  if is_said and new.event in ('message', 'human_requested') then
    perform private.enqueue('triage', jsonb_strip_nulls(jsonb_build_object(
      'ticket_id', new.ticket_id, 'seq', new.seq, 'correlation_id', new.payload #> '{facts,correlation_id}')));
  end if;
  if not is_said or new.event <> 'message' or new.status_after <> 'open' or new.payload ? 'attachments' then
    perform private.react_to_action(new);
  end if;
  if new.actor_type = 'customer' then
    perform private.note_source_activity(of_source, new.created_at);  -- last: a source's first row is waited for, by whoever holds a page too
  end if;
  return null;
end
$$;
comment on function private.apply_action() is
  'Folds a journal row into its ticket, tells whoever listens, and calls what concerns it; of a plain message that is its triage.';
create trigger apply_action after insert on public.ticket_actions for each row execute function private.apply_action();

revoke execute on function private.publish_action(public.ticket_actions), private.note_source_activity(bigint, timestamptz),
  private.react_to_action(public.ticket_actions) from public;
