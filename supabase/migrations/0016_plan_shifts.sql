-- The rota: shifts that never overlap, rotations that make them by a simple rule, overrides that cut into them (law 4).
-- A rotation counts its turns in local wall-clock time, so that a hand-over at 09:00 stays at 09:00 when the clocks change.
-- Generated shifts are a projection: private.generate_shifts() makes the turns to come equal to the rule, as often as it is called.
-- Watch: a turn that has begun is no projection any more and stays as it is, whatever becomes of its rotation.

create table public.rotations (
  id bigint generated always as identity primary key,
  name text not null,
  engineer_ids bigint[] not null,
  shift_days integer not null default 7,
  hand_over_at time not null default '09:00',
  time_zone text not null,
  starts_on date not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint rotation_has_a_name check (btrim(name) <> ''),
  constraint rotation_has_engineers check (cardinality(engineer_ids) between 1 and 100 and array_position(engineer_ids, null) is null),
  constraint rotation_shift_is_1_to_366_days check (shift_days between 1 and 366),
  constraint rotation_starts_on_a_date check (starts_on between date '2000-01-01' and date '2999-12-31')
);
alter table public.rotations enable row level security;
create unique index rotation_names_differ on public.rotations (lower(name));
comment on table public.rotations is
  'Rules that make shifts: who takes turns, for how many days, with the hand-over at which local time. The active one that started last rules.';
comment on column public.rotations.engineer_ids is 'The people in their order; the first one has the turn that begins on starts_on.';

create table public.shifts (
  id bigint generated always as identity primary key,
  engineer_id bigint not null references public.engineers (id),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  kind text not null default 'manual',
  rotation_id bigint references public.rotations (id),
  turn_starts_at timestamptz,
  created_by text not null default private.current_actor(),
  reason text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shift_ends_after_it_starts check (starts_at < ends_at),
  constraint shift_has_a_beginning_and_an_end check (isfinite(starts_at) and isfinite(ends_at)),
  constraint shift_kind_is_known check (kind in ('rotation', 'override', 'manual')),
  constraint shift_of_a_rotation_names_it
    check ((kind = 'rotation') = (rotation_id is not null) and (kind = 'rotation') = (turn_starts_at is not null)),
  constraint shifts_do_not_overlap exclude using gist (tstzrange(starts_at, ends_at) with &&)
);
alter table public.shifts enable row level security;
create index shifts_engineer_id_idx on public.shifts (engineer_id, starts_at);
create index shifts_rotation_id_idx on public.shifts (rotation_id) where rotation_id is not null;
create index shifts_starts_at_idx on public.shifts (starts_at);
create index shifts_ends_at_idx on public.shifts (ends_at);
comment on table public.shifts is 'The plan: who is to be on call from when to when. What really happened is in on_call_history.';
comment on column public.shifts.kind is 'rotation (made by a rule), override (cut into others), manual (written by an admin, or a rotation''s shift that one edited).';
comment on column public.shifts.turn_starts_at is 'Start of the rotation''s turn of which this is the whole or a piece; once it has passed the shift is no longer replanned.';

create trigger touch_updated_at before update on public.rotations
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.shifts
  for each row execute function private.touch_updated_at();

create function private.lock_plan() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  -- Before any row is locked: otherwise this waits for a planner that waits for the row.
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.plan_shifts', 0));
  return null;
end
$$;
comment on function private.lock_plan() is 'Lets one transaction at a time change what the plan is made from.';
create trigger lock_plan before insert or update or delete on public.rotations
  for each statement execute function private.lock_plan();

create function private.check_rotation() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: asks for engineers whoever writes
declare
  known text;
begin
  select z.name into known from pg_catalog.pg_timezone_names as z where lower(z.name) = lower(new.time_zone);
  if known is null then
    raise exception 'there is no time zone "%"', new.time_zone
      using errcode = 'check_violation', constraint = 'rotation_time_zone_is_known', schema = 'public', table = 'rotations',
            hint = 'Write it as Europe/Berlin or America/New_York, so that daylight saving is known; pg_timezone_names lists all.';
  end if;
  new.time_zone := known;
  if exists (select from unnest(new.engineer_ids) as u (id)
             where u.id is not null and not exists (select from public.engineers as e where e.id = u.id)) then
    raise exception 'engineer_ids names somebody who does not exist'
      using errcode = 'foreign_key_violation', constraint = 'rotation_engineers_exist', schema = 'public', table = 'rotations',
            hint = 'Use the ids of public.engineers, in the order of their turns.';
  end if;
  return new;
