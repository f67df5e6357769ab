-- Law 1: a ticket's status moves only along rows of status_transitions, whoever writes.
begin;
\ir ../world.psql
select plan(7);

create temp table told as select pg_temp.ticket() as open, pg_temp.ticket('closed') as closed, pg_temp.ticket('escalated') as escalated;
grant select on told to public;

select pg_temp.refused($$insert into public.ticket_actions (ticket_id, event) select open, 'acknowledged' from told$$,
  'ticket_transition_allowed', 'an open ticket cannot be acknowledged by its journal');
select pg_temp.refused($$update public.tickets set status = 'escalated' where id = (select open from told)$$,
  'ticket_transition_allowed', 'nor by an edit in Studio');
select pg_temp.refused($$update public.tickets set status = 'awaiting_feedback' where id = (select escalated from told)$$,
  'ticket_transition_allowed', 'an escalated ticket does not wait for feedback');
select pg_temp.sign_in('Ana');
select pg_temp.refused($$insert into public.ticket_actions (ticket_id, event) select open, 'reopened' from told$$,
  'ticket_transition_allowed', 'an engineer is held to the same moves');
select results_eq($$insert into public.ticket_actions (ticket_id, event) select closed, 'reopened' from told returning status_after::text$$,
  array['open'], 'and makes the legal ones');
reset role;
select pg_temp.refused($$insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, status)
  select platform, source_id, chat_external_id, 'other', opened_by, 'closed' from public.tickets limit 1$$,
  'ticket_starts_open', 'no ticket is born in another status than open');
select pg_temp.refused($$delete from public.tickets where id = (select open from told)$$,
  'tickets_are_never_removed', 'and none is removed');

select * from finish();
rollback;
