-- Outbound (laws 6 and 9): a journal row that speaks to the customer makes a reply and a queue message in its own
-- transaction. Each part is claimed before the send and its outcome recorded after, so a worker that died in between
-- leaves `unknown`: visible, looked up where the platform lets us, and never sent a second time by itself.

create table public.replies (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references public.tickets (id),
  cause_seq integer not null,
  kind text not null,
  body text,
  answers_seq integer not null,
  state text not null default 'pending',
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  constraint reply_kind_is_known check (kind in ('answer', 'hand_off', 'confirmation', 'public_reply', 'draft')),
  constraint reply_state_is_known
    check (state in ('draft', 'pending', 'delivered', 'unknown', 'failed', 'withdrawn', 'discarded')),
  constraint reply_has_one_cause unique (ticket_id, cause_seq)
);
alter table public.replies enable row level security;
create index replies_unknown_idx on public.replies (ticket_id) where state = 'unknown';
comment on table public.replies is 'What is to be said to a customer, or was: one row per journal row that speaks.';
comment on column public.replies.answers_seq is 'The conversation as the answer knew it (tickets.last_said_seq): once it moved on, an answer is withdrawn.';

create table public.reply_attempts (
  id bigint generated always as identity primary key,
  reply_id bigint not null references public.replies (id),
  part integer not null,
  state text not null default 'claimed',
  claimed_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  external_id text,
  error text,
  constraint reply_attempt_state_is_known check (state in ('claimed', 'sent', 'failed', 'unknown')),
  constraint sent_attempt_knows_its_message check (state <> 'sent' or external_id is not null),
  constraint sent_message_is_recorded_once unique (external_id)
);
alter table public.reply_attempts enable row level security;
create unique index reply_part_is_sent_at_most_once on public.reply_attempts (reply_id, part)
  where state in ('claimed', 'sent', 'unknown');
create index reply_attempts_reply_id_idx on public.reply_attempts (reply_id);
comment on table public.reply_attempts is 'Claims and outcomes of sending one part of a reply; the unique index is what keeps a reply from doubling.';

