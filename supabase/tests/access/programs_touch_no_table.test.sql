-- Each program calls its functions and touches no table; the queues are closed to everybody; every table has row level security.
begin;
\ir ../world.psql
select plan(9);

create function pg_temp.open_tables(p_role text) returns setof text language sql as $$
  select c.oid::regclass::text from pg_class as c
  where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'ops'::regnamespace, 'pgmq'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm') and has_schema_privilege(p_role, c.relnamespace, 'usage')
    and (has_table_privilege(p_role, c.oid, 'select, insert, update, delete, truncate')
         or has_any_column_privilege(p_role, c.oid, 'select, insert, update'))
$$;

select is_empty($$select pg_temp.open_tables('anon')$$, 'anon touches no table');
select is_empty($$select pg_temp.open_tables('service_role')$$, 'nor does the key of the API');
select is_empty($$select pg_temp.open_tables('shiftbot_ingest')$$, 'nor do the webhooks');
select is_empty($$select pg_temp.open_tables('shiftbot_worker')$$, 'nor do the workers');
select is_empty($$select t from pg_temp.open_tables('authenticated') as t where t like 'pgmq.%' or t like 'private.%'$$,
  'the people touch no queue and nothing private');
select is_empty($$select c.oid::regclass from pg_class as c
  where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and not c.relrowsecurity$$,
  'every table has row level security');
select is_empty($$select p.oid::regprocedure from pg_proc as p
  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'ops'::regnamespace)
    and not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%')$$,
  'every function has its search_path');
select pg_temp.refused('select private.sweep()', '42501', 'the webhooks call nothing of the workers', 'shiftbot_ingest');
select pg_temp.refused($$select * from pg_temp.customer('message', 1)$$, '42501', 'and the workers nothing of theirs', 'shiftbot_worker');

select * from finish();
rollback;
