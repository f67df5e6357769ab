-- "Not needed" as a button under the page itself, once somebody has it: whoever was woken says so on the spot, and the thresholds learn
-- from more nights (0050). The mark is the same as in the dashboard; wherever it was made, the messages of the page say so (0060).
-- Watch: a page may hold several tickets. Its own is waited for, the others are not (0024): one that is held has the press made again.

create function private.call_page_needless(p_escalation_id bigint, p_engineer_id bigint) returns table (outcome text, ticket_ids bigint[])
language plpgsql security definer set search_path = '' as $$  -- definer: programs append nothing themselves
#variable_conflict use_column
declare
  page public.escalations;
  of_page public.escalations;
  acknowledged public.ticket_actions;
  known bigint[] := array[]::bigint[];
begin
  ticket_ids := array[]::bigint[];
  select l.* into page from public.escalations as e join public.escalations as l on l.id = case when e.state = 'joined' then e.leader_id else e.id end
  where e.id = p_escalation_id;
  perform from public.tickets as t where t.id = page.ticket_id for update;
  for of_page in
    select p.* from public.escalations as p
    where (p.id = page.id or p.leader_id = page.id and p.state = 'acknowledged' and page.state = 'acknowledged')
      and p.acknowledged_by is not null and p.ticket_id is not null
      and not exists (select from public.escalations as n where n.ticket_id = p.ticket_id and n.id > p.id)  -- it rang anew since
    order by p.id <> page.id, p.id loop
    if not private.try_lock_ticket(of_page.ticket_id) then
      raise exception 'ticket % is being worked on', of_page.ticket_id using errcode = 'serialization_failure', hint = 'Press again.';
    end if;
    select a.* into acknowledged from public.ticket_actions as a
    where a.ticket_id = of_page.ticket_id and a.event = 'acknowledged' order by a.seq desc limit 1;
    -- Taken with the page, not by somebody who looked at this one; and neither rung for nor triaged again since.
    continue when of_page.id <> page.id and acknowledged.payload #>> '{facts,page}' is distinct from page.id::text
      or (select t.status from public.tickets as t where t.id = of_page.ticket_id) not in ('escalated', 'closed');
    if exists (select from public.ticket_actions as a where a.ticket_id = of_page.ticket_id and a.event = 'page_not_needed'
                 and a.payload #>> '{facts,acknowledged_seq}' = acknowledged.seq::text) then
      known := known || of_page.ticket_id;
    else
      insert into public.ticket_actions (ticket_id, event, actor_type, actor)
      values (of_page.ticket_id, 'page_not_needed', 'engineer', 'engineer:' || p_engineer_id);
      ticket_ids := ticket_ids || of_page.ticket_id;
    end if;
  end loop;
  outcome := case when ticket_ids <> '{}' then 'marked' when known <> '{}' then 'already_marked'
                  when page.acknowledged_by is null then 'unacknowledged' else 'moved_on' end;
  ticket_ids := case outcome when 'marked' then ticket_ids when 'already_marked' then known else private.page_tickets(page.id) end;
  return next;
end
$$;
comment on function private.call_page_needless(bigint, bigint) is
  'Marks the tickets of an acknowledged page as not needed: marked, already_marked (which), unacknowledged, or moved_on where it went on since.';

create or replace function private.press_page(p_attempt_id bigint, p_verb text, p_platform public.platform, p_person text)
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
  elsif p_verb = 'not_needed' then
    select n.outcome, n.ticket_ids into outcome, ticket_ids from private.call_page_needless(attempt.escalation_id, presser) as n;
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
  'A press on the buttons of a page: acknowledge, pass_on or not_needed by whoever the platform says it was.';

create function private.page_needless_for(p_attempt_id bigint) returns double precision
language plpgsql stable security definer set search_path = '' as $$  -- definer: workers hold no right on tables
begin
  return (
    select extract(epoch from clock_timestamp() - a.created_at)
    from public.escalation_attempts as r join public.escalations as e on e.id = r.escalation_id
    join public.ticket_actions as a on a.ticket_id = e.ticket_id and a.event = 'page_not_needed'
    where r.id = p_attempt_id and a.payload #>> '{facts,acknowledged_seq}' = (
      select max(b.seq)::text from public.ticket_actions as b where b.ticket_id = e.ticket_id and b.event = 'acknowledged'));
end
$$;
comment on function private.page_needless_for(bigint) is
  'For how many seconds it has been said of the page of an attempt that it was not needed; null where nobody said so.';

revoke execute on function private.call_page_needless(bigint, bigint), private.page_needless_for(bigint) from public;
grant execute on function private.page_needless_for(bigint) to shiftbot_worker;