create function private.queue_reply() returns trigger
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
    when 'draft_discarded' then return null;
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
    return null;
  end if;
  insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq, state)
  values (new.ticket_id, new.seq, reply_kind, words,
          coalesce((new.payload #>> '{facts,answers_seq}')::integer, ticket.last_said_seq),
          case when reply_kind = 'draft' then 'draft' else 'pending' end)
  returning id into new_id;
  if reply_kind <> 'draft' then
    perform private.enqueue('replies', jsonb_build_object('reply_id', new_id, 'ticket_id', new.ticket_id));
  end if;
  return null;
end
$$;
comment on function private.queue_reply() is 'Turns a journal row that speaks to the customer into a reply and its queue message.';
create trigger queue_reply after insert on public.ticket_actions
  for each row
  when (new.action_type <> 'system_update'
        and new.event in ('triaged_answer', 'triaged_escalate', 'reply_drafted', 'reply_approved', 'draft_discarded',
                          'public_reply', 'feedback_positive', 'feedback_negative', 'human_requested'))
  execute function private.queue_reply();

create function private.claim_reply_part(p_reply_id bigint, p_part integer, p_stale_seconds integer)
returns table (outcome text, wait_seconds numeric, attempt_id bigint, ticket_id bigint, platform public.platform, chat text,
               thread_key text, anchor text, topic bigint, body text, buttons jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
#variable_conflict use_column
declare
  reply public.replies;
  ticket public.tickets;
  attempt public.reply_attempts;
  anchor_action public.ticket_actions;
begin
  select * into reply from public.replies as r where r.id = p_reply_id;
  select * into ticket from public.tickets as t where t.id = reply.ticket_id for update;
  select * into reply from public.replies as r where r.id = p_reply_id for update;
  if reply.id is null or reply.state not in ('pending', 'unknown') or reply.body is null then  -- null: erased
    return query select 'done', null::numeric, null::bigint, reply.ticket_id, null::public.platform, null::text,
                        null::text, null::text, null::bigint, null::text, null::jsonb;
    return;
  end if;
  select a.* into anchor_action from public.ticket_actions as a
  where a.ticket_id = ticket.id and a.event in ('message', 'human_requested')
    and a.external_id !~ '^(telegram:callback|slack:action)/'  -- a press is no message that could be answered
    and a.seq <= greatest(reply.answers_seq, 1)
  order by a.seq desc limit 1;
  select * into attempt from public.reply_attempts as a
  where a.reply_id = p_reply_id and a.part = p_part and a.state in ('claimed', 'sent', 'unknown');

  ticket_id := ticket.id;
  platform := ticket.platform;
  thread_key := ticket.thread_key;
  anchor := anchor_action.external_id;
  topic := (anchor_action.payload ->> 'message_thread_id')::bigint;
  chat := private.current_chat(ticket.platform, coalesce(
    substring(anchor from '^[a-z]+:([^/]+)/'), ticket.chat_external_id));
  body := reply.body;
  attempt_id := attempt.id;
  buttons := case when reply.kind = 'answer' then jsonb_build_array(
    jsonb_build_object('text', private.phrase('button_helped', ticket.language), 'event', 'feedback_positive'),
    jsonb_build_object('text', private.phrase('button_human', ticket.language), 'event', 'human_requested'))
    else '[]' end;

  if attempt.state = 'sent' then
    outcome := 'sent';
  elsif attempt.state = 'claimed' and attempt.claimed_at > clock_timestamp() - p_stale_seconds * interval '1 second' then
    outcome := 'wait';  -- another worker may still be sending it
    wait_seconds := p_stale_seconds;
  elsif attempt.id is not null then
    update public.reply_attempts as a set state = 'unknown', finished_at = coalesce(a.finished_at, clock_timestamp()),
      error = coalesce(a.error, 'the worker died between claim and outcome') where a.id = attempt.id
    returning extract(epoch from a.finished_at + interval '1 hour' - clock_timestamp()) into wait_seconds;
    outcome := 'unknown';  -- wait_seconds: how long the platform may still be asked; then a human decides
  elsif p_part = 0 and reply.kind = 'answer'
        and (ticket.last_said_seq > reply.answers_seq
             or ticket.status not in ('auto_answered', 'awaiting_feedback')
             -- The late outcome of an earlier reply also leads to awaiting_feedback, and this answer is owed all the same;
             -- only after an engineer's own words it would be one too many.
             or ticket.status = 'awaiting_feedback'
                and exists (select from public.replies as later
                            where later.ticket_id = ticket.id and later.kind = 'public_reply' and later.cause_seq > reply.cause_seq)) then
    update public.replies as r set state = 'withdrawn', finished_at = clock_timestamp() where r.id = reply.id;
    insert into public.ticket_actions (ticket_id, event, payload) values (ticket.id, 'reply_withdrawn',
      jsonb_build_object('facts', jsonb_build_object('reply_id', reply.id)));
    if ticket.status = 'auto_answered' then
      -- An edit or a deletion outdated it: unlike a new message, those call no triage by themselves.
      perform private.enqueue('triage', jsonb_build_object('ticket_id', ticket.id, 'seq', ticket.last_said_seq));
    end if;
    outcome := 'withdrawn';
  else
    wait_seconds := private.take_send_permit(ticket.platform, chat);
    outcome := 'wait';
    if wait_seconds = 0 then
      outcome := 'claimed';
      insert into public.reply_attempts (reply_id, part) values (p_reply_id, p_part) returning id into attempt_id;
    end if;
  end if;
  return next;
end
$$;
comment on function private.claim_reply_part(bigint, integer, integer) is
  'Claims the right to send one part: claimed, wait, sent (already), unknown (a worker died), withdrawn or done.';

create function private.record_reply_part(p_attempt_id bigint, p_state text, p_external_id text default null,
                                          p_error text default null) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
begin
  -- Ticket first, as every function here locks: a late outcome may meet the claim that gives its attempt up.
  perform from public.tickets where id = (
    select r.ticket_id from public.reply_attempts as a join public.replies as r on r.id = a.reply_id where a.id = p_attempt_id)
  for update;
  update public.reply_attempts
  set state = p_state, external_id = p_external_id, error = left(p_error, 1000), finished_at = clock_timestamp()
  where id = p_attempt_id and state in ('claimed', 'unknown');
end
$$;
comment on function private.record_reply_part(bigint, text, text, text) is
  'The outcome of a claimed part: sent, failed (surely not there) or unknown; the truth may come late, after unknown.';

create function private.finish_reply(p_reply_id bigint, p_msg_id bigint, p_state text, p_error text default null) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  reply public.replies;
begin
  select * into reply from public.replies where id = p_reply_id;
  perform from public.tickets where id = reply.ticket_id for update;
  update public.replies set state = p_state, finished_at = clock_timestamp()
  where id = p_reply_id and state <> p_state and state in ('pending', 'unknown');
  if found then
    insert into public.ticket_actions (ticket_id, event, actor_type, payload)
    values (reply.ticket_id, 'reply_' || p_state, 'bot', jsonb_build_object('error', left(p_error, 1000), 'facts',
      jsonb_build_object('reply_id', reply.id, 'kind', reply.kind, 'messages',
        (select coalesce(jsonb_agg(a.external_id order by a.part), '[]') from public.reply_attempts as a
         where a.reply_id = p_reply_id and a.state = 'sent'))));
  end if;
  perform private.archive_message('replies', p_msg_id);
end
$$;
comment on function private.finish_reply(bigint, bigint, text, text) is
  'Journals what became of a whole reply (delivered, unknown or failed) and archives its queue message.';

create function private.retry_reply(p_reply_id bigint, p_msg_id bigint, p_attempt_id bigint, p_retry_after numeric,
                                    p_error text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  reply public.replies;
  failures integer;
begin
  select * into reply from public.replies where id = p_reply_id;
  perform private.record_reply_part(p_attempt_id, 'failed', null, p_error);
  if reply.created_at < clock_timestamp() - interval '6 hours' then
    perform private.finish_reply(p_reply_id, p_msg_id, 'failed', p_error);
    return 'failed';
  end if;
  select count(*) into failures from public.reply_attempts where reply_id = p_reply_id and state = 'failed';
  perform private.postpone_message('replies', p_msg_id,
    greatest(coalesce(p_retry_after, 0), least(300, 2::numeric ^ least(failures, 9))));
  return 'postponed';
end
$$;
comment on function private.retry_reply(bigint, bigint, bigint, numeric, text) is
  'A send surely failed for now: try again with growing delays, six hours long, then call a human.';

create function private.resolve_reply(p_reply_id bigint, p_resend boolean) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: the one way a human decides an unknown reply
declare
  reply public.replies;
begin
  if private.database_identity() = 'authenticated' and private.current_engineer_id() is null then
    raise exception 'only an active engineer decides a reply' using errcode = 'insufficient_privilege';
  end if;
  perform from public.tickets where id = (select ticket_id from public.replies where id = p_reply_id) for update;
  -- What was erased cannot be said again.
  select * into reply from public.replies
  where id = p_reply_id and state in ('unknown', 'failed') and (body is not null or not p_resend) for update;
  if not found then
    raise exception 'reply % waits for no decision', p_reply_id
      using errcode = 'check_violation', constraint = 'only_unknown_or_failed_replies_are_resolved',
            hint = 'ops.unknown_replies lists the ones that do.';
  end if;
  if p_resend then
    update public.reply_attempts set state = 'failed', error = 'sent again by ' || private.current_actor()
    where reply_id = p_reply_id and state in ('unknown', 'claimed');
    update public.replies set state = 'pending', finished_at = null, kind = 'public_reply' where id = p_reply_id;
    perform private.enqueue('replies', jsonb_build_object('reply_id', p_reply_id, 'ticket_id', reply.ticket_id));
    return 'pending';
  end if;
  update public.replies set state = 'delivered' where id = p_reply_id;
  insert into public.ticket_actions (ticket_id, event, payload) values (reply.ticket_id, 'reply_delivered',
    jsonb_build_object('facts', jsonb_build_object('reply_id', p_reply_id, 'by', private.current_actor())));
  return 'delivered';
end
$$;
comment on function private.resolve_reply(bigint, boolean) is 'A human decides a reply of unknown outcome: send it again, or take it as delivered.';

create view ops.unknown_replies as
  select r.id as reply_id, r.ticket_id, r.state, r.finished_at as since, a.part, a.error
  from public.replies as r
  left join public.reply_attempts as a on a.reply_id = r.id and a.state = 'unknown'
  where r.state = 'unknown' or r.state = 'pending' and a.id is not null  -- the platform is still being asked
  order by r.finished_at;
comment on view ops.unknown_replies is 'Replies that may or may not have arrived; shiftbot replies resend|delivered decides.';

create function private.forget_replies() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
declare
  reply record;
  status_now public.ticket_status;
begin
  for reply in
    select r.id, r.ticket_id, r.state,
      exists (select from public.reply_attempts as a where a.reply_id = r.id and a.state in ('claimed', 'sent', 'unknown')) as has_begun
    from erased_rows as e join public.replies as r on r.ticket_id = e.ticket_id and r.cause_seq = e.seq order by r.id loop
    update public.replies as r set body = null,
      state = case when r.state = 'pending' and reply.has_begun then 'unknown'  -- some of it may be there by now
                   when r.state in ('draft', 'pending') then 'withdrawn' else r.state end
    where r.id = reply.id;
    continue when reply.state <> 'pending';
    insert into public.ticket_actions (ticket_id, event, payload)
    values (reply.ticket_id, case when reply.has_begun then 'reply_unknown' else 'reply_withdrawn' end,
            jsonb_build_object('facts', jsonb_build_object('reply_id', reply.id)))
    returning status_after into status_now;
    if status_now = 'open' then
      -- Nobody was answered: what is left of the conversation is judged anew.
      update private.triage_state as s set triaged_seq = 0 where s.ticket_id = reply.ticket_id;
      perform private.enqueue('triage', jsonb_build_object('ticket_id', reply.ticket_id));
    end if;
  end loop;
  return null;
end
$$;
comment on function private.forget_replies() is
  'Erases the copy of a reply''s words together with its journal row; one that still waited is withdrawn, in the journal too.';
create trigger forget_replies after update on public.ticket_actions
  referencing new table as erased_rows
  for each statement execute function private.forget_replies();
