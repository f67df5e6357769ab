-- Quiet words to one engineer: the shift changes hands, an acknowledgement runs out, one more ticket joined. They are attempts of
-- kind notice, so the same workers send them in the same way; where one way fails the next one is tried.

create function private.next_notice_method(p_engineer public.engineers, p_after public.escalation_method) returns public.escalation_method
language sql immutable security invoker set search_path = '' as $$
  select m.method from unnest(array['telegram_message', 'slack_message', 'sms', 'email']::public.escalation_method[])
    with ordinality as m (method, place)
  where private.unreachable_reason(p_engineer, m.method) is null
    and m.place > coalesce(array_position(array['telegram_message', 'slack_message', 'sms', 'email']::public.escalation_method[], p_after), 0)
  order by m.place limit 1
$$;
comment on function private.next_notice_method(public.engineers, public.escalation_method) is
  'The quiet way that is tried next; null where none is left.';

create function private.send_notice(p_engineer_id bigint, p_kind text, p_body text, p_key text, p_escalation_id bigint default null)
returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  engineer public.engineers;
  attempt public.escalation_attempts;
begin
  select * into engineer from public.engineers where id = p_engineer_id and is_active;
  if not found then
    return null;
  end if;
  insert into public.escalation_attempts (escalation_id, engineer_id, kind, method, note, notice_key)
  values (p_escalation_id, engineer.id, 'notice', private.next_notice_method(engineer, null), p_body, p_kind || '/' || p_key)
  on conflict on constraint notice_is_sent_once do nothing
  returning * into attempt;
  if attempt.id is not null then
    perform private.queue_attempt(attempt, (select ticket_id from public.escalations where id = p_escalation_id));
  end if;
  return attempt.id;
end
$$;
comment on function private.send_notice(bigint, text, text, text, bigint) is
  'Tells an engineer something quietly, once per kind and key; null where it was said before or the engineer is inactive.';

create function private.try_next_notice(p_attempt public.escalation_attempts) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  engineer public.engineers;
  other_way public.escalation_method;
begin
  select * into engineer from public.engineers where id = p_attempt.engineer_id and is_active;
  other_way := private.next_notice_method(engineer, p_attempt.method);
  if other_way is null then
    return false;
  end if;
  update public.escalation_attempts
  set method = other_way, claimed_at = null, in_hand_until = null, tries = 0, outcome = null, outcome_at = null, external_id = null
  where id = p_attempt.id returning * into p_attempt;
  perform private.queue_attempt(p_attempt, (select ticket_id from public.escalations where id = p_attempt.escalation_id));
  return true;
end
$$;
comment on function private.try_next_notice(public.escalation_attempts) is 'Sends a notice by the next quiet way after one has failed.';
