-- Law 6: ticket, journal row and queue message are one transaction: all of them, or none.
begin;
\ir ../world.psql
select plan(5);

create function pg_temp.made() returns text language sql as $$
  select format('%s tickets, %s actions, %s messages', (select count(*) from public.tickets where chat_external_id = '-100777'),
    (select count(*) from public.ticket_actions as a join public.tickets as t on t.id = a.ticket_id where t.chat_external_id = '-100777'),
    (select count(*) from pgmq.q_triage where (message ->> 'ticket_id')::bigint in
       (select id from public.tickets where chat_external_id = '-100777')))
$$;

select is(pg_temp.made(), '0 tickets, 0 actions, 0 messages', 'nothing at first');
savepoint before;
select results_eq($$select outcome from pg_temp.customer('message', 1)$$, array['created'], 'a report comes');
select is(pg_temp.made(), '1 tickets, 1 actions, 1 messages', 'and is a ticket, an action and a message');
rollback to before;
select is(pg_temp.made(), '0 tickets, 0 actions, 0 messages', 'taken back, it is none of them');
select is_empty($$select p.proname from pg_proc as p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'ops'::regnamespace)
  and p.prosrc ~* '\m(http_post|http_get|net\.http|dblink|pg_sleep)\M'$$, 'nothing in SQL waits for the network');

select * from finish();
rollback;
