-- A journal row costs less: the same rows, laws and order of triggers, with fewer statements on the way. What was measured is in
-- docs/performance/ingestion.md. Functions of one expression are plpgsql, which keeps their plan: Postgres plans a function in SQL that
-- cannot be inlined (search_path is set) anew at every call, up to 17.
-- Watch: a ticket that is made together with its first journal row has that row's time, so that folding the row into it touches no index.

create or replace function private.content_digest(p_salt bytea, p_actor text, p_body text, p_payload jsonb) returns bytea
language plpgsql immutable security invoker set search_path = '' as $$
begin
  return sha256(p_salt || convert_to(jsonb_build_array(p_actor, p_body, p_payload - 'facts')::text, 'UTF8'));
end
$$;

create or replace function private.action_hash(a public.ticket_actions) returns bytea
language plpgsql immutable security invoker set search_path = '' as $$
begin
  return sha256(convert_to(jsonb_build_array(
    a.ticket_id, a.seq, a.action_type, a.event, a.status_after, a.actor_type, a.written_by, a.external_id, a.refers_to,
    (extract(epoch from a.created_at) * 1000000)::bigint, a.payload -> 'facts',
    encode(a.content_digest, 'hex'), encode(a.prev_hash, 'hex'))::text, 'UTF8'));
end
$$;

create or replace function private.database_identity() returns text
language plpgsql stable security invoker set search_path = '' as $$
begin
  return coalesce(nullif(current_setting('role', true), 'none'), session_user::text);
end
$$;

create or replace function private.is_said(p_action_type public.action_type, p_event text, p_external_id text) returns boolean
language plpgsql immutable security invoker set search_path = '' as $$
begin
  return p_action_type = 'user_message'
    and (p_event in ('message', 'edited', 'deleted')
         -- /human says something; a press on a button does not.
         or (p_event = 'human_requested' and coalesce(p_external_id, '') !~ '^(telegram:callback|slack:action)/'));
end
$$;

create or replace function private.current_chat(p_platform public.platform, p_chat text) returns text
language plpgsql stable security definer set search_path = '' as $$  -- definer: callers hold no right on private tables
begin
  return coalesce((select new_chat from private.moved_chats where platform = p_platform and old_chat = p_chat), p_chat);
end
$$;

create or replace function private.ticket_of_message(p_external_id text) returns bigint
language plpgsql stable security invoker set search_path = '' as $$
begin
  return coalesce((select ticket_id from public.ticket_actions where external_id = p_external_id),
                  (select r.ticket_id from public.reply_attempts as a join public.replies as r on r.id = a.reply_id
                   where a.external_id = p_external_id));
end
$$;

