-- Deciding whom to ring next: a step makes one attempt per person it reaches, skips what cannot work, and says when the next
-- step begins. The policy is gone through page_cycles times, then slowly again and again: a page never gives up.
-- Watch: whoever calls these holds the lock on the page's ticket (a test page has none).

create function private.unreachable_reason(p_engineer public.engineers, p_method public.escalation_method) returns text
language sql immutable security invoker set search_path = '' as $$
  select case
    when p_method in ('phone_call', 'sms') and p_engineer.phone is null then 'no phone number'
    when p_method = 'telegram_call' and coalesce(p_engineer.telegram_handle, p_engineer.phone) is null
      then 'no Telegram handle and no phone number'
    when p_method = 'telegram_message' and p_engineer.telegram_user_id is null then 'no Telegram user id'
    when p_method = 'slack_message' and p_engineer.slack_user_id is null then 'no Slack user id' end
$$;
comment on function private.unreachable_reason(public.engineers, public.escalation_method) is
  'Why an engineer cannot be reached that way; null where they can.';

create function private.queue_attempt(p_attempt public.escalation_attempts, p_ticket_id bigint) returns bigint
language sql volatile security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
  select private.enqueue('escalations', jsonb_build_object(
    'kind', 'attempt', 'attempt_id', p_attempt.id, 'ticket_id', p_ticket_id))
$$;
comment on function private.queue_attempt(public.escalation_attempts, bigint) is 'Hands an attempt to the workers.';

create function private.attempt_step(p_escalation public.escalations, p_step public.escalation_steps, p_engineer public.engineers)
returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  attempt public.escalation_attempts;
  reason text := case when p_step.method <> 'webhook' then private.unreachable_reason(p_engineer, p_step.method) end;
begin
  if reason is not null and p_escalation.cycle > 1 then
    return false;  -- said once, in the first cycle
  end if;
  insert into public.escalation_attempts (escalation_id, engineer_id, method, step, cycle, batch, ring_seconds, outcome, outcome_at, detail)
  values (p_escalation.id, p_engineer.id, p_step.method, p_step.position, p_escalation.cycle, p_escalation.batch, p_step.ring_seconds,
          case when reason is not null then 'skipped' end, case when reason is not null then clock_timestamp() end, reason)
  returning * into attempt;
  if reason is not null then
    perform private.journal_page(p_escalation, 'call_outcome', private.attempt_facts(attempt), jsonb_build_object('detail', reason));
    return false;
  end if;
  perform private.queue_attempt(attempt, p_escalation.ticket_id);
  return true;
end
$$;
comment on function private.attempt_step(public.escalations, public.escalation_steps, public.engineers) is
  'Makes the attempt of one step for one person, or skips it at once; whether there is one.';

create function private.begin_step(p_escalation public.escalations, p_step public.escalation_steps) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  engineer public.engineers;
  nobody_is_on_call boolean := not exists (select from public.engineers where is_on_call);
  begun integer := 0;
begin
  if p_step.method = 'webhook' then
    return case when p_escalation.tested_engineer_id is null and private.attempt_step(p_escalation, p_step, null) then 1 else 0 end;
  end if;
  if nobody_is_on_call and p_step.target = 'on_call' and exists (select from public.engineers where is_active)
     and not exists (select from public.ticket_actions where ticket_id = p_escalation.ticket_id and event = 'paged_everyone'
                     and payload #>> '{facts,escalation_id}' = p_escalation.id::text) then
    perform private.journal_page(p_escalation, 'paged_everyone', '{}');
  end if;
  for engineer in
    select * from public.engineers as e
    where e.is_active and case
      when p_escalation.tested_engineer_id is not null then e.id = p_escalation.tested_engineer_id
        and not exists (select from public.escalation_attempts as a where a.escalation_id = p_escalation.id and a.method = p_step.method)
      else p_step.target = 'everyone' or e.is_on_call or nobody_is_on_call end
    order by e.id loop
    begun := begun + private.attempt_step(p_escalation, p_step, engineer)::integer;
  end loop;
  return begun;
end
$$;
comment on function private.begin_step(public.escalations, public.escalation_steps) is
  'Attempts a step for everybody it is for (with nobody on call: for all); how many attempts it made.';

create function private.is_listened_to(p_escalation public.escalations) returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from public.escalation_attempts as a
    where a.escalation_id = p_escalation.id and a.batch = p_escalation.batch and a.kind = 'ring' and a.method = 'phone_call'
      and a.outcome = 'answered' and a.ended_at is null and a.outcome_at > clock_timestamp() - interval '90 seconds')
$$;
comment on function private.is_listened_to(public.escalations) is 'Whether somebody has picked up and is hearing the page right now.';

create function private.next_cycle_at(p_escalation public.escalations, p_moment timestamptz) returns timestamptz
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
  select case when p_escalation.cycle < a.page_cycles
    -- Never at once: with every provider down the cycles would spin.
    then greatest(p_moment + interval '10 seconds', p_escalation.cycle_started_at + interval '1 minute') else p_moment + a.page_repeat end
  from public.app_settings as a
$$;
comment on function private.next_cycle_at(public.escalations, timestamptz) is 'When a page that has gone through the policy begins it anew.';

create function private.advance_escalation(p_escalation_id bigint, p_is_forced boolean default false) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  page public.escalations;
  next_step public.escalation_steps;
  begun integer := 0;
  moment timestamptz := clock_timestamp();
