-- Law 7: a ticket in escalation_pending has an attempt due or in flight; its due times are rows.
begin;
\ir ../world.psql
select plan(9);

select private.hand_over(pg_temp.engineer('Ana'), 'the test');
delete from public.escalation_steps;
insert into public.escalation_steps (position, target, method, wait_seconds) values (1, 'on_call', 'phone_call', 60), (2, 'everyone', 'sms', 60);
create temp table told as select pg_temp.ticket('escalation_pending') as ticket;

select results_eq($$select e.state, a.method::text, a.engineer_id, a.outcome from public.escalations as e
  join public.escalation_attempts as a on a.escalation_id = e.id and a.kind = 'ring' where e.ticket_id = (select ticket from told)$$,
  $$values ('ringing', 'phone_call', pg_temp.engineer('Ana'), null::text)$$, 'the engineer on call is to be rung');
select is_empty('select * from ops.stalled_escalations where ticket_id = (select ticket from told)', 'the page does not stall');
select pg_temp.refused($$update public.escalations set due_at = null where ticket_id = (select ticket from told)$$,
  'ringing_escalation_knows_when_next', 'it cannot forget when it goes on');
select pg_temp.refused($$insert into public.escalations (ticket_id, due_at) select ticket, now() from told$$,
  'one_open_escalation_per_ticket', 'and has no double');

update public.escalations set due_at = clock_timestamp() - interval '2 minutes' where ticket_id = (select ticket from told);
select results_eq('select reason from ops.stalled_escalations where ticket_id = (select ticket from told)',
  array['a step is due and no worker begins it'], 'a step that nobody begins is an alarm');
select private.sweep();
select is_empty('select * from ops.stalled_escalations where ticket_id = (select ticket from told)', 'which the sweep, of whatever worker, ends');
select set_has($$select a.method::text from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id
  where e.ticket_id = (select ticket from told)$$, $$values ('phone_call'), ('sms')$$, 'by the next step');

select pg_temp.sign_in('Ana');
insert into public.ticket_actions (ticket_id, event) values ((select max(id) from public.tickets), 'acknowledged');
reset role;
select results_eq($$select state, acknowledged_by from public.escalations where ticket_id = (select ticket from told)$$,
  $$values ('acknowledged', pg_temp.engineer('Ana'))$$, 'an acknowledgement ends the ringing');
select is_empty('select * from ops.stalled_escalations where ticket_id = (select ticket from told)', 'and is no stall');

select * from finish();
rollback;
