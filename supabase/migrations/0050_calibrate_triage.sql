-- Judging the judgement: what triage decided, what people then did, how each threshold would have done by that, and the past as it
-- was at the moment of a decision, for shadow decisions by other rules, models or thresholds (`shiftbot triage replay`).
-- Watch: all of it reads and nothing writes. It is for the owner, as everything in ops: conversations are people's words.

create index ticket_actions_labels_idx on public.ticket_actions (ticket_id, seq)
  where event in ('acknowledged', 'page_not_needed', 'human_requested', 'feedback_negative', 'feedback_positive', 'escalated_manually');

create view ops.triage_decisions as
  select a.ticket_id, a.seq, a.created_at as decided_at, t.source_id, a.event, a.event = 'triaged_escalate' as is_page,
    f.facts ->> 'engine' as engine,
    case when f.facts ->> 'engine' = 'model'
      then concat_ws(' ', nullif(f.facts ->> 'model', ''), nullif(f.facts ->> 'prompt_digest', ''))
      else coalesce(nullif(f.facts ->> 'rules_digest', ''), 'unversioned') end as version,
    nullif(f.facts ->> 'rules_digest', '') as rules_digest,  -- the rules stand under the model, too
    (f.facts ->> 'severity')::numeric as severity, coalesce((f.facts ->> 'escalate')::boolean, false) as escalate,
    f.facts ->> 'category' as category, split_part(a.payload ->> 'fallback_reason', ':', 1) as fallback,
    (f.facts ->> 'tokens_in')::bigint as tokens_in, (f.facts ->> 'tokens_out')::bigint as tokens_out,
    (f.facts ->> 'latency_ms')::bigint as latency_ms
  from public.ticket_actions as a
  join public.tickets as t on t.id = a.ticket_id
  cross join lateral (select a.payload -> 'facts') as f (facts)
  where a.event in ('triaged_answer', 'triaged_escalate', 'triaged_ignore', 'reply_drafted', 'summarised')  -- ticket_actions_milestones_idx
    -- What is said while a human is in charge is summarised only: nothing is decided there.
    and (a.event <> 'summarised' or a.status_after = 'open')
    and f.facts ? 'engine' and f.facts ? 'severity';  -- what the database decides by itself has none
comment on view ops.triage_decisions is
  'Every decision of triage between paging, answering and ignoring: by which engine and version, with which severity, at what cost.';

