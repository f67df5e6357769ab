-- What a call and a link do: the keys that are pressed in a call (each turn of it is heard once, so a recorded request cannot be
-- played again), what the provider tells about it, and the acknowledge link of an e-mail (single use, a day long).

create function private.attempt_of_token(p_token text) returns public.escalation_attempts
language sql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
  select * from public.escalation_attempts where token_hash = sha256(convert_to(p_token, 'UTF8'))
$$;
comment on function private.attempt_of_token(text) is 'The attempt whose secret this is.';

create function private.hear_call_status(p_attempt_id bigint, p_token text, p_call_id text, p_outcome text, p_detail text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
declare
  attempt public.escalation_attempts := private.attempt_of_token(p_token);
begin
  if attempt.id is distinct from p_attempt_id or attempt.id is null then
    return 'refused';
  end if;
  attempt := private.lock_attempt(p_attempt_id);
  if attempt.external_id is not null and attempt.external_id <> p_call_id then
    return 'refused';
  elsif attempt.method not in ('phone_call', 'sms') then
    return 'ignored';  -- a notice that goes another way by now
  end if;
  update public.escalation_attempts set external_id = p_call_id where id = attempt.id and external_id is null;
  if attempt.external_id is null and attempt.method = 'phone_call'
     and exists (select from public.escalations where id = attempt.escalation_id and state in ('acknowledged', 'resolved')) then
    perform private.queue_catch_up(attempt.id, null);  -- a call that nobody knew of, and nobody needs it any more
  end if;
  return private.record_outcome(attempt.id, p_outcome, p_detail);
end
$$;
comment on function private.hear_call_status(bigint, text, text, text, text) is
  'What the provider says became of a call or a text message: recorded, ignored (too late) or refused.';

create function private.is_turn_heard(p_attempt public.escalation_attempts, p_call_id text, p_is_next boolean, p_is_repeat boolean) returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
  select p_attempt.method = 'phone_call' and coalesce(p_attempt.external_id, p_call_id) = p_call_id and p_attempt.ended_at is null
    -- A key is stronger than what a machine detector believed; a call that has ended has no keys.
    and coalesce(p_attempt.outcome, '') not in ('no_answer', 'busy', 'failed', 'cancelled', 'skipped')
    and (p_is_repeat or p_is_next and coalesce(p_attempt.outcome, '') not in ('declined', 'acknowledged'))
    and exists (select from public.engineers as g where g.id = p_attempt.engineer_id and g.is_active)
$$;
comment on function private.is_turn_heard(public.escalation_attempts, text, boolean, boolean) is
  'Whether a turn is of this call, comes in its time, and the call may still be answered by an active engineer.';

create function private.answer_call(p_attempt_id bigint, p_token text, p_call_id text, p_turn integer, p_digits text)
returns table (outcome text, holder text, turn integer, page jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
#variable_conflict use_column
declare
  attempt public.escalation_attempts := private.attempt_of_token(p_token);
  escalation public.escalations;
  is_repeat boolean;
begin
  outcome := 'refused';
  if attempt.id is distinct from p_attempt_id or attempt.id is null then
    return next;
    return;
  end if;
  attempt := private.lock_attempt(p_attempt_id);
  is_repeat := p_turn = attempt.call_turn - 1 and coalesce(attempt.call_turn_at > clock_timestamp() - interval '30 seconds', false);
  turn := attempt.call_turn;
  if private.is_turn_heard(attempt, p_call_id, p_turn = attempt.call_turn, is_repeat) is not true then
    return next;
    return;
  end if;
  if not is_repeat then
    turn := attempt.call_turn + 1;
    update public.escalation_attempts as a set call_turn = a.call_turn + 1, call_turn_at = clock_timestamp(), external_id = p_call_id where a.id = attempt.id;
    perform private.record_outcome(attempt.id, 'answered');
  end if;
  select * into escalation from public.escalations as e where e.id = attempt.escalation_id;
  if p_digits = '1' then
    select t.outcome, t.holder into outcome, holder from private.take_page(attempt.escalation_id, attempt.engineer_id, attempt.id, 'key') as t;
    outcome := case outcome when 'extended' then 'acknowledged' else outcome end;
  elsif p_digits = '9' then
    outcome := case when is_repeat and attempt.outcome = 'declined' then 'passed_on' else private.pass_page_on(attempt.escalation_id, attempt.id) end;
  else
    outcome := case escalation.state when 'acknowledged' then 'already_acknowledged' when 'resolved' then 'over'
                 else case when p_digits = '2' then 'repeat' else 'summary' end end;
  end if;
  select private.page_json(a), coalesce(holder, (select g.name from public.escalations as e join public.engineers as g on g.id = e.acknowledged_by
                                                 where e.id = a.escalation_id))
  into page, holder from public.escalation_attempts as a where a.id = attempt.id;
  return next;
end
$$;
comment on function private.answer_call(bigint, text, text, integer, text) is
  'One turn of a call: what to say next. 1 acknowledges, 9 passes on, 2 repeats; each turn is heard once.';

create function private.look_at_link(p_token text) returns table (outcome text, holder text, page jsonb)
language plpgsql stable security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
declare
  attempt public.escalation_attempts := private.attempt_of_token(p_token);
  escalation public.escalations;
begin
  select l.* into escalation from public.escalations as e join public.escalations as l on l.id = case when e.state = 'joined' then e.leader_id else e.id end
  where e.id = attempt.escalation_id;
  outcome := case
    when escalation.id is null or attempt.method not in ('email', 'webhook')  -- the secret of a call stands in the provider's logs
      or not exists (select from public.engineers where id = attempt.engineer_id and is_active) then 'unknown'
    when attempt.claimed_at is null or attempt.claimed_at < clock_timestamp() - interval '1 day' then 'expired'
    -- A reminder's link says that its reader is still on it.
    when escalation.state = 'acknowledged'
      and (attempt.kind = 'ring' or escalation.acknowledged_by is distinct from attempt.engineer_id) then 'already_acknowledged'
    when escalation.state = 'resolved' then 'over'
    when attempt.link_used_at is not null then 'expired'
    else 'waits' end;
  if outcome not in ('unknown', 'expired') then
    page := private.page_json(attempt);
    holder := (select name from public.engineers where id = escalation.acknowledged_by);
  end if;
  return next;
end
$$;
comment on function private.look_at_link(text) is 'What an acknowledge link stands for; looking changes nothing, as mail scanners follow links.';

create function private.acknowledge_by_link(p_token text) returns table (outcome text, holder text, page jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: webhooks hold no right on tables
#variable_conflict use_column
declare
  attempt public.escalation_attempts := private.attempt_of_token(p_token);
begin
  attempt := private.lock_attempt(attempt.id);
  select l.outcome, l.holder, l.page into outcome, holder, page from private.look_at_link(p_token) as l;
  if outcome = 'waits' then
    update public.escalation_attempts as a set link_used_at = clock_timestamp() where a.id = attempt.id;
    select t.outcome, t.holder into outcome, holder from private.take_page(attempt.escalation_id, attempt.engineer_id, attempt.id, 'link') as t;
  end if;
  return next;
end
$$;
comment on function private.acknowledge_by_link(text) is 'The button behind an acknowledge link: works once, for the engineer it was sent to.';

grant execute on function private.hear_call_status(bigint, text, text, text, text), private.answer_call(bigint, text, text, integer, text),
  private.look_at_link(text), private.acknowledge_by_link(text) to shiftbot_ingest;
