-- The sweep follows the rota: at each boundary it hands over once, announces it beforehand, and is loud about gaps.
-- What the rota said last is kept, so that a toggle or hand-over by hand holds until the rota says something new.
-- Watch: private.send_notice() comes with paging, in a later file; nothing here is called before.

alter table public.app_settings
  add column handover_notice interval not null default interval '30 minutes',
  add constraint handover_notice_is_at_most_a_week check (handover_notice between interval '0' and interval '7 days');
grant update (handover_notice) on public.app_settings to authenticated;

create table private.rota_state (
  id boolean primary key default true,
  shift_id bigint,  -- no foreign key: a shift that is gone must still differ from none
  engineer_id bigint,
  applied_at timestamptz,
  constraint rota_state_is_one_row check (id)
);
alter table private.rota_state enable row level security;
insert into private.rota_state default values;
comment on table private.rota_state is 'The shift that the rota last put into force, and whom it put on call (null: nobody).';

create table private.rota_notices (
  key text primary key,
  sent_at timestamptz not null default clock_timestamp()
);
alter table private.rota_notices enable row level security;
comment on table private.rota_notices is 'What the rota has announced and to whom, so that each is said once.';

create function private.refuse_to_deactivate() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception '% is on call and cannot be made inactive', old.name
    using errcode = 'check_violation', constraint = 'engineer_on_call_is_active', schema = 'public', table = 'engineers',
          hint = 'Hand the shift over first. The shifts still planned for that person become gaps: see ops.on_call_gaps.';
end
$$;
comment on function private.refuse_to_deactivate() is 'Says what to do before the constraint of the same name refuses.';
create trigger refuse_to_deactivate before update of is_active, is_on_call on public.engineers
  for each row when (not new.is_active and new.is_on_call and old.is_active) execute function private.refuse_to_deactivate();

create view ops.on_call with (security_invoker = true) as
  with clock as materialized (select clock_timestamp() as moment)
  select holder.id as engineer_id, coalesce(holder.name, 'nobody') as name,
    case when holder.id is null then last.ended_at else last.started_at end as since,
    case when holder.id is null then last.ended_by else last.started_by end as changed_by,
    case when holder.id is null then '' else last.reason end as reason,
    -- A hand-over by hand holds until the rota says something new.
    (select min(b.at) from clock, (select s.starts_at as at from public.shifts as s union all select s.ends_at from public.shifts as s) as b
     where b.at > clock.moment) as until
  from (select 1) as always
  left join public.engineers as holder on holder.is_on_call
  left join lateral (select h.* from public.on_call_history as h order by h.started_at desc, h.id desc limit 1) as last on true
  where private.database_identity() <> 'authenticated' or private.is_engineer();
comment on view ops.on_call is 'Who is on call now, since when and why, and when the rota changes it: always one row, named nobody if nobody is.';

create view ops.on_call_gaps with (security_invoker = true) as
  with clock as materialized (select clock_timestamp() as moment), week as (
    select clock.moment as starts_at, clock.moment + interval '168 hours' as ends_at from clock
  ), coming as materialized (
    select s.*, e.is_active, e.name from public.shifts as s join public.engineers as e on e.id = s.engineer_id, week as w
    where s.ends_at > w.starts_at and s.starts_at < w.ends_at
  ), now_until as materialized (
    -- Until the rota says something new it is who is on call that counts, and not who was planned.
    select least(w.ends_at, (select min(b.at) from (select c.starts_at as at from coming as c union all select c.ends_at from coming as c) as b
                             where b.at > w.starts_at)) as at
    from week as w
  ), covered as materialized (
    select tstzrange(w.starts_at, n.at) as span from week as w, now_until as n where exists (select from public.engineers as e where e.is_on_call)
    union all
    select tstzrange(greatest(c.starts_at, n.at), c.ends_at) from coming as c, now_until as n where c.is_active and c.ends_at > n.at
  )
  select lower(gap) as starts_at, upper(gap) as ends_at, lower(gap) = w.starts_at as is_now,
    coalesce((select string_agg(distinct c.name || ' is planned and inactive', ', ') from coming as c
              where not c.is_active and tstzrange(c.starts_at, c.ends_at) && gap),
             case when lower(gap) = w.starts_at then 'nobody is on call' else 'nobody is planned' end) as reason
  from week as w
  cross join lateral unnest(tstzmultirange(tstzrange(w.starts_at, w.ends_at))
                            - coalesce((select range_agg(c.span) from covered as c), '{}')) as gap
  where private.database_identity() <> 'authenticated' or private.is_engineer();