create or replace function private.correlation_of_ticket(p_ticket_id bigint) returns text
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  return (select a.payload #>> '{facts,correlation_id}' from public.ticket_actions as a where a.ticket_id = p_ticket_id order by a.seq desc limit 1);
end
$$;

create or replace function private.correlation_of_attempt(p_attempt_id bigint) returns text
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  return (select e.correlation_id from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id where a.id = p_attempt_id);
end
$$;

create or replace function private.enqueue(p_queue text, p_message jsonb, p_delay_seconds integer default 0) returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
declare
  id bigint;
  correlation text;
begin
  if jsonb_typeof(p_message) = 'object' and not p_message ? 'correlation_id' then
    if p_message ->> 'attempt_id' is not null then
      correlation := private.correlation_of_attempt(substring(p_message ->> 'attempt_id' from '^[0-9]{1,18}$')::bigint);
    end if;
    if correlation is null and p_message ->> 'ticket_id' is not null then
      correlation := private.correlation_of_ticket(substring(p_message ->> 'ticket_id' from '^[0-9]{1,18}$')::bigint);
    end if;
    p_message := p_message || jsonb_strip_nulls(jsonb_build_object('correlation_id', correlation));
  end if;
  if p_queue = 'triage' then
    -- What pgmq.send does, since 1.4.4, for the queue of every message: its own statement is put together and planned at each call.
    insert into pgmq.q_triage (vt, message) values (clock_timestamp() + make_interval(secs => p_delay_seconds), p_message)
    returning msg_id into id;
  else
    select s into id from pgmq.send(p_queue, p_message, p_delay_seconds) as s;
  end if;
  if p_delay_seconds = 0
     and exists (select from private.queues where name = p_queue and idle_until > clock_timestamp()) then
    perform pg_notify('shiftbot_' || p_queue, '');
  end if;
  return id;
end
$$;

create or replace function private.queue_triage() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if private.is_said(new.action_type, new.event, new.external_id) then
    perform private.enqueue('triage', jsonb_strip_nulls(jsonb_build_object(
      'ticket_id', new.ticket_id, 'seq', new.seq, 'correlation_id', new.payload #> '{facts,correlation_id}')));
  end if;
  return null;
end
$$;

create or replace function private.chain_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers may append, not touch tickets
declare
  ticket public.tickets;
  status_before public.ticket_status;
begin
  select * into ticket from public.tickets where id = new.ticket_id for update;
  if not found then
    raise exception 'there is no ticket %', new.ticket_id
      using errcode = 'foreign_key_violation', constraint = 'ticket_actions_ticket_id_fkey';
  end if;
  -- Below depth 1 the row comes from a direct edit of the ticket, which has moved already.
  status_before := case when pg_trigger_depth() > 1 then (new.payload #>> '{facts,from}')::public.ticket_status end;
  status_before := coalesce(status_before, ticket.status);

  select t.to_status, coalesce(new.action_type, e.action_type) into new.status_after, new.action_type
  from public.status_transitions as t join public.action_events as e using (event)
  where t.from_status = status_before and t.event = new.event;
  if not found then
    perform private.refuse_move(ticket.id, status_before, format('by %s', new.event));
  end if;

  new.written_by := private.database_identity();
  if new.written_by = 'authenticated' then
    -- A report that came in through the API is a customer's side of the conversation, and says who sent it in.
    new.actor_type := (case when new.event = 'message' then 'customer' else 'engineer' end)::public.actor_type;
    new.actor := 'engineer:' || private.current_engineer_id();
  end if;
  new.actor_type := coalesce(new.actor_type, 'system');
  new.actor := coalesce(new.actor, new.written_by);
  new.payload := coalesce(new.payload, '{}'::jsonb);
  new.seq := ticket.last_action_seq + 1;
  -- A transaction that began earlier may come later: time never runs backwards within a ticket. One that this very statement has made
  -- keeps its time: folding the row into it then changes no indexed column.
  new.created_at := case when ticket.last_action_seq = 0 and ticket.updated_at >= statement_timestamp() then ticket.updated_at
                         else greatest(clock_timestamp(), ticket.updated_at) end;
  new.prev_hash := ticket.head_hash;
  new.content_salt := uuid_send(gen_random_uuid());
  new.content_digest := private.content_digest(new.content_salt, new.actor, new.body, new.payload);
  new.erased_at := null;
  new.hash := private.action_hash(new);
  return new;
end
$$;

create or replace function private.apply_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: only the journal moves tickets
begin
  update public.tickets set
    status = new.status_after,
    last_action_seq = new.seq,
    head_hash = new.hash,
    updated_at = new.created_at,
    last_said_seq = case when private.is_said(new.action_type, new.event, new.external_id) then new.seq else last_said_seq end,
    severity = coalesce((new.payload #>> '{facts,severity}')::numeric, severity),
    language = coalesce(new.payload #>> '{facts,language}', language),
    assigned_engineer_id = coalesce((new.payload #>> '{facts,assigned_engineer_id}')::bigint, assigned_engineer_id)
  where id = new.ticket_id;
  -- Apart, as it is rare: an update that names these columns has the trigger of the words to be found looked at, whatever it sets.
  if new.payload ? 'title' or new.payload ? 'summary' then
    update public.tickets set title = coalesce(new.payload ->> 'title', title), summary = coalesce(new.payload ->> 'summary', summary)
    where id = new.ticket_id;
  end if;
  return null;
end
$$;

create or replace function private.note_source_activity() returns trigger
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
  return null;
end
$$;

drop trigger expect_attachments on public.ticket_actions;
create trigger expect_attachments after insert on public.ticket_actions
  for each row when (new.actor_type = 'customer' and jsonb_typeof(new.payload -> 'attachments') = 'array'
                     and new.payload -> 'attachments' <> '[]')
  execute function private.expect_attachments();
