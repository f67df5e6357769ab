-- What follows from the journals of the batch: the tickets, their words, replies, pages, and what waits on a queue.
insert into public.tickets (id, platform, source_id, chat_external_id, thread_key, status, severity, title, summary, language, opened_by,
  assigned_engineer_id, created_at, updated_at, last_action_seq, last_said_seq, head_hash)
overriding system value
select t.ticket_id, t.platform, t.source_id, t.chat, t.thread, p.status_after,
  case when is_triaged then t.severity end, case when is_triaged then t.title end, case when is_triaged then t.title || '. ' || t.detail end,
  case when is_triaged then 'en' end, t.author, case when is_taken then t.engineer_id end, t.began, t.at, p.seq, p.said_seq, t.head
from seed_tickets as t
join seed_steps as p on p.story = t.story and p.seq = p.length
cross join lateral (
  select bool_or(s.action_type = 'llm_answer') as is_triaged, bool_or(s.event = 'acknowledged') as is_taken
  from seed_steps as s where s.story = t.story) as has
order by t.ticket_id;

insert into private.ticket_words (ticket_id, block, words)
select t.ticket_id, 0, strip(private.words(string_agg(concat_ws(' ', a.payload ->> 'author_name', a.body), ' ')
  || case when k.title is null then '' else ' ' || k.title || ' ' || k.summary end))
from seed_tickets as t join public.tickets as k on k.id = t.ticket_id
join public.ticket_actions as a on a.ticket_id = t.ticket_id
  and a.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved')
group by t.ticket_id, k.title, k.summary;

insert into private.triage_state (ticket_id, triaged_seq)
select t.ticket_id, max(p.said_seq) from seed_tickets as t join seed_steps as p on p.story = t.story
where p.action_type = 'llm_answer' group by t.ticket_id;

create temporary table seed_replies on commit drop as
select %(first_reply)s + t.n * 32 + p.seq as id, t.ticket_id, p.seq, p.reply_kind, p.said_seq, p.reply_state, a.created_at,
  coalesce(a.body, case p.event when 'feedback_positive' then 'Glad to hear that!' else 'A colleague is being called.' end) as body,
  t.platform, t.chat
from seed_tickets as t join seed_steps as p on p.story = t.story and p.reply_kind is not null
join public.ticket_actions as a on a.ticket_id = t.ticket_id and a.seq = p.seq;
insert into public.replies (id, ticket_id, cause_seq, kind, body, answers_seq, state, created_at, finished_at)
overriding system value
select r.id, r.ticket_id, r.seq, r.reply_kind, r.body, r.said_seq, coalesce(r.reply_state, 'pending'),
  r.created_at, case when r.reply_state is not null then r.created_at + interval '1 second' end
from seed_replies as r order by r.id;
insert into public.reply_attempts (reply_id, part, state, claimed_at, finished_at, external_id, error)
select r.id, 1, case r.reply_state when 'delivered' then 'sent' else r.reply_state end, r.created_at + interval '0.3 seconds',
  r.created_at + interval '1 second', case r.reply_state when 'delivered' then r.platform || ':' || r.chat || '/seed-reply-' || r.id end,
  case r.reply_state when 'failed' then 'the bot was removed' when 'unknown' then 'the connection was cut' end
from seed_replies as r where r.reply_state is not null order by r.id;

insert into public.escalations (id, ticket_id, state, step, batch, due_at, on_call_id, cycle_started_at, opened_at, changed_at,
  acknowledged_by, acknowledged_at, ack_expires_at, correlation_id)
overriding system value
select %(first_escalation)s + t.n, t.ticket_id,
  case p.status_after when 'closed' then 'resolved' when 'escalated' then 'acknowledged' else 'ringing' end, 1, 1,
  case p.status_after when 'escalation_pending' then now() + interval '1 hour' end, t.engineer_id, c.placed, c.placed, t.at,
  case when c.taken is not null then t.engineer_id end, c.taken,
  case p.status_after when 'escalated' then now() + interval '1 day' end, t.correlation
from seed_tickets as t
join seed_steps as p on p.story = t.story and p.seq = p.length and p.is_paged
cross join lateral (
  select min(a.created_at) filter (where a.event = 'call_placed') as placed, min(a.created_at) filter (where a.event = 'acknowledged') as taken
  from public.ticket_actions as a where a.ticket_id = t.ticket_id) as c;
insert into public.escalation_attempts (id, escalation_id, engineer_id, method, step, batch, due_at, claimed_at, tries, outcome,
  outcome_at, external_id)
overriding system value
select %(first_attempt)s + t.n, %(first_escalation)s + t.n, t.engineer_id, 'phone_call', 1, 1, e.opened_at, e.opened_at, 1, t.ring_outcome,
  e.opened_at + interval '30 seconds', 'CAseed' || t.ticket_id
from seed_tickets as t join public.escalations as e on e.id = %(first_escalation)s + t.n;

-- The workers' own road: what waits for triage or for its sending is on a queue.
select private.enqueue('triage', jsonb_build_object('ticket_id', t.ticket_id, 'seq', p.seq))
from seed_tickets as t join seed_steps as p on p.story = t.story and p.seq = p.length
left join private.triage_state as s on s.ticket_id = t.ticket_id
where p.status_after = 'open' and p.said_seq > coalesce(s.triaged_seq, 0);
select private.enqueue('replies', jsonb_build_object('reply_id', r.id, 'ticket_id', r.ticket_id)) from seed_replies as r where r.reply_state is null;
-- What was handled is in the archives, as long as these are kept.
insert into pgmq.a_triage (msg_id, read_ct, enqueued_at, archived_at, vt, message)
select nextval(pg_get_serial_sequence('pgmq.q_triage', 'msg_id')), 1, a.created_at, a.created_at + interval '2 seconds', a.created_at,
  jsonb_build_object('ticket_id', a.ticket_id, 'seq', a.seq, 'correlation_id', t.correlation)
from seed_tickets as t join seed_steps as p on p.story = t.story and p.is_said
join public.ticket_actions as a on a.ticket_id = t.ticket_id and a.seq = p.seq
join private.triage_state as s on s.ticket_id = t.ticket_id and s.triaged_seq >= a.seq
where a.created_at > now() - (select nullif(archive_days, 0) * interval '1 day' from public.app_settings);
insert into pgmq.a_replies (msg_id, read_ct, enqueued_at, archived_at, vt, message)
select nextval(pg_get_serial_sequence('pgmq.q_replies', 'msg_id')), 1, r.created_at, r.created_at + interval '1 second', r.created_at,
  jsonb_build_object('reply_id', r.id, 'ticket_id', r.ticket_id)
from seed_replies as r where r.reply_state is not null
  and r.created_at > now() - (select nullif(archive_days, 0) * interval '1 day' from public.app_settings);

insert into private.source_activity as s (source_id, last_event_at)
select t.source_id, max(t.began) from seed_tickets as t group by t.source_id order by t.source_id
on conflict (source_id) do update set last_event_at = greatest(s.last_event_at, excluded.last_event_at);
drop table seed_replies;
