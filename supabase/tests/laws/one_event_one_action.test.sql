-- Law 5: a platform event is recorded once, however often it comes; one thread has one unclosed ticket.
begin;
\ir ../world.psql
select plan(7);

create temp table told as select split_part(said, ',', 1) as outcome, split_part(said, ',', 2)::bigint as ticket_id
from translate(pg_temp.answer('shiftbot_ingest', $$select * from pg_temp.customer('message', 1)$$), '()', '') as said;
select results_eq('select outcome from told', array['created'], 'a first message makes a ticket');
select results_eq($$select * from pg_temp.customer('message', 1)$$, $$select 'duplicate', ticket_id from told$$, 'the same again makes nothing');
select results_eq($$select * from pg_temp.customer('message', 2, 'Still', 1)$$, $$select 'appended', ticket_id from told$$, 'an answer finds its ticket');
select results_eq($$select outcome from pg_temp.customer('message', 3, 'Another thing')$$, array['created'], 'another thread is another ticket');
select results_eq($$select outcome from private.ingest_message('telegram', '-100778', 'message', 'telegram:-100778/1', 'msg:1', 'telegram:7')$$,
  array['ignored_unlisted_source'], 'a chat that is not listed is not listened to');
select is(pg_temp.journal((select ticket_id from told)), array['message', 'message'], 'the journal has each event once');
select pg_temp.refused($$insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by)
  select platform, source_id, chat_external_id, thread_key, opened_by from public.tickets where id = (select ticket_id from told)$$,
  'one_unclosed_ticket_per_thread', 'a second unclosed ticket of a thread is refused');

select * from finish();
rollback;