end
$$;
comment on function private.check_rotation() is 'Refuses time zones and engineers that do not exist: no check constraint may look into another table.';
create trigger check_rotation before insert or update of time_zone, engineer_ids on public.rotations
  for each row execute function private.check_rotation();

create function private.keep_edited_shift() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.kind := 'manual';
  new.rotation_id := null;
  new.turn_starts_at := null;
  return new;
end
$$;
comment on function private.keep_edited_shift() is 'Makes a turn to come that a person edits a manual shift, so that the rotation does not undo the edit.';
create trigger keep_edited_shift before update of engineer_id, starts_at, ends_at on public.shifts
  for each row when (old.kind = 'rotation' and old.turn_starts_at > clock_timestamp()
                     and (old.engineer_id, old.starts_at, old.ends_at) is distinct from (new.engineer_id, new.starts_at, new.ends_at))
  execute function private.keep_edited_shift();

create function private.planned_shifts(p_from timestamptz, p_until timestamptz)
returns table (rotation_id bigint, engineer_id bigint, turn_starts_at timestamptz, starts_at timestamptz, ends_at timestamptz)
language sql stable security invoker set search_path = '' as $$
  with rules as (
    -- Local time, so that a time the clocks skip or repeat is still one moment, and the same one for both of its neighbours.
    select r.*, lead((r.starts_on + r.hand_over_at) at time zone r.time_zone)
      over (order by (r.starts_on + r.hand_over_at) at time zone r.time_zone, r.id) as rules_until
    from public.rotations as r where r.is_active
  ), turns as (
    select r.id, r.engineer_ids[1 + n % cardinality(r.engineer_ids)] as engineer_id, r.rules_until,
      ((r.starts_on + n * r.shift_days) + r.hand_over_at) at time zone r.time_zone as turn_starts_at,
      ((r.starts_on + (n + 1) * r.shift_days) + r.hand_over_at) at time zone r.time_zone as turn_ends_at
    from rules as r
    cross join lateral generate_series(
      greatest(0, ((p_from at time zone r.time_zone)::date - r.starts_on) / r.shift_days - 1),
      ((p_until at time zone r.time_zone)::date - r.starts_on) / r.shift_days) as n
  ), windows as (
    select t.*, greatest(t.turn_starts_at, p_from) as opens_at, least(t.turn_ends_at, t.rules_until) as closes_at
    from turns as t
  ), fixed as (
    select range_agg(tstzrange(s.starts_at, s.ends_at)) as spans from public.shifts as s
    where s.ends_at > p_from and not (s.kind = 'rotation' and s.turn_starts_at > p_from)
  )
  select w.id, w.engineer_id, w.turn_starts_at, lower(piece), upper(piece)
  from windows as w
  join public.engineers as e on e.id = w.engineer_id
  cross join fixed as f
  cross join lateral unnest(tstzmultirange(tstzrange(w.opens_at, w.closes_at)) - coalesce(f.spans, '{}')) as piece
  where w.opens_at < w.closes_at and w.turn_starts_at < p_until
$$;
comment on function private.planned_shifts(timestamptz, timestamptz) is
  'What the active rotations say for the free time of that span: around overrides, manual shifts and turns that have begun.';

create function private.generate_shifts(p_until timestamptz default null) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: fires for admins and workers, who write no generated shift
declare
  moment timestamptz;
  horizon timestamptz;
  removed integer;
  added integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.plan_shifts', 0));
  moment := clock_timestamp();
  -- Never less far than before: what lies beyond must follow its rule too.
  horizon := greatest(coalesce(p_until, moment + interval '60 days'),
                      (select max(s.turn_starts_at) + interval '1 second' from public.shifts as s where s.kind = 'rotation'));
  delete from public.shifts as s
  where s.kind = 'rotation' and s.turn_starts_at > moment
    and (s.rotation_id, s.engineer_id, s.turn_starts_at, s.starts_at, s.ends_at) not in
      (select p.rotation_id, p.engineer_id, p.turn_starts_at, p.starts_at, p.ends_at
       from private.planned_shifts(moment, horizon) as p);
  get diagnostics removed = row_count;
  insert into public.shifts (engineer_id, starts_at, ends_at, kind, rotation_id, turn_starts_at)
  select p.engineer_id, p.starts_at, p.ends_at, 'rotation', p.rotation_id, p.turn_starts_at
  from private.planned_shifts(moment, horizon) as p
  where not exists (select from public.shifts as s where s.starts_at = p.starts_at)
  order by p.starts_at
  on conflict do nothing;  -- an admin's shift that is being written right now comes first
  get diagnostics added = row_count;
  return removed + added;