comment on view ops.on_call_gaps is
  'Spans of the coming 7 days in which nobody is on call: now if so, and later where the rota has nobody active.';

grant usage on schema ops to authenticated;
grant select on ops.on_call, ops.on_call_gaps to authenticated;

create function private.on_call_metrics() returns table (on_call_engineers integer, gap_seconds double precision)
language sql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
  select (select count(*)::integer from public.engineers as e where e.is_on_call),
    (select coalesce(extract(epoch from sum(g.ends_at - g.starts_at)), 0)::double precision from ops.on_call_gaps as g)
$$;
comment on function private.on_call_metrics() is 'For /metrics: how many are on call (0 or 1), and for how long of the coming 7 days nobody is.';
grant execute on function private.on_call_metrics() to shiftbot_ingest;

create function private.notify_once(p_engineer_id bigint, p_kind text, p_body text, p_key text) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: called within the sweep only
begin
  insert into private.rota_notices (key) values (p_key) on conflict do nothing;
  if not found then
    return 0;
  end if;
  perform private.send_notice(p_engineer_id, p_kind, p_body, p_key);
  return 1;
end
$$;
comment on function private.notify_once(bigint, text, text, text) is 'Sends a notice unless one of that key has been sent; returns how many went out.';

create function private.in_rota_time(p_at timestamptz) returns text
language sql stable security definer set search_path = '' as $$  -- definer: called within the sweep only
  select to_char(p_at at time zone z.name, 'FMDay YYYY-MM-DD HH24:MI') || ' (' || z.name || ')'
  from (select coalesce((select r.time_zone from public.rotations as r
                         order by r.is_active desc, r.starts_on desc, r.id desc limit 1), 'UTC') as name) as z
$$;
comment on function private.in_rota_time(timestamptz) is 'A moment as people read it: in the time zone of the newest rotation, or in UTC.';

create function private.announce_hand_over(p_at timestamptz, p_from bigint, p_to bigint) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: called within the sweep only
declare
  leaving text := (select e.name from public.engineers as e where e.id = p_from);
  coming text := (select e.name from public.engineers as e where e.id = p_to);
  key text := format('handover:%s:', extract(epoch from p_at));
  sent integer := 0;
begin
  if p_from is not distinct from p_to then
    return 0;
  end if;
  if p_to is not null then
    sent := sent + private.notify_once(p_to, 'handover', format(
      case when p_at > clock_timestamp() then 'You are on call from %s%s.' else 'You are on call since %s%s.' end,
      private.in_rota_time(p_at), coalesce(', taking over from ' || leaving, '')), key || p_to);
  end if;
  if p_from is not null then
    sent := sent + private.notify_once(p_from, 'handover', format(
      case when p_at > clock_timestamp() then 'Your time on call ends: %s. %s.' else 'Your time on call ended: %s. %s.' end,
      private.in_rota_time(p_at), coalesce(coming || ' takes over', 'Nobody is planned after you')), key || p_from);
  end if;
  return sent;
end
$$;
comment on function private.announce_hand_over(timestamptz, bigint, bigint) is 'Tells both people of a hand-over, each once; returns how many were told.';

create function private.announce_next_hand_over() returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: called within the sweep only
declare
  moment timestamptz := clock_timestamp();
  boundary timestamptz;
begin
  select min(b.at) into boundary
  from (select s.starts_at as at from public.shifts as s where s.starts_at > moment
        union all select s.ends_at from public.shifts as s where s.ends_at > moment) as b;
  if boundary is null or boundary > moment + (select a.handover_notice from public.app_settings as a) then
    return 0;
  end if;
  return private.announce_hand_over(boundary,
    (select e.id from public.engineers as e where e.is_on_call),
    (select e.id from public.shifts as s join public.engineers as e on e.id = s.engineer_id and e.is_active
     where tstzrange(s.starts_at, s.ends_at) @> boundary));
