-- What is due on pages, swept with everything else by every worker's idle loop and, where wanted, by pg_cron; ten at once do no harm.
-- ops.stalled_escalations is the alarm that needs no Python: law 7 says that it is empty.
-- Watch: the page lock comes first, before any row is locked, and tickets that somebody holds are left to the next sweep.

create function private.sweep_acks(p_policy public.app_settings) returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  page public.escalations;
  expired integer := 0;
  reminded integer := 0;
begin
  for page in
    select e.* from public.escalations as e join public.tickets as t on t.id = e.ticket_id
    where e.state = 'acknowledged' and e.ack_expires_at <= clock_timestamp() and t.status = 'escalated'
    order by e.ack_expires_at limit 100 for update of t skip locked loop
    insert into public.ticket_actions (ticket_id, event, payload)
    values (page.ticket_id, 'ack_expired', jsonb_build_object('facts', jsonb_build_object('escalation_id', page.id)));
    expired := expired + 1;
  end loop;
  for page in
    select e.* from public.escalations as e join public.tickets as t on t.id = e.ticket_id
    where e.state = 'acknowledged' and e.reminded_at is null and t.status = 'escalated' and p_policy.ack_reminder > interval '0'
      and e.ack_expires_at <= clock_timestamp() + p_policy.ack_reminder and e.ack_expires_at > clock_timestamp()
    order by e.ack_expires_at limit 100 for update of t skip locked loop
    update public.escalations set reminded_at = clock_timestamp() where id = page.id;
    perform private.send_notice(page.acknowledged_by, 'ack_reminder', format(
      'Still on ticket %s? Without a sign from you it rings again at %s UTC.', page.ticket_id,
      to_char(page.ack_expires_at at time zone 'UTC', 'HH24:MI')), page.id || ':' || page.ack_expires_at, page.id);
    perform private.journal_page(page, 'ack_reminded', jsonb_build_object('engineer_id', page.acknowledged_by));
    reminded := reminded + 1;
  end loop;
  return jsonb_build_object('acks_expired', nullif(expired, 0), 'acks_reminded', nullif(reminded, 0));
end
$$;
comment on function private.sweep_acks(public.app_settings) is 'Reminds who has acknowledged, and rings again where they stay silent.';

create function private.sweep_attempts() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  n integer := 0;
begin
  for due in
    select a.id from public.escalation_attempts as a
    left join public.escalations as e on e.id = a.escalation_id
    where a.in_hand_until < clock_timestamp() order by a.in_hand_until limit 100 for update of a skip locked loop
    -- Without waiting for the ticket, which may be held by somebody who waits for this very attempt.
    continue when exists (select from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id
                          where a.id = due.id and e.ticket_id is not null)
      and not exists (select from public.tickets as t where t.id = (
        select e.ticket_id from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id where a.id = due.id)
        for update skip locked);
    perform private.record_outcome(due.id, 'unknown', 'no news came in time');
    update public.escalation_attempts set in_hand_until = null where id = due.id;
    n := n + 1;
  end loop;
  return n;
end
$$;
comment on function private.sweep_attempts() is 'Attempts whose worker or provider owes news for too long are unknown, and their page goes on.';

create function private.sweep_pages() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  policy public.app_settings;
  due record;
  advanced integer := 0;
  settled integer := 0;
  outdated integer;
  acks jsonb;
begin
  select * into policy from public.app_settings;
  if exists (select from public.escalations where state = 'acknowledged' and ack_expires_at <= clock_timestamp())
     or exists (select from public.escalations as e join public.escalations as l on l.id = e.leader_id where e.state = 'joined' and l.state <> 'ringing') then
    perform pg_advisory_xact_lock(hashtextextended('shiftbot.page', 0));
  end if;
  acks := private.sweep_acks(policy);
  for due in
    select e.id from public.escalations as e join public.escalations as l on l.id = e.leader_id join public.tickets as t on t.id = e.ticket_id
    where e.state = 'joined' and l.state <> 'ringing' order by e.id limit 100 for update of t skip locked loop
    perform private.settle_joined(due.id);
    settled := settled + 1;
  end loop;
  outdated := private.sweep_attempts();
  for due in
    select e.id from public.escalations as e left join public.tickets as t on t.id = e.ticket_id
    where e.state = 'ringing' and e.due_at <= clock_timestamp()
      and (e.ticket_id is null or t.id in (select h.id from public.tickets as h where h.id = e.ticket_id for update skip locked))
    order by e.due_at limit 100 loop
    advanced := advanced + private.advance_escalation(due.id)::integer;
  end loop;
  return acks || jsonb_build_object('pages_advanced', nullif(advanced, 0), 'pages_settled', nullif(settled, 0),
    'attempts_unknown', nullif(outdated, 0), 'more', nullif(greatest(advanced, settled, outdated) >= 100, false));
end
$$;
comment on function private.sweep_pages() is 'Begins the steps that are due, ends what nobody answers for, and returns what it did.';

