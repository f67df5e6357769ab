-- A message is read by one worker at a time, put off while it fails, buried with its reason, and put back by an engineer.
begin;
\ir ../world.psql
select plan(9);

update public.app_settings set queue_max_attempts = 2;
create temp table told as select ticket_id as ticket from pg_temp.customer('message', 1);
grant select on told to public;
create temp table sent as select msg_id from pgmq.q_triage where (message ->> 'ticket_id')::bigint = (select ticket from told);
create function pg_temp.take() returns bigint language sql as $$
  select count(*) from sent where format('(%s)', msg_id) = any (string_to_array(
    pg_temp.answer('shiftbot_worker', 'select msg_id from private.read_queue(''triage'', 60, 100)'), ' '))
$$;
create function pg_temp.fail() returns text language sql as $$
  select pg_temp.answer('shiftbot_worker', format('select private.fail_message(''triage'', %s, ''no model'')', msg_id)) from sent
$$;

select is(pg_temp.take(), 1::bigint, 'a worker takes the message');
select is(pg_temp.take(), 0::bigint, 'and nobody else does meanwhile');
select is(pg_temp.fail(), '(retry)', 'it fails and is tried again');
update pgmq.q_triage set read_ct = 2 where msg_id = (select msg_id from sent);
select is(pg_temp.fail(), '(dead)', 'until it has failed often enough');
select is(pg_temp.fail(), '(gone)', 'and then it is gone from the queue');
select results_eq($$select reason, attempts from ops.dead_letters where (message ->> 'ticket_id')::bigint = (select ticket from told)$$,
  $$values ('no model', 2)$$, 'the dead one says why');

select pg_temp.sign_in('Eve');
select throws_ok($$select * from private.dead_letters()$$, '42501', null, 'to no stranger');
select pg_temp.sign_in('Ana');
select results_eq($$select private.requeue_dead_letter('triage', msg_id) from private.dead_letters() where ticket_id = (select ticket from told)$$,
  array[true], 'an engineer puts it back to work');
reset role;
select is((pg_temp.journal(ticket))[2], 'requeued', 'which the journal knows') from told;

select * from finish();
rollback;