end
$$;
comment on function private.announce_next_hand_over() is 'Announces the next boundary of the rota, once app_settings.handover_notice is left until then.';

create function private.warn_of_gaps() returns integer
language sql volatile security definer set search_path = '' as $$  -- definer: called within the sweep only
  -- To the admins, and to everybody where there is none: somebody must hear it. Foreseen and come true are two warnings.
  select coalesce(sum(private.notify_once(listener.id, 'nobody_on_call',
    case when gap.is_now then format('Nobody is on call now (%s).', gap.reason)
         else format('Nobody will be on call from %s (%s).', private.in_rota_time(gap.starts_at), gap.reason) end,
    format('nobody_on_call:%s:%s:%s', case when gap.is_now then 'now' else 'later' end,
           extract(epoch from case when gap.is_now then (select n.since from ops.on_call as n) else gap.starts_at end), listener.id))), 0)::integer
  from ops.on_call_gaps as gap
  cross join public.engineers as listener
  where listener.is_active
    and (listener.is_admin or not exists (select from public.engineers as e where e.is_admin and e.is_active))
$$;
comment on function private.warn_of_gaps() is 'Warns the active admins of each gap, once when it is foreseen and once when it is there; returns how many warnings.';

create function private.apply_rota() returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: called within the sweep only
declare
  shift public.shifts;
  target bigint;
  holder bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.hand_over', 0));  -- before any row of engineers, as hand_over does
  select * into shift from public.shifts as s where tstzrange(s.starts_at, s.ends_at) @> clock_timestamp();
  select e.id into target from public.engineers as e where e.id = shift.engineer_id and e.is_active for no key update;
  select e.id into holder from public.engineers as e where e.is_on_call;
  begin
    perform private.hand_over(target, 'rota' || coalesce(': ' || nullif(shift.reason, ''), ''));
  exception when unique_violation then
    return false;  -- somebody is put on call by an edit at this very moment; the next sweep looks again
  end;
  update private.rota_state set shift_id = shift.id, engineer_id = target, applied_at = clock_timestamp();
  perform private.announce_hand_over(coalesce(shift.starts_at, clock_timestamp()), holder, target);
  return true;
end
$$;
comment on function private.apply_rota() is 'Puts on call whom the rota names now, or nobody where it names nobody active.';

create function private.rota_says_something_new() returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: called within the sweep only
  select shift.id is distinct from said.shift_id
    -- The shift was edited to name another, or who was inactive at its start is back and nobody else took it meanwhile.
    or active.id is not null and active.id is distinct from said.engineer_id
       and (said.engineer_id is not null or not exists (select from public.engineers as e where e.is_on_call))
  from private.rota_state as said
  left join public.shifts as shift on tstzrange(shift.starts_at, shift.ends_at) @> clock_timestamp()
  left join public.engineers as active on active.id = shift.engineer_id and active.is_active
$$;
comment on function private.rota_says_something_new() is 'Whether the shift of this moment is another one than the rota last put into force.';

create function private.follow_rota() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  planned integer := 0;
  handed boolean := false;
  announced integer;
  warned integer;
begin
  if not exists (select from public.rotations) and not exists (select from public.shifts)
     and (select shift_id is null from private.rota_state) then
    return '{}'::jsonb;  -- a team without a rota, and none that has just removed its last shift
  end if;
  perform from private.rota_state for update skip locked;
  if not found then
    return '{}'::jsonb;  -- another sweep is at it
  end if;
  -- Somebody may hold the plan in an open transaction: what is committed is followed all the same.
  if pg_try_advisory_xact_lock(hashtextextended('shiftbot.plan_shifts', 0)) then
    planned := private.generate_shifts();
  end if;
  if private.rota_says_something_new() then
    handed := private.apply_rota();
  end if;
  announced := private.announce_next_hand_over();
  warned := private.warn_of_gaps();
  return jsonb_strip_nulls(jsonb_build_object('shifts_planned', nullif(planned, 0), 'handed_over', nullif(handed, false),
    'hand_overs_announced', nullif(announced, 0), 'gap_warnings', nullif(warned, 0)));
end
$$;
comment on function private.follow_rota() is
  'Extends the shifts, hands over at a boundary, announces the next one, warns of gaps; returns what it did. Ten at once do no harm.';
