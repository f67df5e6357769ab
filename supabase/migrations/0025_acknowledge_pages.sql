-- Acknowledging (law 8): by a key in the call, a text message, a button, a link. All are one function: idempotent, the first wins and
-- the others are told who has it. The person is whoever the verified channel says, and must be an active engineer.

create function private.page_tickets(p_escalation_id bigint) returns bigint[]
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
  select coalesce(array_agg(p.ticket_id order by p.id <> e.id, p.id) filter (where p.ticket_id is not null), '{}')
  from public.escalations as e
  join public.escalations as p on p.id = e.id or (p.leader_id = e.id and p.state in ('joined', 'acknowledged'))
  where e.id = p_escalation_id
$$;
comment on function private.page_tickets(bigint) is 'The tickets of a page, the one that rang first.';

create function private.take_test_page(p_page public.escalations, p_engineer_id bigint) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  update public.escalations set state = 'acknowledged', due_at = null, acknowledged_by = p_engineer_id,
    acknowledged_at = clock_timestamp(), changed_at = clock_timestamp()
  where id = p_page.id returning * into p_page;
  perform private.silence(p_page);
end
$$;
comment on function private.take_test_page(public.escalations, bigint) is 'A test page is acknowledged without a ticket.';

create function private.take_page(p_escalation_id bigint, p_engineer_id bigint, p_attempt_id bigint, p_via text)
returns table (outcome text, holder text, ticket_ids bigint[])
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
#variable_conflict use_column
declare
  page public.escalations;
begin
  select l.* into page from public.escalations as e join public.escalations as l on l.id = case when e.state = 'joined' then e.leader_id else e.id end
  where e.id = p_escalation_id;
  perform from public.tickets as t where t.id = page.ticket_id for update;
  select * into page from public.escalations as e where e.id = page.id for update;
  outcome := case when page.state = 'ringing' then 'acknowledged' when page.state is distinct from 'acknowledged' then 'over'
                  when page.acknowledged_by = p_engineer_id then 'extended' else 'already_acknowledged' end;
  ticket_ids := private.page_tickets(page.id);
  if outcome = 'acknowledged' then
    -- First: the call in which the key was pressed is not hung up with the others.
    perform private.record_outcome(a.id, 'acknowledged') from public.escalation_attempts as a where a.id = p_attempt_id and a.kind = 'ring';
  end if;
  if outcome = 'acknowledged' and page.ticket_id is null then
    perform private.take_test_page(page, p_engineer_id);
  elsif outcome = 'acknowledged' then
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)
    values (page.ticket_id, 'acknowledged', 'engineer', 'engineer:' || p_engineer_id, jsonb_build_object('facts', jsonb_strip_nulls(jsonb_build_object(
      'escalation_id', page.id, 'assigned_engineer_id', p_engineer_id, 'via', p_via, 'attempt_id', p_attempt_id))));
  elsif outcome = 'extended' and page.ticket_id is not null then
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)
    values (page.ticket_id, 'ack_extended', 'engineer', 'engineer:' || p_engineer_id,
            jsonb_build_object('facts', jsonb_build_object('escalation_id', page.id, 'via', p_via)));
  end if;
  holder := (select g.name from public.escalations as e join public.engineers as g on g.id = e.acknowledged_by where e.id = page.id);
  return next;
end
$$;
comment on function private.take_page(bigint, bigint, bigint, text) is
  'One engineer takes a page with all its tickets: acknowledged, already_acknowledged (by whom), extended (by the same) or over.';

create function private.pass_page_on(p_escalation_id bigint, p_attempt_id bigint) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  page public.escalations;
begin
  select l.* into page from public.escalations as e join public.escalations as l on l.id = case when e.state = 'joined' then e.leader_id else e.id end
  where e.id = p_escalation_id;
  perform from public.tickets where id = page.ticket_id for update;
  select * into page from public.escalations where id = page.id for update;
  if page.state is distinct from 'ringing' then
    return case when page.state = 'acknowledged' then 'already_acknowledged' else 'over' end;
  end if;
  perform private.record_outcome(p_attempt_id, 'declined', 'passed on');
  if exists (select from public.escalations where id = page.id and batch = page.batch) then  -- else that went on already
    perform private.advance_escalation(page.id, true);
  end if;
  return 'passed_on';
end
$$;
comment on function private.pass_page_on(bigint, bigint) is 'Goes to the next step at once because somebody cannot take it.';

create function private.refuse_ack(p_escalation_id bigint, p_person text, p_via text) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs append nothing themselves
declare
  page public.escalations;
begin
  select * into page from public.escalations where id = p_escalation_id;
  perform from public.tickets where id = page.ticket_id for update;
  if not exists (select from public.ticket_actions where ticket_id = page.ticket_id and event = 'ack_refused' and payload ->> 'person' = p_person) then
    perform private.journal_page(page, 'ack_refused', jsonb_build_object('via', p_via), jsonb_build_object('person', p_person));
  end if;
