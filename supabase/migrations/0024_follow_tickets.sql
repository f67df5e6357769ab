-- A page follows its ticket (laws 3 and 6): the journal row that moves a ticket opens, takes over or ends its escalation in the same
-- transaction, whoever wrote it: triage, a customer's button, the dashboard, Studio.
-- Watch: only this ticket's rows are written; what it means for other tickets of the page goes through the queue or the sweep,
-- so that no two transactions ever hold each other's tickets.

create function private.queue_settling(p_leader_id bigint) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
  select private.enqueue('escalations', jsonb_build_object('kind', 'settle', 'escalation_id', id, 'ticket_id', ticket_id))
  from public.escalations where leader_id = p_leader_id and state = 'joined'
$$;
comment on function private.queue_settling(bigint) is 'Asks workers to let the tickets that joined a page follow it.';

create function private.silence(p_escalation public.escalations) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
begin
  update public.escalation_attempts set outcome = 'cancelled', outcome_at = clock_timestamp()
  where escalation_id = p_escalation.id and claimed_at is null and outcome is null;
  perform private.queue_catch_up(a.id, p_escalation.ticket_id)
  -- Every call that may ring, and the newest of the messages that can be edited.
  from (select distinct on (engineer_id, method, kind, case when method = 'phone_call' then id end) * from public.escalation_attempts
        where escalation_id = p_escalation.id and claimed_at is not null and outcome not in ('failed', 'skipped')
          and (kind = 'ring' or method in ('telegram_message', 'slack_message'))
          and (external_id is not null or method not in ('telegram_message', 'slack_message'))
        order by engineer_id, method, kind, case when method = 'phone_call' then id end, id desc) as a
  where case when a.method = 'phone_call' then not (a.outcome = 'acknowledged' or a.ended_at is not null
                                                    or a.outcome in ('declined', 'no_answer', 'busy', 'voicemail'))
             -- Words that cost or disturb go only to the others, and only once.
             when a.method in ('sms', 'email') then a.engineer_id is distinct from p_escalation.acknowledged_by
                  and (p_escalation.state = 'acknowledged' or p_escalation.acknowledged_by is null)
             else a.method <> 'telegram_call' end;
end
$$;
comment on function private.silence(public.escalations) is
  'Cancels what was not begun, ends the calls that ring, and brings messages up to date: somebody has it, or nobody needs to.';

create function private.take_escalation(p_escalation public.escalations, p_action public.ticket_actions) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  timeout interval := (select ack_timeout from public.app_settings);
begin
  update public.escalations set state = 'acknowledged', due_at = null, changed_at = clock_timestamp(), reminded_at = null,
    acknowledged_at = clock_timestamp(), ack_expires_at = clock_timestamp() + timeout,
    acknowledged_by = case when p_action.actor ~ '^engineer:[0-9]+$' then substring(p_action.actor from 10)::bigint end
  where id = p_escalation.id returning * into p_escalation;
  perform private.silence(p_escalation);
  perform private.queue_settling(p_escalation.id);
  if p_action.payload #> '{facts,page}' is null then  -- taken alone, not with its page: the rest of the page follows
    perform private.enqueue('escalations', jsonb_build_object('kind', 'settle', 'escalation_id', e.leader_id, 'ticket_id', e.ticket_id,
      'taken_with', p_escalation.id))
    from public.escalations as e where e.id = p_escalation.id and e.leader_id is not null;
  end if;
end
$$;
comment on function private.take_escalation(public.escalations, public.ticket_actions) is
  'Somebody has it: stops the rings, starts the clock of the acknowledgement, lets the other tickets of the page follow.';

create function private.follow_ticket() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  page public.escalations;
begin
  if new.status_after = 'escalation_pending'
     and not exists (select from public.escalations where ticket_id = new.ticket_id and state in ('ringing', 'joined')) then
    perform private.lock_pages();
  end if;
  select * into page from public.escalations where ticket_id = new.ticket_id and state <> 'resolved' for update;
  if new.status_after = 'escalation_pending' then
    if page.id is null then
      insert into public.escalations (ticket_id, due_at) values (new.ticket_id, clock_timestamp()) returning * into page;
      perform private.begin_ringing(new.ticket_id, page.id);
    elsif page.state = 'acknowledged' then
      perform private.begin_ringing(new.ticket_id, page.id, false);  -- it has waited long enough
    end if;
  elsif page.id is null then
    return null;
  elsif new.status_after = 'escalated' then
    if page.state <> 'acknowledged' then
      perform private.take_escalation(page, new);
    elsif new.actor = 'engineer:' || page.acknowledged_by then  -- whoever works on it is still there
      update public.escalations set reminded_at = null, ack_expires_at = clock_timestamp() + (select ack_timeout from public.app_settings)
      where id = page.id and ack_expires_at is not null;
    end if;
  else
    update public.escalations set state = 'resolved', due_at = null, changed_at = clock_timestamp() where id = page.id returning * into page;
    perform private.silence(page);
    perform private.queue_settling(page.id);
  end if;
  return null;
