-- The workers' side of an attempt (law 9): claim before the request, settle after it. A worker that died in between leaves
-- `unknown` and the page goes on; a page is rather sent again than lost. What a provider tells later only moves an attempt forward.

create function private.page_json(p_attempt public.escalation_attempts) returns jsonb
language plpgsql stable security definer set search_path = '' as $$  -- definer: workers and webhooks hold no right on tables
begin  -- plpgsql keeps the plan; as an sql function it would be planned for every ring
  return jsonb_build_object(
    'attempt_id', p_attempt.id, 'escalation_id', coalesce(e.id, 0), 'kind', p_attempt.kind, 'method', p_attempt.method,
    'ring_seconds', p_attempt.ring_seconds, 'token', private.attempt_token(p_attempt.id),
    'state', coalesce(e.state, 'resolved'), 'holder', coalesce(holder.name, ''), 'note', coalesce(p_attempt.note, ''),
    'is_test', e.tested_engineer_id is not null, 'external_id', p_attempt.external_id,
    'contact', case when c.id is not null then jsonb_build_object('engineer_id', c.id, 'name', c.name, 'email', c.email,
      'phone', c.phone, 'telegram_handle', c.telegram_handle, 'telegram_user_id', c.telegram_user_id, 'slack_user_id', c.slack_user_id) end,
    'tickets', coalesce((
      select jsonb_agg(jsonb_build_object('id', t.id, 'title', coalesce(t.title, ''), 'summary', coalesce(t.summary, ''),
        'severity', t.severity, 'platform', t.platform, 'source', s.name) order by p.id <> e.id, p.id)
      from public.escalations as p join public.tickets as t on t.id = p.ticket_id join public.sources as s on s.id = t.source_id
      where p.id = e.id or (p.leader_id = e.id and (p.state = 'joined' or p.state = e.state and e.state = 'acknowledged'))), '[]'))
  from (select 1) as one
  left join public.escalations as e on e.id = p_attempt.escalation_id
  left join public.engineers as c on c.id = p_attempt.engineer_id
  left join public.engineers as holder on holder.id = e.acknowledged_by;
end
$$;
comment on function private.page_json(public.escalation_attempts) is
  'An attempt as channels need it: the person, the tickets of the page with the ringing one first, how the page stands.';

create function private.lock_attempt(p_attempt_id bigint) returns public.escalation_attempts
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  attempt public.escalation_attempts;
begin
  select * into attempt from public.escalation_attempts where id = p_attempt_id;
  perform from public.tickets as t join public.escalations as e on e.ticket_id = t.id where e.id = attempt.escalation_id for update of t;
  perform from public.escalations where id = attempt.escalation_id for update;
  select * into attempt from public.escalation_attempts where id = p_attempt_id for update;
  return attempt;
end
$$;
comment on function private.lock_attempt(bigint) is 'Locks ticket, escalation and attempt, in this order, and reads the attempt.';

create function private.outcome_rank(p_outcome text) returns integer
language sql immutable security invoker set search_path = '' as $$
  select case coalesce(p_outcome, '') when '' then 0 when 'attempted' then 1 when 'unknown' then 1 when 'delivered' then 2
    when 'ringing' then 3 when 'answered' then 4 when 'acknowledged' then 6 else 5 end
$$;
comment on function private.outcome_rank(text) is 'How far an attempt has come: news of a lower rank comes too late and is ignored.';

create function private.record_outcome(p_attempt_id bigint, p_outcome text, p_detail text default null) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
declare
  attempt public.escalation_attempts;
  page public.escalations;
