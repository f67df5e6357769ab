-- How the last hours went, in functions for engineers: tickets, answers, acknowledgements, rings and verdicts; and what should be empty.
-- Each reads a window of time by an index of 0032, or what is unfinished by an index over that; at most a week of hours. What
-- engineers may read anyway is read as them, through RLS: comparing text, numbers and times does not leak, so indexes serve.

create function private.hours_back(p_hours integer) returns timestamptz
language sql stable security invoker set search_path = '' as $$
  select clock_timestamp() - least(greatest(coalesce(p_hours, 24), 1), 168) * interval '1 hour'
$$;
comment on function private.hours_back(integer) is 'The moment so many hours ago: at least 1, at most 168.';

create function private.tickets_per_hour(p_hours integer default 24) returns table (hour timestamptz, tickets bigint)
language plpgsql stable security invoker set search_path = '' as $$
declare
  since timestamptz := date_trunc('hour', private.hours_back(p_hours), 'UTC') + interval '1 hour';
begin
  perform private.require_engineer();
  return query
    with begun as (
      select date_trunc('hour', a.created_at, 'UTC') as hour, count(*) as tickets
      from public.ticket_actions as a where a.seq = 1 and a.created_at > since  -- ticket_actions_first_idx
      group by 1
    )
    select h.hour, coalesce(b.tickets, 0)
    from generate_series(since, clock_timestamp(), interval '1 hour') as h (hour) left join begun as b on b.hour = h.hour
    order by h.hour;
end
$$;
comment on function private.tickets_per_hour(integer) is 'How many tickets began in each of the last hours, the current one included. For engineers.';

create function private.response_times(p_hours integer default 24)
returns table (kind text, hour timestamptz, tickets bigint, p50_seconds double precision, p90_seconds double precision)
language plpgsql stable security invoker set search_path = '' as $$
declare
  since timestamptz := private.hours_back(p_hours);
begin
  perform private.require_engineer();
  return query
    with responses as (
      -- Everything is looked up answer by answer: joined, all of a million tickets might be read for the few of a day.
      select 'first_answer' as kind, r.finished_at as ended_at,
        (select t.created_at from public.tickets as t where t.id = r.ticket_id) as began_at
      from public.replies as r
      where r.state = 'delivered' and r.kind in ('answer', 'public_reply') and r.finished_at > since  -- replies_answered_idx
        and r.cause_seq = (select min(e.cause_seq) from public.replies as e
                           where e.ticket_id = r.ticket_id and e.state = 'delivered' and e.kind in ('answer', 'public_reply'))
      union all
      select 'acknowledgement', a.created_at, (
        select p.created_at from public.ticket_actions as p  -- the row with which the waiting began
        where p.ticket_id = a.ticket_id and p.seq = 1 + (
          select coalesce(max(b.seq), 0) from public.ticket_actions as b
          where b.ticket_id = a.ticket_id and b.seq < a.seq and b.status_after <> 'escalation_pending'))
      from public.ticket_actions as a
      where a.event = 'acknowledged' and a.created_at > since  -- ticket_actions_milestones_idx
    ), measured as (
      select s.kind, date_trunc('hour', s.ended_at, 'UTC') as hour, count(*) as tickets,
        percentile_cont(array[0.5, 0.9]) within group (order by extract(epoch from s.ended_at - s.began_at)::double precision) as seconds
      from responses as s group by grouping sets ((s.kind), (s.kind, date_trunc('hour', s.ended_at, 'UTC')))
    )
    select m.kind, m.hour, m.tickets, m.seconds[1], m.seconds[2] from measured as m order by m.kind, m.hour nulls first;
end
$$;
comment on function private.response_times(integer) is
  'How long tickets waited for their first delivered answer, and escalations for their acknowledgement: of the whole time (hour null) and of each hour. '
  'For engineers.';

create function private.ring_outcomes(p_hours integer default 24) returns table (method text, outcome text, rings bigint)
language plpgsql stable security invoker set search_path = '' as $$
declare
  since timestamptz := private.hours_back(p_hours);
