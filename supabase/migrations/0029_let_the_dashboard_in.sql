-- The dashboard's login and ears. Its login holds nothing of its own and may become one role only, `authenticated`; who that
-- is say the claims of the signed-in person, so that RLS is the one rule (law 8). Its listener hears which ticket moved, no
-- words, as an account of the project's Auth.
-- Watch: on Postgres 16 and newer whoever grants a role must administer it; Supabase's `postgres` does.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'shiftbot_dashboard') then
    create role shiftbot_dashboard nologin noinherit;
  end if;
  grant authenticated to shiftbot_dashboard;
end
$$;

alter table public.app_settings add column listener_email text;
alter table public.app_settings add constraint listener_email_looks_like_one check (listener_email ~ '^[^@[:space:]]+@[^@[:space:]]+$');
comment on column public.app_settings.listener_email is
  'The Auth account by which the dashboard hears Realtime; it hears ids and reads nothing. Null: only engineers hear.';
grant update (listener_email) on public.app_settings to authenticated;

create function private.is_listener() returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: the listener is no engineer and reads no settings
  select exists (select from public.app_settings where lower(listener_email) = lower(auth.jwt() ->> 'email'))
$$;
comment on function private.is_listener() is 'Whether this is the account by which the dashboard hears Realtime.';
grant execute on function private.is_listener() to authenticated;

create policy "The dashboard hears what moved" on realtime.messages for select to authenticated
  using (realtime.messages.extension = 'broadcast' and (select realtime.topic()) in ('tickets', 'on_call')
         and (select private.is_listener()));

-- Whoever may not come in any more is shown out at once, and a changed name is seen.
create function private.broadcast_engineer() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: admins do not write realtime.messages
begin
  perform realtime.send(jsonb_build_object('engineer_id', new.id), 'engineer_changed', 'on_call', true);
  return null;
end
$$;
comment on function private.broadcast_engineer() is 'Tells listeners on the private topic "on_call" that a person''s data changed.';
create trigger broadcast_engineer after insert or update on public.engineers
  for each row execute function private.broadcast_engineer();

create function private.broadcast_shift() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: admins do not write realtime.messages
begin
  perform realtime.send('{}'::jsonb, 'rota_changed', 'on_call', true);
  return null;
end
$$;
comment on function private.broadcast_shift() is 'Tells listeners on the private topic "on_call" that the rota changed.';
create trigger broadcast_shift after insert or update or delete on public.shifts
  for each statement execute function private.broadcast_shift();
