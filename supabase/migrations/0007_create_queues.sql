-- The queues (law 6): pgmq behind a few functions of our own, so that programs need no right on schema pgmq, and only
-- calls that exist since pgmq 1.4.4. Archived, never deleted: the archive is the delivery history.
-- Watch: NOTIFY makes every commit its own fsync, so a message is announced only while a worker has declared itself idle;
-- workers poll as well. Never join other tables in the statement that reads: rows committed a moment later would be lost.

do $$
begin
  if to_regclass('pgmq.meta') is null and exists (select from pg_catalog.pg_available_extensions where name = 'pgmq') then
    create extension pgmq;
  end if;
end
$$;

select pgmq.create(name)
from unnest(array['triage', 'replies', 'escalations', 'triage_dead', 'replies_dead', 'escalations_dead']) as name;

create table private.queues (
  name text primary key,
  idle_until timestamptz not null default '-infinity'
);
alter table private.queues enable row level security;
insert into private.queues (name) values ('triage'), ('replies'), ('escalations');
comment on table private.queues is 'The work queues, and until when some worker of each waits to be notified.';

create function private.enqueue(p_queue text, p_message jsonb, p_delay_seconds integer default 0) returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
declare
  id bigint;
begin
  select s into id from pgmq.send(p_queue, p_message, p_delay_seconds) as s;
  if p_delay_seconds = 0
     and exists (select from private.queues where name = p_queue and idle_until > clock_timestamp()) then
    perform pg_notify('shiftbot_' || p_queue, '');
  end if;
  return id;
end
$$;
comment on function private.enqueue(text, jsonb, integer) is 'Puts a message on a queue in the caller''s transaction and wakes an idle worker.';

create function private.read_queue(p_queue text, p_vt_seconds integer, p_quantity integer)
returns table (msg_id bigint, read_ct integer, enqueued_at timestamptz, message jsonb)
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
  select r.msg_id, r.read_ct, r.enqueued_at, r.message from pgmq.read(p_queue, p_vt_seconds, p_quantity) as r
  order by r.msg_id
$$;
comment on function private.read_queue(text, integer, integer) is 'Takes up to p_quantity messages, oldest first, hidden from others for p_vt_seconds.';

create function private.archive_message(p_queue text, p_msg_id bigint) returns boolean
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
  select pgmq.archive(p_queue, p_msg_id)
$$;
comment on function private.archive_message(text, bigint) is 'Done with a message; false where somebody else was first.';

create function private.await_queue(p_queue text, p_seconds numeric) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on private tables
  update private.queues set idle_until = clock_timestamp() + p_seconds * interval '1 second' where name = p_queue
$$;
comment on function private.await_queue(text, numeric) is 'A worker declares itself idle (or, with 0, busy again); read once more after it, then wait.';

create function private.postpone_message(p_queue text, p_msg_id bigint, p_seconds numeric) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
declare
  content jsonb;
begin
  execute format('select message from pgmq.%I where msg_id = $1 for update', 'q_' || p_queue) into content using p_msg_id;
  if content is null then
    return false;
  end if;
  -- A new message instead of a later one: waiting for a turn is no failed attempt, so read_ct starts again.
  perform private.enqueue(p_queue, content, greatest(1, ceil(p_seconds))::integer);
  return pgmq.archive(p_queue, p_msg_id);
end
$$;
comment on function private.postpone_message(text, bigint, numeric) is 'Puts a message off without counting it as a failed attempt.';

create function private.fail_message(p_queue text, p_msg_id bigint, p_error text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
declare
  attempts integer;
  content jsonb;
begin
  execute format('select read_ct, message from pgmq.%I where msg_id = $1 for update', 'q_' || p_queue)
    into attempts, content using p_msg_id;
  if content is null then
    return 'gone';
  end if;
  if attempts < (select queue_max_attempts from public.app_settings) then
    perform pgmq.set_vt(p_queue, p_msg_id, least(300, 2 ^ attempts)::integer);
    return 'retry';
  end if;
  perform pgmq.send(p_queue || '_dead', jsonb_build_object('message', content, 'reason', left(p_error, 2000),
    'attempts', attempts, 'msg_id', p_msg_id, 'failed_at', clock_timestamp()), 0);
  perform pgmq.archive(p_queue, p_msg_id);
  return 'dead';
end
$$;
comment on function private.fail_message(text, bigint, text) is 'A handler failed: try again later with growing delays, or bury the message with its reason.';

create function private.requeue_dead(p_queue text, p_msg_id bigint default null) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: operators hold no right on pgmq
declare
  dead_id bigint;
  dead jsonb;
  n integer := 0;
begin
  for dead_id, dead in execute format('select msg_id, message from pgmq.%I where $1 is null or msg_id = $1 order by msg_id for update',
                             'q_' || p_queue || '_dead') using p_msg_id loop
    perform private.enqueue(p_queue, dead -> 'message');
    perform pgmq.archive(p_queue || '_dead', dead_id);
    n := n + 1;
  end loop;
  return n;
end
$$;
comment on function private.requeue_dead(text, bigint) is 'Puts one dead message, or all of a queue, back to work; returns how many.';

create view ops.dead_letters as
  select 'triage' as queue, msg_id, enqueued_at as died_at, message ->> 'reason' as reason,
    (message ->> 'attempts')::integer as attempts, message -> 'message' as message from pgmq.q_triage_dead
  union all
  select 'replies', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_replies_dead
  union all
  select 'escalations', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_escalations_dead;
comment on view ops.dead_letters is 'Messages that kept failing, each with its reason; shiftbot queue requeue puts them back.';

create view ops.queues as
  select 'triage' as queue, count(*) as length, count(*) filter (where vt <= clock_timestamp()) as visible,
    count(*) filter (where vt > clock_timestamp()) as in_hand_or_delayed,
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint as oldest_seconds,
    (select count(*) from pgmq.q_triage_dead) as dead from pgmq.q_triage
  union all
  select 'replies', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_replies_dead) from pgmq.q_replies
  union all
  select 'escalations', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_escalations_dead) from pgmq.q_escalations;
comment on view ops.queues is 'How much waits on each queue, for how long, and how many messages are dead.';
