-- What is due on pages, swept with everything else by every worker's idle loop and, where wanted, by pg_cron; ten at once do no harm.
-- ops.stalled_escalations is the alarm that needs no Python: law 7 says that it is empty.
-- Watch: the page lock comes first, before any row is locked, and tickets that somebody holds are left to the next sweep.

create function private.check_ack(p_escalation_id bigint, p_reminder interval) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  page public.escalations;
  shared record;
begin
  select * into page from public.escalations where id = p_escalation_id and state = 'acknowledged' for update;
  -- Whoever works on one ticket of a page has not forgotten the others: the latest sign of life counts for all, and one reminder does.
  select max(o.ack_expires_at) as expires_at, min(o.id) as eldest_id, count(*) - 1 as others into shared
  from public.escalations as o
  where o.state = 'acknowledged' and o.acknowledged_by = page.acknowledged_by
    and coalesce(page.leader_id, page.id) in (o.id, o.leader_id);
  if page.id is null then
    return 'gone';
  elsif coalesce(shared.expires_at, page.ack_expires_at) <= clock_timestamp()
        or exists (select from public.engineers where id = page.acknowledged_by and not is_active) then
    insert into public.ticket_actions (ticket_id, event, payload)
    values (page.ticket_id, 'ack_expired', jsonb_build_object('facts', jsonb_build_object('escalation_id', page.id)));
    return 'expired';
  elsif shared.expires_at > page.ack_expires_at then
    update public.escalations set ack_expires_at = shared.expires_at, reminded_at = null where id = page.id;
    return 'extended';
  elsif page.reminded_at is not null or page.acknowledged_by is null or page.ack_expires_at > clock_timestamp() + p_reminder then
    return 'waits';
  end if;
  update public.escalations set reminded_at = clock_timestamp() where id = page.id;
  if page.id = shared.eldest_id then
    perform private.send_notice(page.acknowledged_by, 'ack_reminder', format(
      'Still on ticket %s%s? Without a sign from you it rings again at %s UTC.', page.ticket_id,
      case when shared.others > 0 then format(' and %s more', shared.others) end,
      to_char(page.ack_expires_at at time zone 'UTC', 'HH24:MI')), page.id || ':' || page.ack_expires_at, page.id);
  end if;
  perform private.journal_page(page, 'ack_reminded', jsonb_build_object('engineer_id', page.acknowledged_by));
  return 'reminded';
end
$$;
comment on function private.check_ack(bigint, interval) is
  'Looks after one acknowledgement: rings again, extends it with the rest of its page, reminds, or waits.';

create function private.sweep_acks() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  -- A reminder at once, with a timeout shorter than it, would only puzzle.
  reminder interval := (select least(ack_reminder, ack_timeout / 2) from public.app_settings);
  done text[] := array[]::text[];
  moment timestamptz := clock_timestamp();
begin
  for due in
    select e.id, e.ticket_id from public.escalations as e
    where e.state = 'acknowledged' and e.ticket_id is not null and (
      e.ack_expires_at <= moment or (e.reminded_at is null and e.ack_expires_at <= moment + reminder)
      or e.acknowledged_by in (select g.id from public.engineers as g where not g.is_active))
    order by e.ack_expires_at, e.id loop
    continue when not private.try_lock_ticket(due.ticket_id);
    done := done || private.check_ack(due.id, reminder);
    exit when cardinality(done) >= 100;
  end loop;
  return jsonb_build_object('acks_expired', nullif(cardinality(array_positions(done, 'expired')), 0),
    'acks_reminded', nullif(cardinality(array_positions(done, 'reminded')), 0), 'more', nullif(cardinality(done) >= 100, false));
end
$$;
comment on function private.sweep_acks() is 'Reminds who has acknowledged, and rings again where they stay silent or have left the team.';

create function private.sweep_joined() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  n integer := 0;
  moment timestamptz := clock_timestamp();
