-- Law 2: nobody changes, removes or truncates journal rows; who disables the triggers is found out; erased words leave the chain valid.
begin;
\ir ../world.psql
select plan(10);

create temp table told as select pg_temp.ticket('escalated') as ticket;
insert into public.ticket_actions (ticket_id, event, body) select ticket, 'note', 'a secret' from told;

select pg_temp.refused($$update public.ticket_actions set body = 'other words' where ticket_id = (select ticket from told)$$,
  'ticket_actions_are_append_only', 'an update is refused');
select pg_temp.refused($$delete from public.ticket_actions where ticket_id = (select ticket from told)$$,
  'ticket_actions_are_append_only', 'a delete is refused');
select pg_temp.refused('truncate public.ticket_actions cascade', 'ticket_actions_are_append_only', 'a truncate is refused');
select results_eq('select seq from public.ticket_actions where ticket_id = (select ticket from told) order by seq',
  $$select generate_series(1, last_action_seq) from public.tickets where id = (select ticket from told)$$, 'rows are numbered without gaps');
select is_empty('select * from ops.verify_journal()', 'the chains verify');

select lives_ok($$select private.erase_content(ticket, 'asked for') from told$$, 'words can be erased');
select is_empty($$select body from public.ticket_actions where body = 'a secret'$$, 'then they are gone');
select is_empty('select * from ops.verify_journal()', 'and the chains still verify');

alter table public.ticket_actions disable trigger user;
update public.ticket_actions set payload = '{"facts": {"severity": 0.1}}' where ticket_id = (select ticket from told) and seq = 2;
select results_eq('select ticket_id, seq from ops.verify_journal()', 'select ticket, 2 from told',
  'whoever disables the triggers and changes a row is found out');
delete from public.ticket_actions where ticket_id = (select ticket from told) and seq >= 2;
select results_eq('select ticket_id from ops.verify_journal()', 'select ticket from told', 'as is who cuts off the tail');

select * from finish();
rollback;