end
$$;
comment on function private.refuse_ack(bigint, text, text) is 'Journals that a stranger tried to acknowledge, once per person and ticket.';

create function private.press_page(p_attempt_id bigint, p_verb text, p_platform public.platform, p_person text)
returns table (outcome text, holder text, ticket_ids bigint[])
language plpgsql security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
#variable_conflict use_column
declare
  attempt public.escalation_attempts;
  presser bigint;
begin
  select * into attempt from public.escalation_attempts as a where a.id = p_attempt_id and a.escalation_id is not null;
  select e.id into presser from public.engineers as e
  where e.is_active and p_person = case p_platform when 'telegram' then e.telegram_user_id::text else e.slack_user_id end;
  ticket_ids := private.page_tickets(attempt.escalation_id);
  if attempt.id is null then
    outcome := 'unknown';
  elsif presser is null then
    outcome := 'refused';
    ticket_ids := '{}';
    perform private.refuse_ack(attempt.escalation_id, p_platform || ':' || left(p_person, 100), p_platform || '_button');
  elsif p_verb = 'pass_on' then
    outcome := private.pass_page_on(attempt.escalation_id, p_attempt_id);
  else
    select t.outcome, t.holder, t.ticket_ids into outcome, holder, ticket_ids
    from private.take_page(attempt.escalation_id, presser, case when attempt.engineer_id = presser then attempt.id end, p_platform || '_button') as t;
  end if;
  holder := coalesce(holder, (select g.name from public.escalations as e join public.engineers as g on g.id = e.acknowledged_by
                              where e.id = attempt.escalation_id and presser is not null));
  return next;
end
$$;
comment on function private.press_page(bigint, text, public.platform, text) is
  'A press on the buttons of a page: acknowledge or pass_on by whoever the platform says it was.';

create table private.heard_messages (
  id text primary key,
  heard_at timestamptz not null default clock_timestamp(),
  answer jsonb
);
alter table private.heard_messages enable row level security;
comment on table private.heard_messages is 'Text messages that were heard already, and what was answered: one that comes twice acts once.';

create function private.hear_sms(p_message_id text, p_from text, p_verb text, p_ticket_id bigint)
returns table (outcome text, holder text, ticket_ids bigint[])
language plpgsql security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
#variable_conflict use_column
declare
  sender public.engineers;
  page public.escalations;
  attempt_id bigint;
  heard text := p_message_id || ' of ' || p_from;  -- an answer is never told to somebody else
begin
  insert into private.heard_messages (id) values (heard) on conflict do nothing;
  if not found then
    return query select a.outcome, a.holder, a.ticket_ids from private.heard_messages as m,
      jsonb_to_record(m.answer) as a (outcome text, holder text, ticket_ids bigint[]) where m.id = heard;
    return;
  end if;
  select * into sender from public.engineers as e where e.is_active and e.phone = p_from order by e.is_on_call desc, e.id limit 1;
  select p.* into page from public.escalations as p
  left join lateral (select max(a.claimed_at) as at from public.escalation_attempts as a where a.escalation_id = p.id and a.engineer_id = sender.id) as last on true
  where p.state <> 'resolved' and case when p_ticket_id is not null then p.ticket_id = p_ticket_id else last.at is not null end
  order by p.state = 'ringing' desc, last.at desc nulls last limit 1;
  outcome := case when sender.id is null then 'refused' when p_verb = 'unknown' then 'help' when page.id is null then 'nothing_waits' end;
  if outcome = 'refused' and page.id is not null then
    perform private.refuse_ack(page.id, 'sms:' || left(p_from, 20), 'sms');
  end if;
  if outcome is null then
    select a.id into attempt_id from public.escalation_attempts as a
    where a.escalation_id = page.id and a.engineer_id = sender.id and a.method = 'sms' order by a.id desc limit 1;
    if p_verb = 'pass_on' then
      outcome := private.pass_page_on(page.id, attempt_id);
      select (select g.name from public.engineers as g where g.id = page.acknowledged_by), private.page_tickets(page.id) into holder, ticket_ids;
    else
      select t.outcome, t.holder, t.ticket_ids into outcome, holder, ticket_ids from private.take_page(page.id, sender.id, attempt_id, 'sms') as t;
    end if;
  end if;
  update private.heard_messages
  set answer = jsonb_build_object('outcome', outcome, 'holder', holder, 'ticket_ids', ticket_ids) where id = heard;
  return next;
end
$$;
comment on function private.hear_sms(text, text, text, bigint) is
  'A text message of an engineer: takes or passes on the page it names, or the last one that was sent to that phone.';

grant execute on function private.press_page(bigint, text, public.platform, text), private.hear_sms(text, text, text, bigint) to shiftbot_ingest;
