-- Triage works on tickets, not messages: every customer message enqueues its ticket, one worker at a time holds a ticket's
-- lease, and whoever holds it covers all that waits. The database decides what a verdict means, not the model.
-- Watch: a message that finds the ticket leased is archived at once. That is safe because the holder re-enqueues what it did
-- not see, and a dead holder's own message comes back after its visibility timeout.

create table private.triage_state (
  ticket_id bigint primary key references public.tickets (id),
  triaged_seq integer not null default 0,
  msg_id bigint,
  lease_until timestamptz
);
alter table private.triage_state enable row level security;
comment on table private.triage_state is 'How far each conversation was triaged, and which queue message holds the lease right now.';

create function private.queue_triage() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if private.is_said(new.action_type, new.event, new.external_id) then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id, 'seq', new.seq));
  end if;
  return null;
end
$$;
comment on function private.queue_triage() is 'A customer''s message, or /human, puts its ticket on the triage queue, in the same transaction.';
create trigger queue_triage after insert on public.ticket_actions
  for each row
  when (new.event in ('message', 'human_requested') and new.action_type = 'user_message')
  execute function private.queue_triage();

create function private.conversation(p_ticket_id bigint) returns jsonb
language sql stable security definer set search_path = '' as $$  -- definer: workers hold no right on tables
  select coalesce(jsonb_agg(jsonb_build_object(
      'seq', said.seq, 'role', said.role, 'author', said.author, 'at', said.created_at,
      'text', said.text, 'attachments', said.attachments) order by said.seq), '[]')
  from (
    select a.seq, a.created_at, a.actor as author,
      case a.actor_type when 'customer' then 'customer' when 'engineer' then 'engineer' else 'bot' end as role,
      coalesce((select e.body from public.ticket_actions as e  -- the latest revision counts
                where e.ticket_id = a.ticket_id and e.event = 'edited' and e.refers_to = a.external_id
                order by e.seq desc limit 1),
               nullif(a.body, ''), r.body, '') as text,  -- a draft approved as it is has its words in the reply
      coalesce(a.payload -> 'attachments', '[]') as attachments
    from public.ticket_actions as a
    left join public.replies as r on r.ticket_id = a.ticket_id and r.cause_seq = a.seq and a.actor_type <> 'customer'
    where a.ticket_id = p_ticket_id and a.erased_at is null
      and coalesce(r.state not in ('withdrawn', 'failed'), true)  -- what never reached the customer was not said
      and a.event in ('message', 'human_requested', 'triaged_answer', 'triaged_escalate', 'reply_approved', 'public_reply')
      and a.action_type <> 'system_update'
      and not exists (select from public.ticket_actions as d
                      where d.ticket_id = a.ticket_id and d.event = 'deleted' and d.refers_to = a.external_id)
  ) as said
$$;
comment on function private.conversation(bigint) is 'What was said on a ticket, oldest first, edits applied; deleted messages and replies that were not sent are left out.';

create function private.claim_triage(p_ticket_id bigint, p_msg_id bigint, p_lease_seconds numeric)
returns table (outcome text, upto_seq integer, platform public.platform, source_name text, conversation jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
#variable_conflict use_column
declare
  ticket public.tickets;
  state private.triage_state;
begin
  select * into ticket from public.tickets where id = p_ticket_id for update;
  select * into state from private.triage_state where ticket_id = p_ticket_id;
  if ticket.id is null or ticket.status = 'closed' or ticket.last_said_seq <= coalesce(state.triaged_seq, 0) then
    perform private.archive_message('triage', p_msg_id);
    outcome := 'nothing_to_do';
    return next;
    return;
  end if;
  -- A lease counts while its message is still queued: one that was buried or put off will not cover anything.
  if state.lease_until > clock_timestamp() and state.msg_id <> p_msg_id
     and exists (select from pgmq.q_triage as q where q.msg_id = state.msg_id) then
    perform private.archive_message('triage', p_msg_id);
    outcome := 'covered';
    return next;
    return;
  end if;
  conversation := private.conversation(p_ticket_id);
  if ticket.status = 'open' and not conversation @> '[{"role": "customer"}]' then
    -- The customer deleted all that he said: there is nothing to answer, and an answer would only puzzle.
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)
    values (p_ticket_id, 'triaged_ignore', 'bot', 'bot:database', '{"facts": {"reason": "nothing is left of what was said"}}');
    insert into private.triage_state as s (ticket_id, triaged_seq) values (p_ticket_id, ticket.last_said_seq)
    on conflict (ticket_id) do update set triaged_seq = excluded.triaged_seq, msg_id = null, lease_until = null;
    perform private.archive_message('triage', p_msg_id);
    outcome := 'nothing_to_do';
    conversation := null;
    return next;
    return;
  end if;
  insert into private.triage_state as s (ticket_id, msg_id, lease_until)
  values (p_ticket_id, p_msg_id, clock_timestamp() + p_lease_seconds * interval '1 second')
  on conflict (ticket_id) do update set msg_id = excluded.msg_id, lease_until = excluded.lease_until;
  outcome := 'claimed';
  upto_seq := ticket.last_said_seq;
  platform := ticket.platform;
  select s.name into source_name from public.sources as s where s.id = ticket.source_id;
  return next;
end
$$;
comment on function private.claim_triage(bigint, bigint, numeric) is
  'Leases a ticket for triage and returns its conversation; covered or nothing_to_do archive the message at once.';

