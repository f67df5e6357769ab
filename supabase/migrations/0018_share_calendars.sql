-- Calendars to subscribe to: a secret address per engineer and one for everybody. Calendar programs cannot sign in, so whoever
-- has the address may read; it can be replaced and revoked, and the database keeps only its digest.
-- Watch: the secret is shown once, by private.make_calendar_token(), and is in no log, because routes are logged by their rule.

create table private.calendar_tokens (
  id bigint generated always as identity primary key,
  engineer_id bigint references public.engineers (id),
  token_sha256 bytea not null,
  created_by text not null default private.current_actor(),
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  constraint calendar_token_is_unique unique (token_sha256)
);
alter table private.calendar_tokens enable row level security;
create unique index one_calendar_token_at_a_time on private.calendar_tokens (coalesce(engineer_id, 0)) where revoked_at is null;
create index calendar_tokens_engineer_id_idx on private.calendar_tokens (engineer_id) where engineer_id is not null;
comment on table private.calendar_tokens is 'Digests of the secret addresses of calendars; engineer_id null is the calendar of everybody.';

create function private.revoke_calendar_token(p_engineer_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: nobody touches the tokens
begin
  if private.database_identity() = 'authenticated' and not private.is_admin()
     and private.current_engineer_id() is distinct from coalesce(p_engineer_id, 0) then
    raise exception 'only an admin or the engineer whose calendar it is may do this' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.calendar_tokens', 0));
  update private.calendar_tokens as t set revoked_at = clock_timestamp()
  where t.engineer_id is not distinct from p_engineer_id and t.revoked_at is null;
  return found;
end
$$;
comment on function private.revoke_calendar_token(bigint) is
  'Ends the address of an engineer''s calendar (null: everybody''s); the engineer and admins may. False: there was none.';

create function private.make_calendar_token(p_engineer_id bigint default null) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: nobody touches the tokens
declare
  -- Core has no random bytes; two version 4 uuids hold 244 random bits.
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  perform private.revoke_calendar_token(p_engineer_id);
  if p_engineer_id is not null and not exists (select from public.engineers as e where e.id = p_engineer_id and e.is_active) then
    raise exception 'engineer % is unknown or inactive', p_engineer_id
      using errcode = 'check_violation', constraint = 'calendar_is_of_an_active_engineer', schema = 'private', table = 'calendar_tokens',
            hint = 'Name an active engineer, or nobody for the calendar of everybody.';
  end if;
  insert into private.calendar_tokens (engineer_id, token_sha256) values (p_engineer_id, sha256(convert_to(token, 'UTF8')));
  return token;
end
$$;
comment on function private.make_calendar_token(bigint) is
  'Makes the secret of an engineer''s calendar (null: everybody''s) and shows it once; the one before ends.';

create function private.calendar(p_token text) returns jsonb
language sql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
  -- Found by digest: how long the search takes says nothing about the secret.
  select jsonb_build_object(
    'engineer', e.name,
    'shifts', coalesce((
      select jsonb_agg(jsonb_build_object(
        'engineer', s_e.name, 'is_active', s_e.is_active, 'starts_at', s.starts_at, 'ends_at', s.ends_at, 'kind', s.kind,
        'rotation', r.name, 'reason', s.reason, 'updated_at', s.updated_at) order by s.starts_at)
      from public.shifts as s
      join public.engineers as s_e on s_e.id = s.engineer_id
      left join public.rotations as r on r.id = s.rotation_id
      where s.ends_at > clock_timestamp() - interval '30 days' and (t.engineer_id is null or t.engineer_id = s.engineer_id)), '[]'))
  from private.calendar_tokens as t
  left join public.engineers as e on e.id = t.engineer_id
  where t.token_sha256 = sha256(convert_to(p_token, 'UTF8')) and t.revoked_at is null
    and (t.engineer_id is null or e.is_active)
$$;
comment on function private.calendar(text) is
  'The shifts of the past 30 days and all to come, for the calendar of that secret; null where it is unknown, revoked or of somebody inactive.';

grant execute on function private.make_calendar_token(bigint), private.revoke_calendar_token(bigint) to authenticated;
grant execute on function private.calendar(text) to shiftbot_ingest;
