-- The law of a ticket's life as data: which events exist, who writes them, and which status each leads to.
-- A ticket moves only along these rows (law 1) and its status is the fold of its journal over them (law 3).
-- Watch: a row (status, event) has one target, so the fold is a function; docs/states.md is drawn from here.

create table public.action_events (
  event text primary key,
  action_type public.action_type not null,
  written_by public.actor_type[] not null,
  description text not null,
  constraint event_is_one_lower_case_word check (event ~ '^[a-z_]+$')
);
alter table public.action_events enable row level security;
comment on table public.action_events is 'Every event of the journal: its action type, who may write it, what it means.';

insert into public.action_events (event, action_type, written_by, description) values
  ('message', 'user_message', '{customer}', 'The customer wrote.'),
  ('edited', 'user_message', '{customer}', 'The customer changed a message; both versions are kept.'),
  ('deleted', 'user_message', '{customer}', 'The customer deleted a message; it is kept, marked.'),
  ('forwarded', 'user_message', '{customer}', 'A channel post appeared again in its discussion group.'),
  ('feedback_positive', 'user_message', '{customer}', 'The customer said that it helped.'),
  ('feedback_negative', 'user_message', '{customer}', 'The customer said that it did not help.'),
  ('human_requested', 'user_message', '{customer}', 'The customer asked for a human.'),
  ('triaged_answer', 'llm_answer', '{bot}', 'Triage answers.'),
  ('triaged_escalate', 'llm_answer', '{bot}', 'Triage calls a human.'),
  ('triaged_ignore', 'llm_answer', '{bot}', 'Triage found nothing to answer.'),
  ('triage_discarded', 'system_update', '{system}', 'The conversation went on during triage; the verdict is dropped.'),
  ('summarised', 'llm_answer', '{bot}', 'Triage summarised for the human in charge, without answering.'),
  ('reply_drafted', 'llm_answer', '{bot}', 'Triage drafted a reply that waits for an engineer.'),
  ('reply_approved', 'engineer_note', '{engineer}', 'An engineer approved a drafted reply.'),
  ('draft_discarded', 'engineer_note', '{engineer}', 'An engineer discarded a drafted reply.'),
  ('reply_delivered', 'system_update', '{bot,system}', 'The platform took the reply.'),
  ('reply_unknown', 'system_update', '{bot,system}', 'The reply may or may not have arrived; it is not sent again by itself.'),
  ('reply_failed', 'system_update', '{bot,system}', 'The platform refused the reply for good.'),
  ('reply_withdrawn', 'system_update', '{bot,system}', 'The reply was outdated before it was sent.'),
  ('feedback_timeout', 'system_update', '{system}', 'The customer said nothing more for the feedback timeout.'),
  ('call_placed', 'escalation_call', '{system}', 'An engineer is being rung.'),
  ('call_outcome', 'escalation_call', '{system}', 'What became of a ring.'),
  ('acknowledged', 'engineer_note', '{engineer}', 'An engineer has it.'),
  ('ack_expired', 'system_update', '{system}', 'The acknowledgement ran out.'),
  ('escalated_manually', 'engineer_note', '{engineer}', 'An engineer calls the one on call.'),
  ('deescalated', 'engineer_note', '{engineer}', 'An engineer takes the escalation back.'),
  ('closed', 'engineer_note', '{engineer}', 'An engineer closed the ticket.'),
  ('reopened', 'engineer_note', '{engineer,system}', 'The ticket is open again.'),
  ('assigned', 'engineer_note', '{engineer}', 'The ticket was given to an engineer.'),
  ('note', 'engineer_note', '{engineer}', 'A note among engineers; the customer does not see it.'),
  ('public_reply', 'engineer_note', '{engineer}', 'An engineer answers the customer.'),
  ('ticket_edited', 'system_update', '{engineer,system}', 'Somebody changed the ticket''s fields directly.'),
  ('content_erased', 'system_update', '{engineer,system}', 'Words were erased; the journal stays valid.');

create table public.status_transitions (
  from_status public.ticket_status not null,
  event text not null references public.action_events (event),
  to_status public.ticket_status not null,
  description text not null,
  constraint status_and_event_lead_to_one_status primary key (from_status, event)
);
alter table public.status_transitions enable row level security;
create index status_transitions_event_idx on public.status_transitions (event);
comment on table public.status_transitions is 'The legal moves: in from_status, event leads to to_status; anything else is refused.';

