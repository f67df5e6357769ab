-- The rows number %(seq)s of every journal of the batch, chained to those before by the very functions that the trigger calls.
with drafted as (
  select t.ticket_id, p.action_type, p.event, p.status_after, p.actor_type, p.is_said,
    case p.actor_type when 'customer' then t.author when 'engineer' then 'engineer:' || t.engineer_id
      when 'bot' then 'bot:rules' else 'shiftbot_worker' end as actor,
    case p.actor_type when 'customer' then 'shiftbot_ingest' when 'engineer' then 'authenticated' else 'shiftbot_worker' end as written_by,
    case
      when p.event = 'message' and p.seq = 1 then t.title || '. ' || t.detail
      when p.event = 'message' then (%(follow_ups)s::text[])[1 + floor(random() * cardinality(%(follow_ups)s::text[]))::integer]
      when p.event = 'edited' then t.title || '. ' || t.detail || ' (see above)'
      when p.event = 'triaged_answer' then 'Thank you for the report. Please reload the page and try once more; does it help?'
      when p.event = 'triaged_escalate' then 'Thank you for the report. I am calling a colleague.'
      when p.event = 'note' then 'Found it in the logs: ' || lower(t.title) || '.'
      when p.event = 'public_reply' then 'We found the cause and have mended it. Please try again.' end as body,
    jsonb_strip_nulls(jsonb_build_object(
      'author_name', case p.actor_type when 'customer' then t.author_name end,
      'title', case when p.event in ('triaged_answer', 'triaged_escalate', 'triaged_ignore', 'summarised') then t.title end,
      'summary', case when p.event in ('triaged_answer', 'triaged_escalate', 'triaged_ignore', 'summarised') then t.title || '. ' || t.detail end,
      'facts', jsonb_build_object('correlation_id', t.correlation) || case
        when p.action_type = 'llm_answer' then jsonb_build_object(
          'severity', t.severity, 'language', 'en', 'engine', 'rules', 'answers_seq', p.said_seq)
        when p.event in ('call_placed', 'call_outcome') then jsonb_build_object(
          'attempt_id', %(first_attempt)s + t.n, 'method', 'phone_call', 'step', 1, 'engineer_id', t.engineer_id)
          || case p.event when 'call_outcome' then jsonb_build_object('outcome', t.ring_outcome) else '{}' end
        when p.event = 'acknowledged' then jsonb_build_object('assigned_engineer_id', t.engineer_id)
        when p.event in ('reply_delivered', 'reply_failed', 'reply_unknown') then jsonb_build_object('reply_id', %(first_reply)s + t.n * 32 + p.seq - 1)
        else '{}' end)) as payload,
    case when p.actor_type <> 'customer' then null
      when p.event like 'feedback%%' then t.platform || case t.platform when 'slack' then ':action/' else ':callback/' end || 'seed-' || t.ticket_id || '-' || p.seq
      else t.platform || ':' || t.chat || '/seed-' || t.ticket_id || '-' || p.seq end as external_id,
    case when p.event = 'edited' then t.platform || ':' || t.chat || '/seed-' || t.ticket_id || '-1' end as refers_to,
    -- Bots answer within seconds, people within minutes; a silence that closes a ticket is three days long.
    case when p.seq = 1 then t.began else least(now(), case
      when p.event = 'feedback_timeout' then t.at + interval '72 hours' + random() * interval '15 seconds'
      when p.actor_type in ('bot', 'system') then t.at + (0.5 + random() * 5) * interval '1 second'
      when p.actor_type = 'engineer' then t.at + random() * random() * interval '30 minutes'
      else t.at + random() * random() * interval '40 minutes' end) end as created_at,
    t.head as prev_hash, uuid_send(gen_random_uuid()) as content_salt
  from seed_tickets as t join seed_steps as p on p.story = t.story and p.seq = %(seq)s
  offset 0
), digested as (
  select d.*, private.content_digest(d.content_salt, d.actor, d.body, d.payload) as content_digest from drafted as d offset 0
), written as (
  insert into public.ticket_actions (ticket_id, seq, action_type, event, status_after, actor_type, actor, written_by, body, payload,
    external_id, refers_to, created_at, content_salt, content_digest, prev_hash, hash)
  select g.ticket_id, %(seq)s, g.action_type, g.event, g.status_after, g.actor_type, g.actor, g.written_by, g.body, g.payload,
    g.external_id, g.refers_to, g.created_at, g.content_salt, g.content_digest, g.prev_hash,
    private.action_hash(row(null, g.ticket_id, %(seq)s, g.action_type, g.event, g.status_after, g.actor_type, g.actor, g.written_by,
      g.body, g.payload, g.external_id, g.refers_to, g.created_at, g.content_salt, g.content_digest, g.prev_hash, null, null
    )::public.ticket_actions)
  from digested as g order by g.ticket_id
  returning ticket_id, hash, created_at
)
update seed_tickets as t set head = w.hash, at = w.created_at from written as w where t.ticket_id = w.ticket_id;