end
$$;
comment on function private.follow_ticket() is 'Opens, takes over or ends the escalation of a ticket that moved.';
create trigger follow_ticket after insert on public.ticket_actions
  for each row
  when ((new.status_after in ('escalation_pending', 'escalated') and new.event not in ('call_placed', 'call_outcome'))
        or new.event in ('closed', 'deescalated'))
  execute function private.follow_ticket();

create function private.tell_reporter() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever acknowledges holds no right on replies
declare
  ticket public.tickets;
  reply_id bigint;
begin
  select * into ticket from public.tickets where id = new.ticket_id;
  -- Said once per escalation, not again by whoever takes over after an acknowledgement ran out; and not where the bot is silent.
  if (select settings ->> 'reply_mode' from public.sources where id = ticket.source_id) = 'off'
     or (select a.event from public.ticket_actions as a
         where a.ticket_id = new.ticket_id and a.seq < new.seq and a.event in ('ack_expired', 'acknowledged', 'deescalated', 'closed', 'reopened')
         order by a.seq desc limit 1) = 'ack_expired' then
    return null;
  end if;
  insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq)
  values (new.ticket_id, new.seq, 'confirmation', private.phrase('engineer_has_it', ticket.language), ticket.last_said_seq)
  returning id into reply_id;
  perform private.enqueue('replies', jsonb_build_object('reply_id', reply_id, 'ticket_id', new.ticket_id));
  return null;
end
$$;
comment on function private.tell_reporter() is 'The reporter hears in the thread that an engineer has it.';
create trigger tell_reporter after insert on public.ticket_actions
  for each row when (new.event = 'acknowledged' and new.action_type = 'engineer_note') execute function private.tell_reporter();

create function private.settle_joined(p_escalation_id bigint, p_taken_with bigint default null) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  page public.escalations;
  leader public.escalations;
begin
  perform from public.tickets where id = (select ticket_id from public.escalations where id = p_escalation_id) for update;
  select * into page from public.escalations where id = p_escalation_id for update;
  select * into leader from public.escalations where id = coalesce(p_taken_with, page.leader_id);
  if page.state not in ('ringing', 'joined') or (page.state = 'ringing' and p_taken_with is null) then
    return 'settled';
  elsif leader.state = 'ringing' then
    return 'rings';
  elsif leader.state = 'acknowledged' and leader.acknowledged_by is not null then
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)
    values (page.ticket_id, 'acknowledged', 'engineer', 'engineer:' || leader.acknowledged_by, jsonb_build_object('facts', jsonb_build_object(
      'page', leader.id, 'escalation_id', page.id, 'assigned_engineer_id', leader.acknowledged_by)));
    return 'acknowledged';
  elsif p_taken_with is null then  -- the page it joined ended without anybody for this ticket
    perform private.begin_ringing(page.ticket_id, page.id);
    return 'rings';
  end if;
  return 'settled';
end
$$;
comment on function private.settle_joined(bigint, bigint) is
  'Lets a ticket follow its page: taken with it, or ringing by itself where the page ended; with p_taken_with the leader follows.';

create function private.forget_notes() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  update public.escalation_attempts set note = format('One more serious report, ticket %s; its words were erased.', new.ticket_id)
  where kind = 'notice' and notice_key like 'joined/%'
    and escalation_id in (select id from public.escalations where ticket_id = new.ticket_id);
  return null;
end
$$;
comment on function private.forget_notes() is 'Takes the title of an erased ticket out of the notice that told of it.';
create trigger forget_notes after insert on public.ticket_actions
  for each row when (new.event = 'content_erased') execute function private.forget_notes();

-- The shift changes hands while a page rings, or who had acknowledged leaves the team: the sweep sees it by the rows and rings whoever
-- it is now. The pages are not touched here: their tickets may be held by somebody who waits for this very row of engineers.
create function private.follow_people() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever hands over holds no right on queues
begin
  if exists (select from public.escalations where state in ('ringing', 'acknowledged') and ticket_id is not null) then
    perform private.enqueue('escalations', '{"kind": "sweep"}');
  end if;
  return null;
end
$$;
comment on function private.follow_people() is 'Asks for a sweep at once when somebody goes on or off call, or leaves the team.';
create trigger follow_people after update on public.engineers
  for each row when (new.is_on_call <> old.is_on_call or (old.is_active and not new.is_active)) execute function private.follow_people();

grant execute on function private.settle_joined(bigint, bigint) to shiftbot_worker;