begin
  select * into page from public.escalations where id = p_escalation_id for update;
  if page.state is distinct from 'ringing' or (page.due_at > moment and not p_is_forced) then
    return false;
  end if;
  if private.is_listened_to(page) and not p_is_forced then
    update public.escalations set due_at = moment + interval '15 seconds' where id = page.id;
    return false;
  end if;
  page.leader_id := null;  -- one that waited quietly rings by itself now
  page.batch := page.batch + 1;
  page.due_at := null;
  while page.due_at is null loop
    select * into next_step from public.escalation_steps where is_active and position > page.step order by position limit 1;
    if found then
      page.step := next_step.position;
      begun := begun + private.begin_step(page, next_step);
      page.due_at := case when begun > 0 and next_step.wait_seconds > 0 then moment + next_step.wait_seconds * interval '1 second' end;
    else
      page.due_at := private.next_cycle_at(page, moment);
      page.cycle_started_at := page.due_at;
      page.cycle := page.cycle + 1;
      page.step := 0;
    end if;
  end loop;
  update public.escalations
  set leader_id = null, step = page.step, cycle = page.cycle, batch = page.batch, due_at = page.due_at,
    cycle_started_at = page.cycle_started_at, changed_at = moment, on_call_id = (select id from public.engineers where is_on_call),
    state = case when page.tested_engineer_id is not null and page.cycle > 1 and begun = 0 then 'resolved' else state end
  where id = page.id;
  return true;
end
$$;
comment on function private.advance_escalation(bigint, boolean) is
  'Begins the next step that reaches anybody and sets when the one after it is due; false where nothing was due.';

create function private.hasten(p_escalation_id bigint) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  if exists (select from public.escalations as e where e.id = p_escalation_id and e.state = 'ringing' and e.step > 0)
     and not exists (select from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id
                     where e.id = p_escalation_id and a.batch = e.batch and a.kind = 'ring' and not private.is_over(a)) then
    perform private.advance_escalation(p_escalation_id, true);
  end if;
end
$$;
comment on function private.hasten(bigint) is 'Goes on at once where nothing of the last steps can be answered any more.';

create function private.lock_pages() returns void
language sql volatile security definer set search_path = '' as $$  -- definer: programs hold no right on tables
  select pg_advisory_xact_lock(hashtextextended('shiftbot.page', 0)) from public.app_settings where storm_window > interval '0'
$$;
comment on function private.lock_pages() is
  'One at a time looks for a page to join. Taken before any escalation that another may want to join, or two would wait for each other.';

create function private.join_page(p_ticket_id bigint, p_escalation_id bigint, p_window interval) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  leader public.escalations;
  page public.escalations;
begin
  perform private.lock_pages();
  -- The row lock waits for an acknowledgement that is just being written.
  select * into leader from public.escalations
  where state = 'ringing' and leader_id is null and ticket_id <> p_ticket_id order by opened_at, id limit 1 for no key update;
  if leader.id is null then
    select * into leader from public.escalations
    where state = 'acknowledged' and acknowledged_by is not null and ticket_id <> p_ticket_id
      and acknowledged_at > clock_timestamp() - p_window
      and acknowledged_by in (select id from public.engineers where is_active) order by acknowledged_at desc limit 1 for no key update;
  end if;
  if leader.id is null then
    return false;
  end if;
  update public.escalations set leader_id = leader.id, changed_at = clock_timestamp(),
    state = case when leader.state = 'ringing' then 'joined' else 'ringing' end,
    due_at = case when leader.state = 'ringing' then null else leader.acknowledged_at + p_window end
  where id = p_escalation_id returning * into page;
  perform private.journal_page(page, 'page_joined', jsonb_build_object('leader_id', leader.id, 'leader_ticket_id', leader.ticket_id));
  if leader.step = 0 and leader.due_at > clock_timestamp() + interval '1 minute' then
    -- It pauses between two rounds, and the pause may be long: what is new rings now.
    update public.escalations set due_at = clock_timestamp() where id = leader.id;
    perform private.enqueue('escalations', '{"kind": "sweep"}');
  end if;
  if leader.state = 'acknowledged' then
    perform private.send_notice(leader.acknowledged_by, 'joined', format(
      'One more serious report, ticket %s: %s. It joined the page you acknowledged; it rings at %s UTC unless somebody takes it.', p_ticket_id,
      coalesce((select title from public.tickets where id = p_ticket_id), 'untitled'),
      to_char(page.due_at at time zone 'UTC', 'HH24:MI')), 'joined:' || page.id || ':' || page.due_at, page.id);
  end if;
  return true;
end
$$;
comment on function private.join_page(bigint, bigint, interval) is
  'One storm, one ring: joins the page that rings, or waits quietly beside one just acknowledged; false where there is none.';

create function private.begin_ringing(p_ticket_id bigint, p_escalation_id bigint, p_may_wait boolean default true) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  storm interval := (select storm_window from public.app_settings);
begin
  update public.escalations set state = 'ringing', leader_id = null, step = 0, cycle = 1, due_at = clock_timestamp(),
    cycle_started_at = clock_timestamp(), changed_at = clock_timestamp(),
    acknowledged_by = null, acknowledged_at = null, ack_expires_at = null, reminded_at = null
  where id = p_escalation_id;
  if storm = interval '0' or not private.join_page(p_ticket_id, p_escalation_id, case when p_may_wait then storm else interval '0' end) then
    perform private.advance_escalation(p_escalation_id);
  end if;
end
$$;
comment on function private.begin_ringing(bigint, bigint, boolean) is
  'Rings for a ticket from the first step on, or lets it join the page that rings; p_may_wait: also beside one just acknowledged.';
