-- What a Supabase project has and a plain Postgres lacks, as far as the migrations and the product use it.
-- Run as supabase_admin (superuser) inside one database; safe to run again.
-- It follows the platform's own definitions. Where it is more lenient, a comment says so.

set local client_min_messages = warning;

-- roles: they belong to the cluster, so another database may have made them already

do $$
declare
  wanted text[][] := array[
    ['anon', 'nologin noinherit'],
    ['authenticated', 'nologin noinherit'],
    ['service_role', 'nologin noinherit bypassrls'],
    ['authenticator', 'login noinherit'],
    ['supabase_realtime_admin', 'nologin noinherit']
  ];
  i int;
begin
  for i in 1 .. array_length(wanted, 1) loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted[i][1]) then
      execute format('create role %I %s', wanted[i][1], wanted[i][2]);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
-- The platform lets `postgres` hand these on.
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_signal_backend to postgres;
grant usage on schema public to anon, authenticated, service_role;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to postgres;

create schema if not exists supabase_migrations authorization postgres;

-- auth

create schema if not exists auth;
grant usage on schema auth to postgres, anon, authenticated, service_role;

create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )::text
$$;

create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )::text
$$;

create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

create table if not exists auth.users (
  id uuid primary key,
  email varchar(255) unique,
  created_at timestamptz default now()
);
alter table auth.users enable row level security;
grant select, insert, update, delete, references, trigger on auth.users to postgres;

-- realtime

create schema if not exists realtime;
grant usage on schema realtime to postgres, anon, authenticated, service_role, supabase_realtime_admin;

create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text;
$$;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages enable row level security;

-- The platform lets `postgres` write policies on this one table through its supautils extension. Here it is a
-- member of the table's owner; the event trigger below takes back the rest of what an owner may do.
alter table realtime.messages owner to supabase_realtime_admin;
grant supabase_realtime_admin to postgres;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

-- The platform has no default partition; here it stands in for the job that adds one a day.
create table if not exists realtime.messages_default partition of realtime.messages default;

do $$
declare
  today date := (now() at time zone 'utc')::date;
  d date;
begin
  for d in select today + n from generate_series(-1, 3) n loop
    -- A day whose rows already sit in the default partition cannot get its own any more.
    if to_regclass(format('realtime.messages_%s', to_char(d, 'YYYY_MM_DD'))) is null
       and not exists (select from realtime.messages_default where inserted_at >= d and inserted_at < d + 1) then
      execute format(
        'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        format('messages_%s', to_char(d, 'YYYY_MM_DD')), d, d + 1
      );
    end if;
  end loop;
end
$$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
declare
  generated_id uuid;
  final_payload jsonb;
begin
  begin
    generated_id := gen_random_uuid();
    if payload ? 'id' then
      final_payload := payload;
    else
      final_payload := jsonb_set(payload, '{id}', to_jsonb(generated_id));
    end if;
    execute format('set local realtime.topic to %L', topic);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (generated_id, final_payload, event, topic, private, 'broadcast');
  exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  end;
end
$$;

-- storage

create schema if not exists storage;
grant usage on schema storage to postgres, anon, authenticated, service_role;

create table if not exists storage.buckets (
  id text primary key,
  name text not null unique,
  owner uuid,
  public boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
alter table storage.buckets enable row level security;

create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  owner_id text,
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  unique (bucket_id, name)
);
alter table storage.objects enable row level security;
grant all on storage.buckets, storage.objects to postgres, anon, authenticated, service_role;

-- The platform refuses `alter table` and the like on its own schemas; ownership alone would allow it here.

create or replace function realtime.refuse_foreign_ddl() returns event_trigger
language plpgsql set search_path = '' as $$
declare
  command record;
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    return;
  end if;
  for command in
    select * from pg_catalog.pg_event_trigger_ddl_commands()
    where schema_name = 'realtime' and object_type <> 'policy' and command_tag not in ('GRANT', 'REVOKE')
  loop
    raise insufficient_privilege using
      message = format('must be owner of %s', command.object_identity),
      hint = 'The platform owns schema realtime; only policies on realtime.messages are yours.';
  end loop;
end
$$;

drop event trigger if exists shim_refuses_foreign_ddl;
create event trigger shim_refuses_foreign_ddl on ddl_command_end
  execute function realtime.refuse_foreign_ddl();
