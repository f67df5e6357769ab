-- Law 3: replaying a ticket's journal gives its status; an edit in Studio is journaled with who made it.
begin;
\ir ../world.psql
select plan(6);

create temp table told as select pg_temp.ticket('awaiting_feedback') as waiting, pg_temp.ticket('escalated') as escalated;

select is_empty('select * from ops.status_drift', 'every status is what its journal says');
update public.tickets set status = 'closed', severity = 0.4 where id = (select escalated from told);
select results_eq($$select action_type::text, event, actor, status_after::text from public.ticket_actions
  where ticket_id = (select escalated from told) order by seq desc limit 1$$,
  format($$values ('system_update', 'closed', %L, 'closed')$$, current_user), 'an edit is a system_update of who made it');
select is_empty('select * from ops.status_drift', 'and the fold still holds');
select results_eq('select status::text from ops.ticket_as_of((select escalated from told))', array['closed'], 'a ticket can be told as it stood');
select pg_temp.refused('update public.tickets set last_action_seq = 9 where id = (select waiting from told)',
  'ticket_origin_and_journal_are_fixed', 'what the journal derives cannot be set');

alter table public.tickets disable trigger user;
update public.tickets set status = 'open' where id = (select waiting from told);
select results_eq('select ticket_id, stored_status::text, replayed_status::text from ops.status_drift',
  $$select waiting, 'open', 'awaiting_feedback' from told$$, 'a status that was forced past the triggers shows');

select * from finish();
rollback;
