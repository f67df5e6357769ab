-- The two queues of every message have statements of their own, whose plans are kept: pgmq's functions, and read_queue, put theirs
-- together for any queue, and have them planned at each call, which took a fifth of a message's way (decision 0023). They do what
-- pgmq does since 1.4.4, without its headers, which nothing here sets; the other queues, of whose messages there are few, stay with it.
-- Messages that are due at the very same moment come in no order of their own.
-- Watch: a plan that is kept was made when the queue may have been empty. Without sequential scans and sorts it is the right one for
-- a crowd, too; up to Postgres 17 those cost so much where they cannot be done without that the plan would be compiled at every call.

create or replace function private.read_queue(p_queue text, p_vt_seconds integer, p_quantity integer)
returns table (msg_id bigint, read_ct integer, enqueued_at timestamptz, message jsonb)
language plpgsql volatile security definer  -- definer: workers hold no right on pgmq
set search_path = '' set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set plan_cache_mode = force_generic_plan set jit = off as $$
#variable_conflict use_column
declare
  -- pgmq.read compares with clock_timestamp(), for which no index serves: it would look at all that is not due, at every read.
  moment timestamptz := clock_timestamp();
  hidden_until timestamptz := moment + p_vt_seconds * interval '1 second';
begin
  if p_queue = 'triage' then
    return query with taken as (
      update pgmq.q_triage as q set vt = hidden_until, read_ct = q.read_ct + 1
      where q.msg_id = any (array(
        select d.msg_id from pgmq.q_triage as d where d.vt <= moment order by d.vt limit p_quantity for update skip locked))
      returning q.msg_id, q.read_ct, q.enqueued_at, q.message)
    select t.msg_id, t.read_ct, t.enqueued_at, t.message from taken as t order by t.msg_id;
  elsif p_queue = 'replies' then
    return query with taken as (
      update pgmq.q_replies as q set vt = hidden_until, read_ct = q.read_ct + 1
      where q.msg_id = any (array(
        select d.msg_id from pgmq.q_replies as d where d.vt <= moment order by d.vt limit p_quantity for update skip locked))
      returning q.msg_id, q.read_ct, q.enqueued_at, q.message)
    select t.msg_id, t.read_ct, t.enqueued_at, t.message from taken as t order by t.msg_id;
  else
    return query execute format(
      'with taken as (
         update pgmq.%1$I as q set vt = $2, read_ct = q.read_ct + 1
         where q.msg_id = any (array(
           select d.msg_id from pgmq.%1$I as d where d.vt <= $1 order by d.vt limit $3 for update skip locked))
         returning q.msg_id, q.read_ct, q.enqueued_at, q.message)
       select t.msg_id, t.read_ct, t.enqueued_at, t.message from taken as t order by t.msg_id', 'q_' || p_queue)
    using moment, hidden_until, p_quantity;
  end if;
end
$$;

create or replace function private.archive_message(p_queue text, p_msg_id bigint) returns boolean
language plpgsql volatile security definer  -- definer: workers hold no right on pgmq
set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan set jit = off as $$
begin
  if p_queue = 'triage' then
    with done as (delete from pgmq.q_triage as q where q.msg_id = p_msg_id
                  returning q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message)
    insert into pgmq.a_triage (msg_id, read_ct, enqueued_at, vt, message) select * from done;
    return found;
  elsif p_queue = 'replies' then
    with done as (delete from pgmq.q_replies as q where q.msg_id = p_msg_id
                  returning q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message)
    insert into pgmq.a_replies (msg_id, read_ct, enqueued_at, vt, message) select * from done;
    return found;
  end if;
  return pgmq.archive(p_queue, p_msg_id);
end
$$;

create or replace function private.enqueue(p_queue text, p_message jsonb, p_delay_seconds integer default 0) returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
declare
  due timestamptz := clock_timestamp() + make_interval(secs => p_delay_seconds);
  id bigint;
  correlation text;
begin
  if not p_message ? 'correlation_id' and jsonb_typeof(p_message) = 'object' then
    if p_message ->> 'attempt_id' is not null then
      correlation := private.correlation_of_attempt(substring(p_message ->> 'attempt_id' from '^[0-9]{1,18}$')::bigint);
    end if;
    if correlation is null and p_message ->> 'ticket_id' is not null then
      correlation := private.correlation_of_ticket(substring(p_message ->> 'ticket_id' from '^[0-9]{1,18}$')::bigint);
    end if;
    p_message := p_message || jsonb_strip_nulls(jsonb_build_object('correlation_id', correlation));
  end if;
  if p_queue = 'triage' then
    insert into pgmq.q_triage (vt, message) values (due, p_message) returning msg_id into id;
  elsif p_queue = 'replies' then
    insert into pgmq.q_replies (vt, message) values (due, p_message) returning msg_id into id;
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

-- The same two that search with sequential scans turned off.
alter function private.newest_with_words(tsquery, integer, integer, public.ticket_status[]) set jit = off;
alter function private.search_tickets(text, integer, public.ticket_status[]) set jit = off;