end
$$;
comment on function private.generate_shifts(timestamptz) is
  'Makes the turns to come what the active rotations say, 60 days ahead by default; returns how many shifts changed.';

create function private.replan_shifts() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: an admin changes the rule, not the shifts it makes
begin
  perform private.generate_shifts();
  return null;
end
$$;
comment on function private.replan_shifts() is 'Replaces the turns to come when a rotation is added, changed or stopped.';
create trigger replan_shifts after insert or update or delete on public.rotations
  for each statement execute function private.replan_shifts();

create function private.clear_shifts(p_from timestamptz, p_until timestamptz) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: called for every engineer, who may not write shifts
declare
  met public.shifts;
begin
  -- Turns to come are made anew around whatever takes the time.
  delete from public.shifts as s
  where tstzrange(s.starts_at, s.ends_at) && tstzrange(p_from, p_until)
    and s.kind = 'rotation' and s.turn_starts_at > clock_timestamp();
  for met in
    select * from public.shifts as s where tstzrange(s.starts_at, s.ends_at) && tstzrange(p_from, p_until)
    order by s.starts_at for update loop
    if met.starts_at < p_from then
      update public.shifts as s set ends_at = p_from where s.id = met.id;
    else
      delete from public.shifts as s where s.id = met.id;
    end if;
    if met.ends_at > p_until then
      insert into public.shifts (engineer_id, starts_at, ends_at, kind, rotation_id, turn_starts_at, created_by, reason)
      values (met.engineer_id, p_until, met.ends_at, met.kind, met.rotation_id, met.turn_starts_at, met.created_by, met.reason);
    end if;
  end loop;
end
$$;
comment on function private.clear_shifts(timestamptz, timestamptz) is 'Takes a span out of the shifts it meets: shortens, splits or removes them.';

create function private.override_shift(p_engineer_id bigint, p_from timestamptz, p_until timestamptz, p_reason text default '')
returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: the one way an engineer who is no admin changes the plan
declare
  begins timestamptz;
  made bigint;
begin
  if private.database_identity() = 'authenticated' and private.current_engineer_id() is null then
    raise exception 'only an active engineer overrides a shift' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.plan_shifts', 0));
  begins := greatest(p_from, clock_timestamp());  -- what has been is not planned any more; null means from now on
  if p_until is null or p_until <= begins or not isfinite(p_until) then
    raise exception 'an override ends after it starts, and in the future'
      using errcode = 'check_violation', constraint = 'override_ends_in_the_future', schema = 'public', table = 'shifts',
            hint = 'Give a later end.';
  end if;
  perform from public.engineers as e where e.id = p_engineer_id and e.is_active for share;
  if not found then
    raise exception 'engineer % is unknown or inactive', p_engineer_id
      using errcode = 'check_violation', constraint = 'override_is_for_an_active_engineer', schema = 'public', table = 'shifts',
            hint = 'Give the shift to an active engineer.';
  end if;
  perform private.clear_shifts(begins, p_until);
  insert into public.shifts (engineer_id, starts_at, ends_at, kind, reason)
  values (p_engineer_id, begins, p_until, 'override', coalesce(p_reason, ''))
  returning id into made;
  perform private.generate_shifts();
  return made;
end
$$;
comment on function private.override_shift(bigint, timestamptz, timestamptz, text) is
  'Gives a span to one engineer in one act, cutting into every shift it meets; returns the new shift. A swap is two of these.';

grant select on public.rotations, public.shifts to authenticated;
grant insert (name, engineer_ids, shift_days, hand_over_at, time_zone, starts_on, is_active),
  update (name, engineer_ids, shift_days, hand_over_at, time_zone, starts_on, is_active)
  on public.rotations to authenticated;
grant insert (engineer_id, starts_at, ends_at, reason), update (engineer_id, starts_at, ends_at, reason), delete
  on public.shifts to authenticated;
grant execute on function private.override_shift(bigint, timestamptz, timestamptz, text) to authenticated;

create policy "Engineers read rotations" on public.rotations for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read shifts" on public.shifts for select to authenticated using ((select private.is_engineer()));
create policy "Admins add rotations" on public.rotations for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change rotations" on public.rotations for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins add shifts" on public.shifts for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change shifts" on public.shifts for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins remove shifts" on public.shifts for delete to authenticated using ((select private.is_admin()));
