-- Law 9: a claim before the send, the outcome after it; what died in between is unknown, and not sent again by itself.
begin;
\ir ../world.psql
select plan(8);

update private.send_limits set sends = 1000;
create temp table told as select ticket_id as ticket from pg_temp.customer('message', 1);
insert into public.ticket_actions (ticket_id, event, body) select ticket, 'triaged_answer', 'Please reload.' from told;
create temp table reply as select r.id from public.replies as r where r.ticket_id = (select ticket from told);
grant select on told, reply to public;

create function pg_temp.claim(p_stale_seconds integer) returns text language sql as $$
  select pg_temp.answer('shiftbot_worker', format('select outcome, body from private.claim_reply_part(%s, 0, %s)', reply.id, p_stale_seconds))
  from reply
$$;

select is(pg_temp.claim(60), '(claimed,"Please reload.")', 'one worker claims it');
select is(pg_temp.claim(60), '(wait,"Please reload.")', 'another one waits');
select is(pg_temp.claim(0), '(unknown,"Please reload.")', 'if the first one died, nobody knows whether it was sent');
select lives_ok($$select pg_temp.answer('shiftbot_worker', format('select private.finish_reply(%s, 0, ''unknown'', ''it died'')', id)) from reply$$,
  'which is journaled');
select isnt_empty('select * from ops.unknown_replies where reply_id = (select id from reply)', 'and waits for a human');
select pg_temp.sign_in('Eve');
select throws_ok('select private.resolve_reply((select id from reply), true)', '42501', null, 'whom a stranger is not');
select pg_temp.sign_in('Ana');
select results_eq('select private.resolve_reply((select id from reply), false)', array['delivered'], 'an engineer decides');
select pg_temp.refused('select private.resolve_reply((select id from reply), true)',
  'only_unknown_or_failed_replies_are_resolved', 'once');

select * from finish();
rollback;