begin
  select * into attempt from public.escalation_attempts where id = p_attempt_id for update;
  select * into page from public.escalations where id = attempt.escalation_id;
  if attempt.outcome = 'answered' and p_outcome = 'no_answer' then  -- hung up without a key
    update public.escalation_attempts set ended_at = coalesce(ended_at, clock_timestamp()), in_hand_until = null where id = attempt.id;
  elsif private.outcome_rank(p_outcome) <= private.outcome_rank(attempt.outcome)
        and not (p_outcome = 'unknown' and coalesce(attempt.outcome, 'attempted') in ('attempted', 'ringing')) then
    return 'ignored';
  else
    update public.escalation_attempts
    set outcome = p_outcome, outcome_at = clock_timestamp(), detail = coalesce(left(p_detail, 300), detail),
      claimed_at = coalesce(claimed_at, clock_timestamp()),
      in_hand_until = case when p_outcome = 'ringing' and method = 'phone_call'  -- its end is owed, also by a call given up as unknown
        then greatest(in_hand_until, clock_timestamp() + (ring_seconds + 60) * interval '1 second')
        when p_outcome in ('attempted', 'ringing') then in_hand_until end
    where id = attempt.id returning * into attempt;
    if attempt.kind = 'ring' and (attempt.cycle = 1 or p_outcome <> 'skipped') then
      perform private.journal_page(page, 'call_outcome', private.attempt_facts(attempt), jsonb_build_object('detail', left(p_detail, 300)));
    end if;
  end if;
  select * into attempt from public.escalation_attempts where id = p_attempt_id;
  if attempt.kind = 'ring' and private.is_over(attempt) and attempt.outcome <> 'acknowledged' then
    perform private.hasten(page.id);
  elsif attempt.kind = 'notice' and attempt.outcome in ('failed', 'skipped', 'unknown') then
    perform private.try_next_notice(attempt);
  end if;
  return 'recorded';
end
$$;
comment on function private.record_outcome(bigint, text, text) is
  'Moves an attempt forward, journals it, and goes on at once where nothing else can be answered; recorded or ignored.';

create function private.reason_to_skip(p_attempt public.escalation_attempts, p_methods text[]) returns text
language sql stable security definer set search_path = '' as $$  -- definer: workers hold no right on tables
  select case
    when p_attempt.engineer_id is not null and not coalesce(g.is_active, false) then 'the engineer is not active any more'
    when p_attempt.method <> 'webhook' and private.unreachable_reason(g, p_attempt.method) is not null
      then private.unreachable_reason(g, p_attempt.method)
    when not p_attempt.method::text = any (p_methods) then replace(p_attempt.method::text, '_', ' ') || ' is not configured'
    -- Nobody took it for so long that the policy is past it: the same phone does not ring for each round at once.
    when p_attempt.kind = 'ring' and exists (
      select from public.escalation_attempts as a
      where a.escalation_id = p_attempt.escalation_id and a.engineer_id is not distinct from p_attempt.engineer_id
        and a.method = p_attempt.method and a.kind = 'ring' and a.id > p_attempt.id and a.outcome is distinct from 'cancelled')
      then 'a later ring has taken its place' end
  from (select 1) as one left join public.engineers as g on g.id = p_attempt.engineer_id
$$;
comment on function private.reason_to_skip(public.escalation_attempts, text[]) is
  'Why an attempt that waits is not made any more, or not by this worker; null where it is.';

create function private.take_page_permit(p_attempt public.escalation_attempts) returns numeric
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  chat text := (select case p_attempt.method when 'telegram_message' then g.telegram_user_id::text when 'slack_message' then g.slack_user_id end
                from public.engineers as g where g.id = p_attempt.engineer_id);
begin
  return case when chat is null then 0
    else private.take_send_permit(replace(p_attempt.method::text, '_message', '')::public.platform, chat) end;
end
$$;
comment on function private.take_page_permit(public.escalation_attempts) is
  'Spends one send of the budget that pages share with replies; 0, or the seconds to wait.';

