-- Before the data of a dump (docs/operations.md, Backups): empties a freshly migrated database and lets rows in as they were.
-- Everything up to end.sql is one transaction: it is restored as a whole, or not at all.

do $$
declare
  every record;
begin
  if exists (select from public.tickets) then
    raise exception 'this database has tickets: restore into a fresh one'
      using errcode = 'object_not_in_prerequisite_state', hint = 'A new project, then `shiftbot migrate`, then this.';
  end if;
  -- The journal's rows come numbered, chained and moved already; what guards them comes back in end.sql.
  for every in select c.oid::regclass as name from pg_catalog.pg_class as c
               where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) loop
    execute format('alter table %s disable trigger user', every.name);
  end loop;
end
$$;

create temp table migrated as select version, name from supabase_migrations.schema_migrations;

do $$
begin
  execute 'truncate ' || (
    select string_agg(c.oid::regclass::text, ', ') from pg_catalog.pg_class as c
    where c.relkind = 'r' and (
      c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'supabase_migrations'::regnamespace)
      or c.relnamespace = 'pgmq'::regnamespace and c.relname ~ '^[aq]_'));
end
$$;
