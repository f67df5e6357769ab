-- At most one engineer on call (law 4): a unique index, one atomic hand-over, and a history that a trigger keeps, so that
-- a toggle in Studio is in it too. Nobody on call is legal, and loud (ops.on_call, a metric, a banner).

alter table public.engineers
  add constraint engineer_on_call_is_active check (is_active or not is_on_call);
create unique index at_most_one_engineer_on_call on public.engineers (is_on_call) where is_on_call;

create table public.on_call_history (
  id bigint generated always as identity primary key,
  engineer_id bigint not null references public.engineers (id),
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  started_by text not null,
  ended_by text,
  reason text not null default '',
  constraint on_call_ends_after_it_starts check (ended_at >= started_at)
);
alter table public.on_call_history enable row level security;
create unique index one_on_call_spell_at_a_time on public.on_call_history ((true)) where ended_at is null;
create index on_call_history_engineer_id_idx on public.on_call_history (engineer_id, started_at desc);
comment on table public.on_call_history is 'Who was on call from when to when, who made it so and why.';

create function private.current_actor() returns text
language sql stable security invoker set search_path = '' as $$
  select coalesce(
    case when private.database_identity() = 'authenticated' then 'engineer:' || private.current_engineer_id() end,
    private.database_identity())
$$;
comment on function private.current_actor() is 'Who acts, read from the session: "engineer:7", a program''s role, or the database login.';

create function private.record_on_call() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: the history is written by nobody directly
declare
  -- One moment for both halves of a hand-over, so that the history has neither gap nor overlap.
  moment timestamptz := coalesce(nullif(current_setting('shiftbot.on_call_moment', true), '')::timestamptz, clock_timestamp());
begin
  if new.is_on_call then
    insert into public.on_call_history (engineer_id, started_at, started_by, reason)
    values (new.id, moment, private.current_actor(), coalesce(current_setting('shiftbot.on_call_reason', true), ''));
  else
    update public.on_call_history set ended_at = greatest(moment, started_at), ended_by = private.current_actor()
    where engineer_id = new.id and ended_at is null;
  end if;
  return null;
end
$$;
comment on function private.record_on_call() is 'Keeps on_call_history in step with engineers.is_on_call.';
create trigger record_on_call_insert after insert on public.engineers
  for each row when (new.is_on_call) execute function private.record_on_call();
create trigger record_on_call_update after update on public.engineers
  for each row when (new.is_on_call <> old.is_on_call) execute function private.record_on_call();

create function private.hand_over(p_to_engineer_id bigint, p_reason text default '', p_from_engineer_id bigint default null)
returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: the one way an engineer who is no admin changes this
declare
  holder public.engineers;
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.hand_over', 0));
  if private.database_identity() = 'authenticated' and private.current_engineer_id() is null then
    raise exception 'only an active engineer hands the shift over' using errcode = 'insufficient_privilege';
  end if;
  select * into holder from public.engineers where is_on_call for no key update;  -- attempts that refer to the person need not wait
  if p_from_engineer_id is not null and holder.id is distinct from p_from_engineer_id then
    raise exception 'the shift has changed hands meanwhile: % is on call', coalesce(holder.name, 'nobody')
      using errcode = 'serialization_failure', constraint = 'on_call_changed_meanwhile', schema = 'public', table = 'engineers',
            hint = 'Look who has it now and decide again.';
  end if;
  perform set_config('shiftbot.on_call_reason', p_reason, true);
  perform set_config('shiftbot.on_call_moment', greatest(clock_timestamp(), (select max(started_at) from public.on_call_history))::text, true);
  update public.engineers set is_on_call = false where is_on_call and id is distinct from p_to_engineer_id;
  if p_to_engineer_id is not null then
    update public.engineers set is_on_call = true where id = p_to_engineer_id and is_active and not is_on_call;
    if not found and holder.id is distinct from p_to_engineer_id then
      raise exception 'engineer % is unknown or inactive', p_to_engineer_id
        using errcode = 'check_violation', constraint = 'engineer_on_call_is_active', schema = 'public', table = 'engineers',
              hint = 'Hand over to an active engineer.';
    end if;
  end if;
  perform set_config('shiftbot.on_call_reason', '', true);
  perform set_config('shiftbot.on_call_moment', '', true);
  return p_to_engineer_id;
end
$$;
comment on function private.hand_over(bigint, text, bigint) is
  'Puts one engineer on call (null: nobody) in one act; with p_from_engineer_id only if that one still has the shift.';