begin
  for due in
    select e.id, e.ticket_id, e.state
    from (select * from public.escalations where state = 'joined'
          union all select * from public.escalations where state = 'ringing' and leader_id is not null) as e
    join public.escalations as l on l.id = e.leader_id
    left join public.engineers as g on g.id = l.acknowledged_by
    where e.state = 'joined' and l.state <> 'ringing'
       -- One that waits quietly beside an acknowledged page rings when its time has come or that page is nobody's any more.
       or e.state = 'ringing' and (e.due_at <= moment or l.state in ('ringing', 'joined') or l.state = 'acknowledged' and not g.is_active)
    order by e.id loop
    continue when not private.try_lock_ticket(due.ticket_id);
    if due.state = 'joined' then
      perform private.settle_joined(due.id);
    elsif exists (select from public.escalations where id = due.id and state = 'ringing' and leader_id is not null for update) then
      perform private.begin_ringing(due.ticket_id, due.id, false);
    end if;
    n := n + 1;
    exit when n >= 100;
  end loop;
  return n;
end
$$;
comment on function private.sweep_joined() is 'Lets the tickets that joined a page follow it, and those that waited beside one ring: the first by itself, the others with it.';

create function private.sweep_attempts() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  attempt public.escalation_attempts;
  n integer := 0;
  moment timestamptz := clock_timestamp();
begin
  for due in
    select a.id, e.ticket_id from public.escalation_attempts as a left join public.escalations as e on e.id = a.escalation_id
    where a.in_hand_until < moment order by a.in_hand_until loop
    -- Without waiting for the ticket, which may be held by somebody who waits for this very attempt.
    continue when not private.try_lock_ticket(due.ticket_id);
    attempt := private.lock_attempt(due.id);
    continue when attempt.in_hand_until is null or attempt.in_hand_until >= moment;
    update public.escalation_attempts set in_hand_until = null where id = due.id;
    perform private.record_outcome(due.id, 'unknown', 'no news came in time');
    n := n + 1;
    exit when n >= 100;
  end loop;
  return n;
end
$$;
comment on function private.sweep_attempts() is 'Attempts whose worker or provider owes news for too long are unknown, and their page goes on.';

create function private.sweep_hand_overs() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  holder bigint := (select id from public.engineers where is_on_call);
  n integer := 0;
begin
  for due in
    select e.id, e.ticket_id from public.escalations as e
    where e.state = 'ringing' and e.leader_id is null and e.ticket_id is not null and e.on_call_id is distinct from holder order by e.id loop
    continue when not private.try_lock_ticket(due.ticket_id);
    update public.escalations set step = 0, cycle = 1, due_at = clock_timestamp(), cycle_started_at = clock_timestamp(),
      changed_at = clock_timestamp(), on_call_id = holder
    where id = due.id and state = 'ringing' and leader_id is null;
    continue when not found;
    update public.escalation_attempts set outcome = 'cancelled', outcome_at = clock_timestamp()
    where escalation_id = due.id and kind = 'ring' and claimed_at is null and outcome is null;
    n := n + 1;
    exit when n >= 100;
  end loop;
  return n;
end
$$;
comment on function private.sweep_hand_overs() is 'Pages that rang for somebody who is not on call any more start over with whoever is.';

create function private.sweep_due_pages() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
  n integer := 0;
  moment timestamptz := clock_timestamp();  -- a variable: no index serves a comparison with a volatile function
begin
  for due in
    select e.id, e.ticket_id from public.escalations as e
    where e.state = 'ringing' and e.leader_id is null and e.due_at <= moment order by e.due_at, e.id loop
    continue when not private.try_lock_ticket(due.ticket_id);
    n := n + private.advance_escalation(due.id)::integer;
    exit when n >= 100;
  end loop;
  -- A test that was acknowledged is over once its messages say so.
  update public.escalations set state = 'resolved', changed_at = clock_timestamp()
  where state = 'acknowledged' and tested_engineer_id is not null and acknowledged_at < moment - interval '10 minutes';
  return n;
end
$$;
comment on function private.sweep_due_pages() is 'Begins the steps that are due.';

create function private.sweep_pages() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  acks jsonb;
  settled integer;
  outdated integer;
  turned integer;
  advanced integer;