create or replace function private.sweep() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  settings public.app_settings;
  due bigint;
  timeouts integer := 0;
  root bytea;
  pages jsonb;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('shiftbot.sweep', 0)) then
    return '{}';
  end if;
  pages := private.sweep_pages();
  select * into settings from public.app_settings;
  for due in
    select t.id from public.tickets as t
    where t.status = 'awaiting_feedback' and t.updated_at < clock_timestamp() - settings.feedback_timeout
      -- Nobody knows whether that customer was answered: a human decides, not silence.
      and not exists (select from public.replies as r where r.ticket_id = t.id and r.state = 'unknown')
    order by t.updated_at limit 100 for update skip locked loop
    insert into public.ticket_actions (ticket_id, event) values (due, 'feedback_timeout');
    timeouts := timeouts + 1;
  end loop;
  if not exists (select from public.journal_checkpoints
                 where taken_at > clock_timestamp() - settings.checkpoint_interval) then
    root := private.checkpoint_journal();
  end if;
  delete from private.heard_messages where heard_at < clock_timestamp() - interval '7 days';
  return jsonb_strip_nulls(pages || private.follow_rota() || jsonb_build_object(
    'feedback_timeouts', nullif(timeouts, 0), 'checkpoint', encode(root, 'hex')));
end
$$;

create view ops.stalled_escalations as
  select t.id as ticket_id, e.id as escalation_id, e.state, e.due_at,
    case when e.id is null then 'the ticket has no escalation'
      when e.state = 'acknowledged' then 'acknowledged, but the ticket still waits'
      when e.state = 'joined' then 'the page it joined has ended'
      when e.due_at < clock_timestamp() - interval '1 minute' then 'a step is due and no worker begins it'
      else 'nobody could be reached at all' end as reason
  from public.tickets as t
  left join public.escalations as e on e.ticket_id = t.id and e.state <> 'resolved'
  left join public.escalations as l on l.id = e.leader_id
  where t.status = 'escalation_pending'
    and (e.id is null or e.state = 'acknowledged'
         or e.state = 'joined' and l.state <> 'ringing' and l.changed_at < clock_timestamp() - interval '1 minute'
         or e.state = 'ringing' and e.due_at < clock_timestamp() - interval '1 minute'
         or e.state = 'ringing' and e.cycle > 1 and not exists (
           select from public.escalation_attempts as a where a.escalation_id = e.id and a.outcome not in ('skipped', 'cancelled', 'failed')))
  union all
  select e.ticket_id, e.id, e.state, e.ack_expires_at, 'the acknowledgement ran out and nobody is rung again'
  from public.escalations as e
  where e.state = 'acknowledged' and e.ack_expires_at < clock_timestamp() - interval '1 minute' and e.ticket_id is not null;
comment on view ops.stalled_escalations is 'Always empty: pages that nobody rings for although somebody should; alarm on any row.';

create view ops.pages as
  select e.id as escalation_id, e.ticket_id, t.title, e.state, e.leader_id, e.cycle, e.step, e.due_at, e.opened_at,
    g.name as acknowledged_by, e.acknowledged_at, e.ack_expires_at,
    (select count(*) from public.escalation_attempts as a where a.escalation_id = e.id and a.claimed_at is not null) as attempts
  from public.escalations as e
  left join public.tickets as t on t.id = e.ticket_id
  left join public.engineers as g on g.id = e.acknowledged_by
  where e.state <> 'resolved'
  order by e.opened_at;
comment on view ops.pages is 'Every open page: how far it is, what comes next and when, who has it.';

-- Tickets that waited before there was paging: ring for them now.
do $$
declare
  waiting bigint;
  page_id bigint;
begin
  for waiting in select id from public.tickets where status = 'escalation_pending' order by id loop
    insert into public.escalations (ticket_id, due_at) values (waiting, clock_timestamp()) returning id into page_id;
    perform private.begin_ringing(waiting, page_id);
  end loop;
  insert into public.escalations (ticket_id, state, acknowledged_by, acknowledged_at, ack_expires_at)
  select t.id, 'acknowledged', t.assigned_engineer_id, clock_timestamp(), clock_timestamp() + (select ack_timeout from public.app_settings)
  from public.tickets as t where t.status = 'escalated';
end
$$;

create function private.paging_metrics()
returns table (stalled bigint, ringing bigint, acknowledged bigint, longest_ringing_seconds double precision)
language sql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
  select (select count(*) from ops.stalled_escalations),
    count(*) filter (where e.state in ('ringing', 'joined')), count(*) filter (where e.state = 'acknowledged'),
    coalesce(extract(epoch from clock_timestamp() - min(e.opened_at) filter (where e.state = 'ringing')), 0)::double precision
  from public.escalations as e where e.state <> 'resolved' and e.ticket_id is not null
$$;
comment on function private.paging_metrics() is 'For /metrics: pages that stall (always 0), that ring, that somebody has, and for how long the oldest rings.';
grant execute on function private.paging_metrics() to shiftbot_ingest;