create function private.claim_attempt(p_attempt_id bigint, p_msg_id bigint, p_methods text[], p_request_seconds numeric)
returns table (outcome text, wait_seconds numeric, page jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
#variable_conflict use_column
declare
  attempt public.escalation_attempts := private.lock_attempt(p_attempt_id);
  escalation public.escalations;
  reason text := private.reason_to_skip(attempt, p_methods);
begin
  select * into escalation from public.escalations as e where e.id = attempt.escalation_id;
  outcome := 'gone';
  if attempt.claimed_at is not null and attempt.in_hand_until > clock_timestamp() then
    outcome := 'wait';  -- another worker holds the ring
    wait_seconds := extract(epoch from attempt.in_hand_until - clock_timestamp()) + 1;
  elsif attempt.claimed_at is not null and attempt.outcome = 'attempted' and attempt.in_hand_until is not null then
    perform private.record_outcome(attempt.id, 'unknown', 'the worker died between claim and outcome');
  elsif attempt.outcome is null and attempt.kind = 'ring' and escalation.state <> 'ringing' then
    update public.escalation_attempts as a set outcome = 'cancelled', outcome_at = clock_timestamp() where a.id = attempt.id;
  elsif attempt.outcome is null and reason is not null then
    perform private.record_outcome(attempt.id, 'skipped', reason);
  elsif attempt.id is not null and attempt.outcome is null then
    wait_seconds := private.take_page_permit(attempt);
    outcome := case when wait_seconds > 0 then 'wait' else 'claimed' end;
  end if;
  if outcome = 'gone' then
    perform private.archive_message('escalations', p_msg_id);
  elsif outcome = 'claimed' then
    update public.escalation_attempts as a set claimed_at = clock_timestamp(), outcome = 'attempted', outcome_at = clock_timestamp(),
      tries = a.tries + 1,
      -- A Telegram call is held by the worker for as long as it rings.
      in_hand_until = clock_timestamp() + (p_request_seconds + case a.method when 'telegram_call' then a.ring_seconds else 0 end)
        * interval '1 second'
    where a.id = attempt.id returning * into attempt;
    if attempt.kind = 'ring' then
      perform private.journal_page(escalation, 'call_placed', private.attempt_facts(attempt));
    end if;
    page := private.page_json(attempt);
  end if;
  return next;
end
$$;
comment on function private.claim_attempt(bigint, bigint, text[], numeric) is
  'Claims the right to ring by one of the methods this worker has: claimed with the page, wait, or gone (the message is archived).';

create function private.try_lock_ticket(p_ticket_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
begin
  perform from public.tickets where id = p_ticket_id for update skip locked;
  return found or p_ticket_id is null;
end
$$;
comment on function private.try_lock_ticket(bigint) is 'Locks a ticket unless somebody else has it; a test page has none.';

create function private.claim_attempts(p_attempt_ids bigint[], p_msg_ids bigint[], p_methods text[], p_request_seconds numeric)
returns table (msg_id bigint, outcome text, wait_seconds numeric, page jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  due record;
begin
  for due in
    select x.attempt_id, x.msg_id, e.ticket_id
    from unnest(p_attempt_ids, p_msg_ids) as x (attempt_id, msg_id)
    join public.escalation_attempts as a on a.id = x.attempt_id
    left join public.escalations as e on e.id = a.escalation_id
    -- The send budgets of those are waited for, and whoever holds several tickets waits for nobody.
    where a.method not in ('telegram_message', 'slack_message') loop
    continue when not private.try_lock_ticket(due.ticket_id);
    return query select due.msg_id, c.outcome, c.wait_seconds, c.page
                 from private.claim_attempt(due.attempt_id, due.msg_id, p_methods, p_request_seconds) as c;
  end loop;
end
$$;
comment on function private.claim_attempts(bigint[], bigint[], text[], numeric) is
  'Claims many attempts in one transaction, as in a storm; those it leaves out are claimed one by one.';

create function private.settle_request(p_attempt_id bigint, p_outcome text, p_external_id text, p_detail text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  attempt public.escalation_attempts := private.lock_attempt(p_attempt_id);
  page public.escalations;
begin
  -- Without waiting for the disk: what a crash of the server undoes is what a worker that died leaves, an attempt that turns unknown.
  perform set_config('synchronous_commit', 'off', true);
  update public.escalation_attempts set external_id = coalesce(p_external_id, external_id), in_hand_until =
    -- A call that was placed: the provider owes its end.
    case when p_outcome in ('attempted', 'ringing') and method = 'phone_call' and not private.is_over(attempt)
      then clock_timestamp() + (ring_seconds + 60) * interval '1 second' end
  where id = attempt.id;
  if p_outcome <> 'attempted' then
    perform private.record_outcome(attempt.id, p_outcome, p_detail);
  end if;
  select * into page from public.escalations where id = attempt.escalation_id;
  if page.state <> 'ringing' and (attempt.kind = 'ring'
       or attempt.method in ('telegram_message', 'slack_message') and page.changed_at > attempt.claimed_at) then
    perform private.queue_catch_up(attempt.id, null);  -- taken or closed while the request was under way
    return 'outdated';
  end if;
  return 'recorded';
end
$$;
comment on function private.settle_request(bigint, text, text, text) is
  'Records how far a request came; outdated where the page was taken meanwhile, and is then brought up to date.';

create function private.settle_attempt(p_attempt_id bigint, p_msg_id bigint, p_outcome text, p_external_id text default null,
                                       p_detail text default null) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  settled text := private.settle_request(p_attempt_id, p_outcome, p_external_id, p_detail);
begin
  perform private.archive_message('escalations', p_msg_id);
  return settled;
end
$$;
comment on function private.settle_attempt(bigint, bigint, text, text, text) is
  'Records how far a request came and archives its message; outdated where the page was taken meanwhile.';

create function private.settle_attempts(p_attempt_ids bigint[], p_msg_ids bigint[], p_external_ids text[]) returns bigint[]
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  request record;
  settled bigint[] := array[]::bigint[];
begin
  for request in
    select x.attempt_id, x.msg_id, x.external_id, e.ticket_id
    from unnest(p_attempt_ids, p_msg_ids, p_external_ids) as x (attempt_id, msg_id, external_id)
    join public.escalation_attempts as a on a.id = x.attempt_id
    left join public.escalations as e on e.id = a.escalation_id loop
    continue when not private.try_lock_ticket(request.ticket_id);  -- whoever holds several tickets waits for nobody
    perform private.settle_request(request.attempt_id, 'attempted', request.external_id, null);
    settled := settled || request.msg_id;
  end loop;
  perform pgmq.archive('escalations', settled);
  return settled;
end
$$;
comment on function private.settle_attempts(bigint[], bigint[], text[]) is
  'Settles many requests that went through, as in a storm, and archives their messages, which it returns; the others are settled one by one.';

create function private.retry_attempt(p_attempt_id bigint, p_msg_id bigint, p_retry_after numeric, p_detail text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  attempt public.escalation_attempts := private.lock_attempt(p_attempt_id);
  page public.escalations;
  pause numeric := greatest(coalesce(p_retry_after, 0), 2 ^ attempt.tries);
begin
  select * into page from public.escalations where id = attempt.escalation_id;
  if attempt.outcome is distinct from 'attempted'
     or attempt.tries >= (case attempt.kind when 'ring' then 3 else 8 end)
     or (attempt.kind = 'notice' and pause > 300)  -- the next way is sooner
     or (attempt.kind = 'ring' and (page.state <> 'ringing' or clock_timestamp() + pause * interval '1 second' >= page.due_at)) then
    return private.settle_attempt(p_attempt_id, p_msg_id, 'failed', null, p_detail);
  end if;
  update public.escalation_attempts set outcome = null, outcome_at = null, claimed_at = null, in_hand_until = null, detail = left(p_detail, 300),
    due_at = clock_timestamp() + pause * interval '1 second'
  where id = attempt.id;
  perform private.postpone_message('escalations', p_msg_id, pause);
  return 'postponed';
end
$$;
comment on function private.retry_attempt(bigint, bigint, numeric, text) is
  'The request surely failed for now: again soon while the step lasts, else it failed and the page goes on.';

create function private.queue_catch_up(p_attempt_id bigint, p_ticket_id bigint) returns bigint
language sql volatile security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
  select private.enqueue('escalations', jsonb_build_object('kind', 'catch_up', 'attempt_id', p_attempt_id, 'ticket_id', p_ticket_id))
$$;
comment on function private.queue_catch_up(bigint, bigint) is 'Asks a worker to stop a ring that is not wanted any more, or to bring a message up to date.';

create function private.look_at_attempt(p_attempt_id bigint) returns jsonb
language sql stable security definer set search_path = '' as $$  -- definer: workers hold no right on tables
  select private.page_json(a) || jsonb_build_object('outcome', a.outcome,
    'over_for', extract(epoch from clock_timestamp() - e.changed_at))  -- seconds, once the page does not ring
  from public.escalation_attempts as a left join public.escalations as e on e.id = a.escalation_id where a.id = p_attempt_id
$$;
comment on function private.look_at_attempt(bigint) is 'How an attempt and its page stand, for whoever brings them up to date.';

create function private.is_attempt_wanted(p_attempt_id bigint) returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: workers hold no right on tables
  select coalesce((select not private.is_over(a) and (e.state = 'ringing' or a.kind = 'notice')
    from public.escalation_attempts as a left join public.escalations as e on e.id = a.escalation_id where a.id = p_attempt_id), false)
$$;
comment on function private.is_attempt_wanted(bigint) is 'Whether a ring that is under way should go on.';

grant execute on function private.claim_attempt(bigint, bigint, text[], numeric),
  private.claim_attempts(bigint[], bigint[], text[], numeric), private.settle_attempt(bigint, bigint, text, text, text),
  private.settle_attempts(bigint[], bigint[], text[]), private.retry_attempt(bigint, bigint, numeric, text), private.look_at_attempt(bigint), private.is_attempt_wanted(bigint)
  to shiftbot_worker;