create function private.decide_verdict(p_ticket public.tickets, p_verdict jsonb) returns text
language sql stable security definer set search_path = '' as $$  -- definer: called from record_verdict only
  select case
    when p_ticket.status <> 'open' then 'summarised'
    when (p_verdict ->> 'escalate')::boolean
      or (p_verdict ->> 'severity')::numeric >= coalesce((s.settings ->> 'escalation_threshold')::numeric, a.escalation_threshold)
      then 'triaged_escalate'
    when p_verdict ->> 'category' = 'noise' then 'triaged_ignore'
    when s.settings ->> 'reply_mode' = 'draft' then 'reply_drafted'
    when s.settings ->> 'reply_mode' = 'off' then 'summarised'
    else 'triaged_answer' end
  from public.sources as s cross join public.app_settings as a
  where s.id = p_ticket.source_id
$$;
comment on function private.decide_verdict(public.tickets, jsonb) is 'Which event a verdict leads to: threshold, source settings and status decide.';

create function private.record_verdict(p_ticket_id bigint, p_msg_id bigint, p_upto_seq integer, p_verdict jsonb) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  ticket public.tickets;
  mode text;
  decision text;
  words text;
  facts jsonb := (p_verdict - array['title', 'summary', 'reason', 'reply', 'fallback_reason'])
                 || jsonb_build_object('answers_seq', p_upto_seq);
begin
  select * into ticket from public.tickets where id = p_ticket_id for update;
  if not exists (select from private.triage_state where ticket_id = p_ticket_id and msg_id = p_msg_id) then
    perform private.archive_message('triage', p_msg_id);
    return 'superseded';  -- the lease ran out and another worker has the ticket
  end if;
  update private.triage_state set msg_id = null, lease_until = null,
    triaged_seq = case when ticket.last_said_seq = p_upto_seq then p_upto_seq else triaged_seq end
  where ticket_id = p_ticket_id;
  if ticket.last_said_seq > p_upto_seq then
    insert into public.ticket_actions (ticket_id, event, payload)
    values (p_ticket_id, 'triage_discarded', jsonb_build_object('facts', facts - array['severity', 'language']));
    perform private.enqueue('triage', jsonb_build_object('ticket_id', p_ticket_id, 'seq', ticket.last_said_seq));
    perform private.archive_message('triage', p_msg_id);
    return 'outdated';
  end if;

  decision := private.decide_verdict(ticket, p_verdict);
  select coalesce(settings ->> 'reply_mode', 'auto') into mode from public.sources where id = ticket.source_id;
  words := case
    when decision = 'triaged_ignore' or decision = 'summarised' then null
    when decision = 'triaged_escalate' and mode = 'off' then null
    when decision = 'triaged_escalate' and mode = 'draft' then private.phrase('human_called', p_verdict ->> 'language')
    else coalesce(nullif(p_verdict ->> 'reply', ''), private.phrase(
      case when decision = 'triaged_escalate' then 'human_called' else 'received' end, p_verdict ->> 'language')) end;
  insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, payload)
  values (p_ticket_id, decision, 'bot', 'bot:' || (p_verdict ->> 'engine'), words, jsonb_strip_nulls(jsonb_build_object(
    'title', p_verdict ->> 'title', 'summary', p_verdict ->> 'summary', 'reason', p_verdict ->> 'reason',
    'fallback_reason', nullif(p_verdict ->> 'fallback_reason', ''), 'facts', facts)));
  perform private.archive_message('triage', p_msg_id);
  return decision;
end
$$;
comment on function private.record_verdict(bigint, bigint, integer, jsonb) is
  'Journals a verdict and archives its message in one transaction; outdated, it is dropped and the ticket triaged again.';

create function private.set_escalation_threshold(p_threshold numeric) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on tables
  update public.app_settings set escalation_threshold = p_threshold where escalation_threshold <> p_threshold
$$;
comment on function private.set_escalation_threshold(numeric) is 'ESCALATION_THRESHOLD of the environment, where it is set, is the database''s from the worker''s start.';

create function private.forget_verdict() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  update private.triage_state as s set msg_id = null, lease_until = null
  where s.ticket_id = new.ticket_id and s.msg_id is not null;
  if found then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id));
  end if;
  return null;
end
$$;
comment on function private.forget_verdict() is
  'Takes the lease from a triage that still judges words erased meanwhile: its verdict would bring them back.';
create trigger forget_verdict after insert on public.ticket_actions
  for each row when (new.event = 'content_erased')
  execute function private.forget_verdict();

create function private.queue_untriaged() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if exists (select from public.tickets as t left join private.triage_state as s on s.ticket_id = t.id
             where t.id = new.ticket_id and t.last_said_seq > coalesce(s.triaged_seq, 0)) then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id));
  end if;
  return null;
end
$$;
comment on function private.queue_untriaged() is
  'A ticket that is open again and holds words that triage let pass, as it was closed then, is triaged.';
create trigger queue_untriaged after insert on public.ticket_actions
  for each row  -- but not where a message reopens it, which queues it anyway
  when (new.event in ('reopened', 'deescalated') and new.payload #> '{facts,after_close}' is null)
  execute function private.queue_untriaged();

create view ops.untriaged_tickets as
  select t.id as ticket_id, t.status, t.updated_at as since
  from public.tickets as t left join private.triage_state as s on s.ticket_id = t.id
  where t.status = 'open' and t.last_said_seq > coalesce(s.triaged_seq, 0)
  order by t.updated_at;
comment on view ops.untriaged_tickets is 'Open tickets whose last message no triage has covered yet; old rows mean that the workers are down.';
