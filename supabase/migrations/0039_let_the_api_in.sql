-- The API's login holds nothing of its own and may become one role only, `authenticated`; who that is say the claims of the
-- introspected token, so that RLS is the one rule (law 8). A provider's subject is recorded on the engineer by an admin.
-- Watch: a person with a recorded subject is found by it and by their user_id, and no longer by the e-mail alone.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'shiftbot_api') then
    create role shiftbot_api nologin noinherit;
  end if;
  grant authenticated to shiftbot_api;
end
$$;

-- Used from a later file on: a new value may not be used in the transaction that adds it.
alter type public.platform add value 'api';

alter table public.engineers add column auth_subject text;
alter table public.engineers add constraint engineer_subject_is_one_person unique (auth_subject);
alter table public.engineers add constraint engineer_subject_says_something check (auth_subject ~ '^[^[:cntrl:]]{1,255}$');
comment on column public.engineers.auth_subject is
  'The subject of API tokens that act as this person; "client:NAME" is a program that signs in by itself. Empty: the verified e-mail counts.';
grant insert (auth_subject), update (auth_subject) on public.engineers to authenticated;

-- Far from the ends of what programs can hold as a time.
alter table public.shifts add constraint shift_lies_between_2000_and_3000
  check (starts_at >= timestamptz '2000-01-01 00:00:00+00' and ends_at < timestamptz '3000-01-01 00:00:00+00');

create or replace function private.current_engineer_id() returns bigint
language sql stable security definer set search_path = '' as $$  -- definer: RLS on engineers asks this very function
  select e.id from public.engineers as e
  where e.is_active
    and (e.user_id = auth.uid()
         or e.auth_subject = (auth.jwt() ->> 'auth_subject')
         or (e.user_id is null and lower(e.email) = lower(auth.jwt() ->> 'email')
             -- Where a token names its subject, a recorded one must be that one.
             and (e.auth_subject is null or auth.jwt() ->> 'auth_subject' is null)))
  order by e.user_id is null, e.auth_subject is null
  limit 1
$$;
comment on function private.current_engineer_id() is
  'The active engineer who is signed in, read from auth.uid(), the token''s subject or the e-mail in auth.jwt().';

create function private.trim_subject() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.auth_subject := nullif(btrim(new.auth_subject), '');
  return new;
end
$$;
comment on function private.trim_subject() is 'An emptied field of Studio is no subject.';
create trigger trim_subject before insert or update of auth_subject on public.engineers
  for each row execute function private.trim_subject();