begin
  if exists (select from public.escalations where state = 'joined') or exists (select from public.escalations where state = 'acknowledged')
     or exists (select from public.escalations where state = 'ringing' and leader_id is not null) then
    perform private.lock_pages();  -- some of them may ring again, and then look for a page to join
    acks := private.sweep_acks();
    settled := private.sweep_joined();
  end if;
  outdated := private.sweep_attempts();
  turned := private.sweep_hand_overs();
  advanced := private.sweep_due_pages();
  return coalesce(acks, '{}') || jsonb_strip_nulls(jsonb_build_object('pages_advanced', nullif(advanced, 0), 'pages_settled', nullif(settled, 0),
    'pages_turned', nullif(turned, 0), 'attempts_unknown', nullif(outdated, 0),
    'more', nullif(greatest(advanced, settled, outdated, turned) >= 100, false)));
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
  rota jsonb;
  pages jsonb;
  moment timestamptz := clock_timestamp();
begin
  if not pg_try_advisory_xact_lock(hashtextextended('shiftbot.sweep', 0)) then
    return '{}'::jsonb;
  end if;
  rota := private.follow_rota();  -- first: it may wait for a hand-over, and holds no ticket yet
  pages := private.sweep_pages();
  select * into settings from public.app_settings;
  for due in
    select t.id from public.tickets as t
    where t.status = 'awaiting_feedback' and t.updated_at < moment - settings.feedback_timeout
      -- Nobody knows whether that customer was answered: a human decides, not silence.
      and not exists (select from public.replies as r where r.ticket_id = t.id and r.state = 'unknown')
    order by t.updated_at limit 100 for update skip locked loop
    insert into public.ticket_actions (ticket_id, event) values (due, 'feedback_timeout');
    timeouts := timeouts + 1;
  end loop;
  if not exists (select from public.journal_checkpoints
                 where taken_at > moment - settings.checkpoint_interval) then
    root := private.checkpoint_journal();
  end if;
  delete from private.heard_messages where heard_at < moment - interval '7 days';
  return jsonb_strip_nulls(pages || rota || jsonb_build_object(
    'feedback_timeouts', nullif(timeouts, 0), 'checkpoint', encode(root, 'hex')));
end
$$;

create view ops.stalled_escalations as
  with pages as (
    select t.id as ticket_id, t.status, e.id, e.state, e.due_at, e.ack_expires_at, case
      when e.id is null then 'the ticket has no escalation'
      when t.status = 'escalated' and e.state <> 'acknowledged' then 'somebody has it, and still it rings'
      when t.status = 'escalated' and e.ack_expires_at < clock_timestamp() - interval '1 minute'
        then 'the acknowledgement ran out and nobody is rung again'
      when t.status = 'escalated' and g.updated_at < clock_timestamp() - interval '1 minute' then 'whoever acknowledged has left the team'
      when t.status = 'escalated' then null
      when e.state = 'acknowledged' then 'acknowledged, but the ticket still waits'
      when e.state = 'joined' and l.state <> 'ringing' and l.changed_at < clock_timestamp() - interval '1 minute' then 'the page it joined has ended'
      when e.state = 'joined' then null
      when e.due_at < clock_timestamp() - interval '1 minute' then 'a step is due and no worker begins it'
      when not exists (select from public.escalation_steps where is_active) then 'the policy has no active step'
      when e.leader_id is null and exists (
        select from public.escalation_attempts as a
        where a.escalation_id = e.id and a.batch = e.batch and a.kind = 'ring' and a.outcome is null and a.due_at < clock_timestamp() - interval '1 minute')
        then 'a ring is due and no worker makes it'
      when e.leader_id is null and e.cycle > 1 and not exists (
        select from public.escalation_attempts as a
        where a.escalation_id = e.id and a.kind = 'ring' and a.cycle >= e.cycle - 1
          and coalesce(a.outcome, 'attempted') not in ('skipped', 'cancelled', 'failed'))
        then 'nobody could be reached at all' end as reason
    from public.tickets as t
    left join public.escalations as e on e.ticket_id = t.id and e.state <> 'resolved'
    left join public.escalations as l on l.id = e.leader_id
    left join public.engineers as g on g.id = e.acknowledged_by and not g.is_active
    where t.status in ('escalation_pending', 'escalated')
  )
  select ticket_id, id as escalation_id, state, coalesce(due_at, ack_expires_at) as due_at, reason from pages where reason is not null;
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
