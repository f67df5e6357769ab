-- Law 4: at most one engineer is on call, a hand-over is one act, and every change is kept.
begin;
\ir ../world.psql
select plan(9);

select results_eq('select name from ops.on_call', array['nobody'], 'nobody on call is said aloud');
select pg_temp.sign_in('Ana');
select lives_ok($$select private.hand_over(pg_temp.engineer('Ana'), 'mine')$$, 'an engineer takes the shift');
select throws_ok($$select private.hand_over(pg_temp.engineer('Bob'), 'mine', pg_temp.engineer('Bob'))$$, '40001', null,
  'who believes somebody else to have it is told');
select throws_ok($$update public.engineers set is_on_call = true$$, '42501', null, 'and nobody ticks the column but by handing over');
reset role;
select pg_temp.refused($$update public.engineers set is_on_call = true where name = 'Bob' and email like '%@pgtap.example.com'$$,
  'at_most_one_engineer_on_call', 'a second one is refused, in Studio too');
select pg_temp.refused($$select private.hand_over(pg_temp.engineer('Gone'), 'x')$$,
  'engineer_on_call_is_active', 'whoever left is not put on call');
select pg_temp.refused($$update public.engineers set is_active = false where id = pg_temp.engineer('Ana')$$,
  'engineer_on_call_is_active', 'nor leaves while on call');
select pg_temp.sign_in('Gone');
select throws_ok($$select private.hand_over(null, 'mine')$$, '42501', null, 'who left hands nothing over');
reset role;
select private.hand_over(pg_temp.engineer('Bob'), 'swap');
select results_eq($$select e.name, h.started_by, h.reason, h.ended_at is null from public.on_call_history as h
  join public.engineers as e on e.id = h.engineer_id where e.email like '%@pgtap.example.com' order by h.id$$,
  format($$values ('Ana', 'engineer:%s', 'mine', false), ('Bob', %L, 'swap', true)$$, pg_temp.engineer('Ana'), current_user),
  'the history says who, why and by whom');

select * from finish();
rollback;
