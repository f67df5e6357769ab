-- Law 8: who acts is read from the sign-in; row level security lets engineers read and append, admins keep people, others nothing.
begin;
\ir ../world.psql
select plan(20);

create temp table told as select pg_temp.ticket('escalated') as ticket;
grant select on told to public;

select pg_temp.sign_in('Ana');
select isnt_empty('select * from public.tickets where id = (select ticket from told)', 'an engineer reads tickets');
select isnt_empty('select * from public.ticket_actions where ticket_id = (select ticket from told)', 'and their journal');
select results_eq($$insert into public.ticket_actions (ticket_id, event, body) select ticket, 'note', 'x' from told returning actor, written_by$$,
  format($$values ('engineer:%s', 'authenticated')$$, pg_temp.engineer('Ana')), 'appends as who is signed in');
select throws_ok($$insert into public.ticket_actions (ticket_id, event, actor) select ticket, 'note', 'engineer:1' from told$$,
  '42501', null, 'and as nobody else');
select throws_ok($$insert into public.ticket_actions (ticket_id, event) select ticket, 'content_erased' from told$$,
  '42501', null, 'appends no event of the machine');
select throws_ok($$update public.tickets set status = 'closed'$$, '42501', null, 'moves no ticket past the journal');
select throws_ok($$insert into public.engineers (name, email) values ('New', 'new@pgtap.example.com')$$, '42501', null, 'adds nobody');
select is_empty($$update public.app_settings set escalation_threshold = 0.1 returning 1$$, 'changes no setting');

select pg_temp.sign_in('Root');
select results_eq($$insert into public.engineers (name, email) values ('New', 'new@pgtap.example.com') returning name$$, array['New'], 'an admin adds people');
select results_eq($$update public.app_settings set escalation_threshold = 0.5 returning escalation_threshold$$, array[0.5], 'and changes settings');
select throws_ok($$delete from public.engineers$$, '42501', null, 'but removes nobody');
select throws_ok($$update public.engineers set is_on_call = true$$, '42501', null, 'and puts nobody on call by an edit');

select pg_temp.sign_in('Gone');
select is_empty('select * from public.tickets', 'who left reads nothing');
select is_empty($$update public.app_settings set escalation_threshold = 0.1 returning 1$$, 'and changes nothing, admin or not');
select throws_ok($$insert into public.ticket_actions (ticket_id, event) select ticket, 'note' from told$$, '42501', null, 'nor appends');
select pg_temp.sign_in('Eve');
select is_empty('select * from public.engineers', 'a stranger reads nothing');
select throws_ok($$insert into public.ticket_actions (ticket_id, event) select ticket, 'note' from told$$, '42501', null, 'and appends nothing');

reset role;
select pg_temp.refused('select * from public.tickets', '42501', 'without a sign-in nothing is read', 'anon');
select pg_temp.refused('select * from public.engineers', '42501', 'of no table', 'anon');
select pg_temp.refused('select private.sweep()', '42501', 'and nothing is called', 'anon');

select * from finish();
rollback;