create view ops.triage_labels as
  with said as (
    select l.ticket_id, l.event, case l.event when 'page_not_needed' then (l.payload #>> '{facts,acknowledged_seq}')::integer else l.seq end as seq
    from public.ticket_actions as l
    where l.event in ('acknowledged', 'page_not_needed', 'human_requested', 'feedback_negative', 'feedback_positive', 'escalated_manually')
  ), judged as (  -- of the decision that was in force when it was said
    select s.ticket_id, d.seq, d.decided_at, d.source_id, d.engine, d.version, d.severity, d.escalate, d.is_page,
      bool_or(s.event = 'page_not_needed') as is_marked,
      bool_or(s.event in ('human_requested', 'feedback_negative', 'escalated_manually')) as is_called_for,
      -- A page that triage did not call for, because an answer could not be delivered, proves nothing about the report.
      bool_or(s.event = 'acknowledged' and d.is_page) as is_taken,
      -- Nor does it help to know that an engineer's words have helped.
      bool_or(s.event = 'feedback_positive' and not d.is_page and not exists (
        select from public.ticket_actions as r where r.ticket_id = s.ticket_id and r.seq > d.seq and r.seq < s.seq
          and r.event in ('public_reply', 'reply_approved', 'acknowledged'))) as has_helped
    from said as s cross join lateral (
      select n.* from ops.triage_decisions as n where n.ticket_id = s.ticket_id and n.seq < s.seq order by n.seq desc limit 1) as d
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  )
  select j.ticket_id, j.seq, j.decided_at, j.source_id, j.engine, j.version, j.severity, j.escalate, j.is_page,
    not j.is_marked and (j.is_called_for or j.is_taken) as is_needed,
    case when j.is_marked then 'not_needed' when j.is_called_for then 'human_called_for' when j.is_taken then 'acknowledged' else 'helped' end as label
  from judged as j
  where j.is_marked or j.is_called_for or j.is_taken or j.has_helped;
comment on view ops.triage_labels is
  'What people''s acts say about decisions: whether a human was needed. Silence (a feedback timeout, a page taken back) is no label.';

create view ops.triage_calibration as
  with labelled as (  -- few rows, however many decisions: by twentieths of severity
    select s.platform || ':' || s.name as source, l.engine, l.version, l.is_needed,
      -- Who asks for a human gets one at any threshold.
      case when l.escalate then 20 else floor(l.severity * 20)::integer end as twentieths, count(*) as decisions
    from ops.triage_labels as l join public.sources as s on s.id = l.source_id
    group by 1, 2, 3, 4, 5
  ), counted as (
    select t.n, coalesce(l.source, 'all') as source, coalesce(l.engine, 'all') as engine, coalesce(l.version, 'all') as version,
      sum(l.decisions)::bigint as labelled,
      coalesce(sum(l.decisions) filter (where l.is_needed and l.twentieths >= t.n), 0)::bigint as true_positives,
      coalesce(sum(l.decisions) filter (where not l.is_needed and l.twentieths >= t.n), 0)::bigint as false_positives,
      coalesce(sum(l.decisions) filter (where not l.is_needed and l.twentieths < t.n), 0)::bigint as true_negatives,
      coalesce(sum(l.decisions) filter (where l.is_needed and l.twentieths < t.n), 0)::bigint as false_negatives
    from labelled as l cross join generate_series(1, 19) as t (n)
    group by grouping sets ((t.n), (t.n, l.source), (t.n, l.engine, l.version))
  )
  select round(c.n / 20.0, 2) as threshold, c.source, c.engine, c.version, c.labelled, c.true_positives + c.false_positives as pages,
    c.true_positives, c.false_positives, c.true_negatives, c.false_negatives,
    round(c.true_positives::numeric / nullif(c.true_positives + c.false_positives, 0), 3) as precision,
    round(c.true_positives::numeric / nullif(c.true_positives + c.false_negatives, 0), 3) as recall
  from counted as c
  order by c.source <> 'all', c.source, c.engine <> 'all', c.engine, c.version, c.n;
comment on view ops.triage_calibration is
  'Precision and recall of paging at each threshold, by what people did: of all decisions (source, engine, version: all), per source, per engine and version.';

create function private.conversation_before(p_ticket_id bigint, p_seq integer) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'seq', said.seq, 'role', said.role, 'author', said.author, 'at', said.created_at,
      'text', said.text, 'attachments', said.attachments) order by said.seq), '[]')
  from (
    select a.seq, a.created_at, a.actor as author,
      case a.actor_type when 'customer' then 'customer' when 'engineer' then 'engineer' else 'bot' end as role,
      coalesce((select e.body from public.ticket_actions as e
                where e.ticket_id = a.ticket_id and e.seq < p_seq and e.event = 'edited' and e.refers_to = a.external_id
                order by e.seq desc limit 1),
               nullif(a.body, ''), r.body, '') as text,
      coalesce(a.payload -> 'attachments', '[]') as attachments
    from public.ticket_actions as a
    left join public.replies as r on r.ticket_id = a.ticket_id and r.cause_seq = a.seq and a.actor_type <> 'customer'
    where a.ticket_id = p_ticket_id and a.seq < p_seq and a.erased_at is null
      and a.event in ('message', 'human_requested', 'triaged_answer', 'triaged_escalate', 'reply_approved', 'public_reply')
      and a.action_type <> 'system_update'
      -- What had not reached the customer by then; a reply's own state is today's.
      and coalesce((select o.event not in ('reply_withdrawn', 'reply_failed') from public.ticket_actions as o
                    where o.ticket_id = a.ticket_id and o.seq < p_seq and o.event in ('reply_delivered', 'reply_unknown', 'reply_failed', 'reply_withdrawn')
                      and o.payload #>> '{facts,reply_id}' = r.id::text
                    order by o.seq desc limit 1), true)
      and not exists (select from public.ticket_actions as d
                      where d.ticket_id = a.ticket_id and d.seq < p_seq and d.event = 'deleted' and d.refers_to = a.external_id)
  ) as said
$$;
comment on function private.conversation_before(bigint, integer) is
  'private.conversation() as it was before a journal row: later messages, edits, deletions and outcomes of replies do not count.';

create function private.has_erased_before(p_ticket_id bigint, p_seq integer) returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.ticket_actions as a
                 where a.ticket_id = p_ticket_id and a.seq < p_seq and a.erased_at is not null
                   and a.event in ('message', 'edited', 'human_requested', 'public_reply', 'reply_approved', 'triaged_answer', 'triaged_escalate'))
$$;
comment on function private.has_erased_before(bigint, integer) is
  'Whether words that a decision was based on were erased since, so that it cannot be made again.';

create function private.shadow_decision(p_ticket_id bigint, p_verdict jsonb, p_threshold numeric) returns text
language sql stable security invoker set search_path = '' as $$
  -- The one rule decides, on the ticket as it was when it waited for a verdict: open, and nothing said since.
  select private.decide_verdict(
    jsonb_populate_record(t, '{"status": "open", "last_said_seq": 2147483647}'),
    case when p_threshold is null or s.settings ? 'escalation_threshold' then p_verdict
      -- Severity -1 is below every threshold: what is asked for another one is asked here.
      else p_verdict || jsonb_build_object('severity', -1,
        'escalate', (p_verdict ->> 'escalate')::boolean or (p_verdict ->> 'severity')::numeric >= p_threshold) end)
  from public.tickets as t join public.sources as s on s.id = t.source_id
  where t.id = p_ticket_id
$$;
comment on function private.shadow_decision(bigint, jsonb, numeric) is
  'Which event a verdict would lead to under today''s settings, or another threshold where the source has none of its own; writes nothing.';