begin
  perform private.require_engineer();
  return query
    with rung as (
      select distinct (a.payload #>> '{facts,attempt_id}')::bigint as attempt_id
      from public.ticket_actions as a
      where a.event in ('call_placed', 'call_outcome') and a.created_at > since  -- ticket_actions_milestones_idx
    )
    select t.method::text, coalesce(t.outcome, 'attempted'), count(*)
    from rung cross join lateral (  -- ring by ring: joined, all of them might be read
      select a.method, a.outcome from public.escalation_attempts as a where a.id = rung.attempt_id limit 1) as t
    group by 1, 2 order by 1, 3 desc, 2;
end
$$;
comment on function private.ring_outcomes(integer) is 'What has become of the rings of the last hours, per method; tests are not counted. For engineers.';

create function private.verdicts_since(p_since timestamptz)
returns table (at timestamptz, engine text, model text, latency_ms double precision, tokens_in bigint, tokens_out bigint, fallback text)
language sql stable security invoker set search_path = '' as $$
  select a.created_at, f.facts ->> 'engine', nullif(f.facts ->> 'model', ''), (f.facts ->> 'latency_ms')::double precision,
    (f.facts ->> 'tokens_in')::bigint, (f.facts ->> 'tokens_out')::bigint, split_part(a.payload ->> 'fallback_reason', ':', 1)
  from public.ticket_actions as a cross join lateral (select a.payload -> 'facts') as f (facts)
  where a.event in ('triaged_answer', 'triaged_escalate', 'triaged_ignore', 'summarised', 'reply_drafted', 'triage_discarded')
    and a.created_at > p_since  -- ticket_actions_milestones_idx
    and f.facts ? 'engine'  -- what the database decides by itself has none
$$;
comment on function private.verdicts_since(timestamptz) is 'Every verdict since then: who gave it, what it cost, and why it was not the model.';

create function private.verdict_health(p_hours integer default 24)
returns table (engine text, hour timestamptz, verdicts bigint, fallbacks bigint, models text[], p50_ms double precision, p95_ms double precision,
               tokens_in bigint, tokens_out bigint)
language plpgsql stable security invoker set search_path = '' as $$
begin
  perform private.require_engineer();
  return query
    with measured as (
      select v.engine, date_trunc('hour', v.at, 'UTC') as hour, count(*) as verdicts, count(v.fallback) as fallbacks,
        array_agg(distinct v.model order by v.model) filter (where v.model is not null) as models,
        percentile_cont(array[0.5, 0.95]) within group (order by v.latency_ms) as ms,
        sum(v.tokens_in)::bigint as tokens_in, sum(v.tokens_out)::bigint as tokens_out
      from private.verdicts_since(private.hours_back(p_hours)) as v
      group by grouping sets ((v.engine), (v.engine, date_trunc('hour', v.at, 'UTC')))
    )
    select m.engine, m.hour, m.verdicts, m.fallbacks, coalesce(m.models, '{}'), m.ms[1], m.ms[2], m.tokens_in, m.tokens_out
    from measured as m order by m.engine, m.hour nulls first;
end
$$;
comment on function private.verdict_health(integer) is
  'Verdicts per engine with latency, tokens, and how often the rules stood in for the model: of the whole time (hour null) and of each hour. For engineers.';

create function private.model_failures(p_hours integer default 24) returns table (kind text, failures bigint, last_at timestamptz)
language plpgsql stable security invoker set search_path = '' as $$
begin
  perform private.require_engineer();
  return query select v.fallback, count(*), max(v.at)
    from private.verdicts_since(private.hours_back(p_hours)) as v where v.fallback is not null group by v.fallback order by 2 desc, 1;
end
$$;
comment on function private.model_failures(integer) is 'Why the model gave no verdict in the last hours, by kind. For engineers.';

create function private.alarms() returns table (alarm text, tickets bigint, since timestamptz, ticket_ids bigint[], reasons text[])
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers hold no right on the views of ops
begin
  perform private.require_engineer();
  return query
    select a.alarm, count(a.ticket_id), min(a.since), (array_agg(a.ticket_id order by a.since, a.ticket_id) filter (where a.ticket_id is not null))[:20],
      array_agg(distinct a.reason) filter (where a.reason is not null)
    from (
      select 'stalled_pages' as alarm, s.ticket_id, s.due_at as since, s.reason from ops.stalled_escalations as s
      union all select 'untriaged_tickets', u.ticket_id, u.since, null from ops.untriaged_tickets as u
      union all select 'unknown_replies', r.ticket_id, r.since, r.error from ops.unknown_replies as r
      -- One line each, so that what is empty is said to be.
      union all select n.alarm, null, null, null from (values ('stalled_pages'), ('untriaged_tickets'), ('unknown_replies')) as n (alarm)
    ) as a group by a.alarm order by a.alarm;
end
$$;
comment on function private.alarms() is
  'Pages that stall, open tickets that no triage has covered, replies of unknown outcome: how many, since when, and the first twenty tickets. For engineers.';

-- The journal

create table private.journal_checks (
  id bigint generated always as identity primary key,
  checked_at timestamptz not null default clock_timestamp(),
  bad_tickets integer not null,
  checked_by text not null
);
alter table private.journal_checks enable row level security;
comment on table private.journal_checks is 'When the whole journal was verified, by whom, and on how many tickets it was found to be tampered with.';

create function ops.check_journal() returns table (ticket_id bigint, seq integer, problem text)
language plpgsql security invoker set search_path = '' as $$
declare
  bad integer;
begin
  return query select v.ticket_id, v.seq, v.problem from ops.verify_journal() as v;
  get diagnostics bad = row_count;
  insert into private.journal_checks (bad_tickets, checked_by) values (bad, private.database_identity());
end
$$;
comment on function ops.check_journal() is 'ops.verify_journal(), and the dashboard knows that it was done and how it came out.';

create function private.journal_health() returns table (checked_at timestamptz, bad_tickets integer, checkpoint_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$  -- definer: nobody reads checks and checkpoints through the API
begin
  perform private.require_engineer();
  return query select c.checked_at, c.bad_tickets, (select p.taken_at from public.journal_checkpoints as p order by p.id desc limit 1)
    from (select 1) as one left join lateral (select * from private.journal_checks as j order by j.id desc limit 1) as c on true;
end
$$;
comment on function private.journal_health() is 'When the journal was last verified and how many tickets were bad, and when its heads were last kept. For engineers.';

grant execute on function private.require_engineer(), private.hours_back(integer), private.verdicts_since(timestamptz),
  private.queue_health(), private.dead_letters(integer), private.requeue_dead_letter(text, bigint), private.source_health(),
  private.tickets_per_hour(integer), private.response_times(integer), private.ring_outcomes(integer), private.verdict_health(integer),
  private.model_failures(integer), private.alarms(), private.journal_health()
  to authenticated;