insert into public.status_transitions (from_status, event, to_status, description) values
  ('open', 'message', 'open', 'More of the same report.'),
  ('auto_answered', 'message', 'open', 'The customer wrote again: triage again.'),
  ('awaiting_feedback', 'message', 'open', 'The customer wrote again: triage again.'),
  ('escalation_pending', 'message', 'escalation_pending', 'A human is being called; the bot only summarises.'),
  ('escalated', 'message', 'escalated', 'A human has it; the bot only summarises.'),
  ('open', 'triaged_answer', 'auto_answered', 'The answer is on its way.'),
  ('open', 'triaged_escalate', 'escalation_pending', 'Severity at or over the threshold, or escalation needed.'),
  ('open', 'triaged_ignore', 'closed', 'Noise: closed silently.'),
  ('open', 'reply_approved', 'auto_answered', 'An engineer let the drafted answer go.'),
  ('auto_answered', 'reply_delivered', 'awaiting_feedback', 'The customer has the answer.'),
  ('auto_answered', 'reply_unknown', 'awaiting_feedback', 'The customer may have the answer; not closed by timeout.'),
  ('auto_answered', 'reply_failed', 'escalation_pending', 'The customer cannot be answered: a human must look.'),
  ('auto_answered', 'reply_withdrawn', 'open', 'The answer was outdated before it was sent: triage again.'),
  ('auto_answered', 'feedback_positive', 'closed', 'It helped.'),
  ('awaiting_feedback', 'feedback_positive', 'closed', 'It helped.'),
  ('open', 'feedback_negative', 'escalation_pending', 'It did not help.'),
  ('auto_answered', 'feedback_negative', 'escalation_pending', 'It did not help.'),
  ('awaiting_feedback', 'feedback_negative', 'escalation_pending', 'It did not help.'),
  ('closed', 'feedback_negative', 'escalation_pending', 'It did not help after all.'),
  ('open', 'human_requested', 'escalation_pending', 'The customer asked for a human.'),
  ('auto_answered', 'human_requested', 'escalation_pending', 'The customer asked for a human.'),
  ('awaiting_feedback', 'human_requested', 'escalation_pending', 'The customer asked for a human.'),
  ('closed', 'human_requested', 'escalation_pending', 'The customer asked for a human after all.'),
  ('awaiting_feedback', 'feedback_timeout', 'closed', 'Silence is taken as consent.'),
  ('escalation_pending', 'acknowledged', 'escalated', 'An engineer has it.'),
  ('escalated', 'ack_expired', 'escalation_pending', 'The engineer went silent: ring again.'),
  ('open', 'escalated_manually', 'escalation_pending', 'An engineer calls the one on call.'),
  ('auto_answered', 'escalated_manually', 'escalation_pending', 'An engineer calls the one on call.'),
  ('awaiting_feedback', 'escalated_manually', 'escalation_pending', 'An engineer calls the one on call.'),
  ('escalation_pending', 'deescalated', 'open', 'Not that serious after all.'),
  ('escalated', 'deescalated', 'open', 'Not that serious after all.'),
  ('open', 'closed', 'closed', 'An engineer closed it.'),
  ('auto_answered', 'closed', 'closed', 'An engineer closed it.'),
  ('awaiting_feedback', 'closed', 'closed', 'An engineer closed it.'),
  ('escalation_pending', 'closed', 'closed', 'An engineer closed it.'),
  ('escalated', 'closed', 'closed', 'An engineer closed it.'),
  ('closed', 'reopened', 'open', 'The ticket is open again.');

-- Events that only tell: legal in these states and leading nowhere.
insert into public.status_transitions (from_status, event, to_status, description)
select s, e.event, s, 'Stays.'
from unnest(enum_range(null::public.ticket_status)) as s
cross join public.action_events as e
where e.event in ('edited', 'deleted', 'forwarded', 'note', 'public_reply', 'assigned', 'summarised', 'triage_discarded',
                  'draft_discarded', 'ticket_edited', 'content_erased')
   or (e.event in ('reply_delivered', 'reply_unknown', 'reply_failed', 'reply_withdrawn') and s <> 'auto_answered')
   or (e.event = 'reply_drafted' and s = 'open')
   or (e.event = 'reply_approved' and s in ('awaiting_feedback', 'escalation_pending', 'escalated'))
   or (e.event = 'feedback_positive' and s in ('open', 'escalation_pending', 'escalated', 'closed'))
   or (e.event in ('feedback_negative', 'human_requested') and s in ('escalation_pending', 'escalated'))
   or (e.event in ('call_placed', 'call_outcome') and s in ('escalation_pending', 'escalated'))
   or (e.event = 'call_outcome' and s in ('open', 'closed'));

create function private.legal_events(p_status public.ticket_status) returns text
language sql stable security invoker set search_path = '' as $$
  select string_agg(to_status || ' (' || events || ')', ', ' order by to_status)
  from (select to_status, string_agg(event, ', ' order by event) as events
        from public.status_transitions
        where from_status = p_status and to_status <> from_status group by to_status) as moves
$$;
comment on function private.legal_events(public.ticket_status) is 'The legal moves from a status in words, for the hint of a refusal.';

create function private.refuse_move(p_ticket_id bigint, p_from public.ticket_status, p_move text) returns void
language plpgsql stable security invoker set search_path = '' as $$
begin
  raise exception 'ticket % is % and cannot go %', p_ticket_id, p_from, p_move
    using errcode = 'check_violation', constraint = 'ticket_transition_allowed', schema = 'public', table = 'tickets',
          hint = format('Legal from %s: %s.', p_from, private.legal_events(p_from));
end
$$;
comment on function private.refuse_move(bigint, public.ticket_status, text) is
  'Raises ticket_transition_allowed with the legal moves in its hint.';
