-- For /metrics and /readyz: how much waits, moves and rings, in one call each. Programs hold these functions and no table.
-- Watch: they are asked every few seconds of a database with a million tickets, so each row comes from an index and what can be
-- many is counted up to 10,000: of the last hour, or of what is unfinished. A name here is a gauge in shiftbot/database_metrics.py.

create function private.queue_metrics() returns table (metric text, labels jsonb, value double precision)
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs hold no right on pgmq
declare
  of_queue text;
  due bigint;
  in_hand bigint;
  put_off bigint;
  dead bigint;
  oldest double precision;
  overdue double precision;
begin
  for of_queue in select q.name from private.queues as q order by q.name loop
    execute format($query$
      select count(*) filter (where m.vt <= clock_timestamp()), count(*) filter (where m.vt > clock_timestamp() and m.read_ct > 0),
        count(*) filter (where m.vt > clock_timestamp() and m.read_ct = 0), (select count(*) from (select from pgmq.%2$I limit 10000) as d),
        (select extract(epoch from clock_timestamp() - o.enqueued_at) from pgmq.%1$I as o order by o.msg_id limit 1),  -- the primary key
        (select extract(epoch from clock_timestamp() - min(o.vt)) from pgmq.%1$I as o where o.vt <= clock_timestamp())  -- pgmq's index on vt
      from (select vt, read_ct from pgmq.%1$I limit 10000) as m $query$, 'q_' || of_queue, 'q_' || of_queue || '_dead')
    into due, in_hand, put_off, dead, oldest, overdue;
    return query select v.metric, jsonb_build_object('queue', of_queue) || v.labels, v.value from (values
      ('queue_messages', '{"state": "due"}'::jsonb, due::double precision), ('queue_messages', '{"state": "in_hand"}', in_hand),
      ('queue_messages', '{"state": "put_off"}', put_off), ('queue_oldest_seconds', '{}', coalesce(oldest, 0)),
      ('queue_overdue_seconds', '{}', coalesce(overdue, 0)), ('dead_letters', '{}', dead)) as v (metric, labels, value);
  end loop;
end
$$;
comment on function private.queue_metrics() is
  'Of each queue: messages by state, the age of the oldest, for how long the oldest is due and in nobody''s hand, and dead letters; counted up to 10,000.';

create function private.ticket_metrics() returns table (metric text, labels jsonb, value double precision)
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  return query
    select 'tickets_unclosed', jsonb_build_object('status', s.status), (
      -- Ordered, or the planner reads the whole table for a status that few have: tickets_status_idx.
      select count(*) from (select from public.tickets as t where t.status = s.status order by t.updated_at desc limit 10000) as u)::double precision
    from unnest(enum_range(null::public.ticket_status)) as s (status) where s.status <> 'closed';
  return query
    -- Looked up one by one: joined, all of a million tickets might be read for those of an hour.
    select 'tickets_last_hour', jsonb_build_object('platform', t.platform, 'source', s.name, 'status', t.status), count(*)::double precision
    from (select a.ticket_id from public.ticket_actions as a
          where a.seq = 1 and a.created_at > now() - interval '1 hour'  -- ticket_actions_first_idx
          order by a.created_at desc limit 10000) as begun
    cross join lateral (select k.platform, k.source_id, k.status from public.tickets as k where k.id = begun.ticket_id limit 1) as t
    left join public.sources as s on s.id = t.source_id
    group by t.platform, s.name, t.status;
  return query
    select 'untriaged_tickets', '{}'::jsonb, count(*)::double precision from (select from ops.untriaged_tickets limit 10000) as u
    union all
    select 'unknown_replies', '{}', count(*)::double precision from (select from ops.unknown_replies limit 10000) as u;
end
$$;
comment on function private.ticket_metrics() is
  'Unclosed tickets by status, those of the last hour by source and status, untriaged ones, replies of unknown outcome; counted up to 10,000.';

create function private.page_metrics() returns table (metric text, labels jsonb, value double precision)
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  return query
    select 'escalations_last_hour', jsonb_build_object('state', e.state), count(*)::double precision
    from (select x.state, x.opened_at, x.ticket_id from public.escalations as x order by x.id desc limit 10000) as e  -- the primary key
    where e.opened_at > now() - interval '1 hour' and e.ticket_id is not null group by e.state;
  return query
    with rung as (
      select distinct (a.payload #>> '{facts,attempt_id}')::bigint as attempt_id
      from (values ('call_placed'), ('call_outcome')) as e (event)
      cross join lateral (
        select j.payload from public.ticket_actions as j
        where j.event = e.event and j.event in ('call_placed', 'call_outcome')  -- says that ticket_actions_milestones_idx has it
          and j.created_at > now() - interval '1 hour'
        order by j.created_at desc limit 5000) as a
    )
    select 'rings_last_hour', jsonb_build_object('method', t.method, 'outcome', coalesce(t.outcome, 'attempted')), count(*)::double precision
    from rung cross join lateral (select a.method, a.outcome from public.escalation_attempts as a where a.id = rung.attempt_id limit 1) as t
    group by t.method, t.outcome;
  return query
    with taken as (
      select extract(epoch from a.created_at - (
        select p.created_at from public.ticket_actions as p  -- the row with which the waiting began
        where p.ticket_id = a.ticket_id and p.seq = 1 + (
          select coalesce(max(b.seq), 0) from public.ticket_actions as b
          where b.ticket_id = a.ticket_id and b.seq < a.seq and b.status_after <> 'escalation_pending')))::double precision as seconds
      from (select j.ticket_id, j.seq, j.created_at from public.ticket_actions as j
            where j.event = 'acknowledged' and j.created_at > now() - interval '1 day'  -- ticket_actions_milestones_idx
            order by j.created_at desc limit 1000) as a
    )
    select 'acknowledge_seconds', jsonb_build_object('quantile', q.named), percentile_cont(q.quantile) within group (order by t.seconds)
    from taken as t cross join (values (0.5, '0.5'), (0.9, '0.9'), (1.0, '1')) as q (quantile, named)
    where t.seconds is not null group by q.named, q.quantile;
  return query
    -- By any active step but e-mail, which wakes nobody.
    select 'engineers', jsonb_build_object('reachable', r.word), (
      select count(*) from public.engineers as g where g.is_active and exists (
        select from public.escalation_steps as s
        where s.is_active and s.method not in ('webhook', 'email') and private.unreachable_reason(g, s.method) is null) = (r.word = 'yes')
      )::double precision
    from (values ('yes'), ('no')) as r (word);
  return query
    select v.metric, '{}'::jsonb, v.value
    from private.paging_metrics() as p, private.on_call_metrics() as o, lateral (values
      ('stalled_escalations', p.stalled::double precision), ('pages_ringing', p.ringing), ('pages_acknowledged', p.acknowledged),
      ('longest_ringing_seconds', p.longest_ringing_seconds), ('on_call_engineers', o.on_call_engineers),
      ('on_call_gap_seconds', o.gap_seconds)) as v (metric, value);
end
$$;
comment on function private.page_metrics() is
  'Pages of the last hour by state, their rings by outcome, time to acknowledge over the last day, what stalls and rings now, who is on call and who can be rung.';

create function private.worker_metrics() returns table (metric text, labels jsonb, value double precision)
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on private tables
  select 'workers_alive', jsonb_build_object('queue', q.name),
    count(*) filter (where w.seen_at > clock_timestamp() - interval '15 seconds')::double precision
  from private.queues as q left join private.workers as w on w.queue = q.name group by q.name
$$;
comment on function private.worker_metrics() is 'How many workers serve each queue: those that were heard of within 15 seconds.';

create function private.metrics() returns table (metric text, labels jsonb, value double precision)
language sql stable security definer set search_path = '' as $$  -- definer: programs hold this one and none of its parts
  select * from private.queue_metrics()
  union all select * from private.ticket_metrics()
  union all select * from private.page_metrics()
  union all select * from private.worker_metrics()
$$;
comment on function private.metrics() is 'Every gauge that /metrics asks of the database, in one call.';

create function private.readiness(p_migration text)
returns table (is_migrated boolean, overdue text[], unattended text[])
language plpgsql stable security definer set search_path = '' as $$  -- definer: programs read neither queues nor the record of migrations
begin
  if p_migration is not null then
    is_migrated := exists (select from supabase_migrations.schema_migrations as m where m.version = p_migration);
  end if;
  overdue := array(
    select format('%s: the oldest message is due for %s s', m.labels ->> 'queue', round(m.value::numeric))
    from private.queue_metrics() as m where m.metric = 'queue_overdue_seconds' and m.value > 60 order by 1);
  unattended := array(
    select m.labels ->> 'queue' from private.worker_metrics() as m where m.value = 0 order by 1);
  return next;
end
$$;
comment on function private.readiness(text) is
  'Whether that migration was applied (null: not asked), queues whose oldest message is due for more than a minute, and queues that no worker serves.';

grant execute on function private.metrics(), private.readiness(text) to shiftbot_ingest, shiftbot_worker;
-- They are parts of private.metrics() now.
revoke execute on function private.on_call_metrics(), private.paging_metrics() from shiftbot_ingest;
