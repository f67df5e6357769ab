-- A second failure domain (law 7): where every worker is silent, an Edge Function (supabase/functions/escalation-watchdog), woken each
-- minute by pg_cron, claims what is due and rings. It keeps to the workers' protocol, claim and settle, so that however many of them
-- and of workers meet, each attempt is made once.
-- Watch: it rings by the methods it has; an attempt by any other is skipped, and the page goes on to what it can do.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'shiftbot_watchdog') then
    create role shiftbot_watchdog nologin noinherit;
  end if;
  execute format('grant shiftbot_watchdog to %I', current_user);  -- the function's connection becomes it, and nothing more
end
$$;
grant usage on schema private to shiftbot_watchdog;

create function private.is_anybody_ringing() returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on private tables
  select exists (select from private.workers where queue = 'escalations' and seen_at > clock_timestamp() - interval '1 minute')
$$;
comment on function private.is_anybody_ringing() is 'Whether a worker that rings has given a sign of life within the last minute.';

create function private.watchdog_claim(p_methods text[]) returns table (attempt_id bigint, msg_id bigint, page jsonb)
language plpgsql security definer set search_path = '' as $$  -- definer: the watchdog holds no right on tables
#variable_conflict use_column
declare
  message record;
  number bigint;
  became text;
  claimed integer := 0;
begin
  if private.is_anybody_ringing() or not pg_try_advisory_xact_lock(hashtextextended('shiftbot.watchdog', 0)) then
    return;
  end if;
  -- What it cannot ring by is skipped, and so the next step begins: looked at again, until something rings or nothing is left.
  for turn in 1..20 loop
    exit when claimed > 0;
    exit when not exists (select from pgmq.q_escalations where vt <= clock_timestamp());
    for message in select * from private.read_queue('escalations', 60, 50) loop
      -- Whoever may write to the queue may write anything: one odd message must not silence the watchdog.
      became := null;
      number := substring(message.message ->> 'attempt_id' from '^[0-9]{1,18}$')::bigint;
      if message.message ->> 'kind' = 'attempt' and number is not null
         and private.try_lock_ticket(substring(message.message ->> 'ticket_id' from '^[0-9]{1,18}$')::bigint) then
        select c.outcome, c.page into became, page from private.claim_attempt(number, message.msg_id, p_methods, 35) as c;
      end if;
      if became = 'claimed' then
        claimed := claimed + 1;
        attempt_id := number;
        msg_id := message.msg_id;
        return next;
      elsif became is distinct from 'gone' then
        -- For a worker, when there is one again; as a new message, because waiting for it is no failed attempt.
        perform private.postpone_message('escalations', message.msg_id, 60);
      end if;
    end loop;
  end loop;
end
$$;
comment on function private.watchdog_claim(text[]) is
  'Where no worker rings any more: claims what is due by the given methods. Empty where somebody rings.';

grant execute on function private.watchdog_claim(text[]), private.is_anybody_ringing(), private.sweep(),
  private.settle_attempt(bigint, bigint, text, text, text), private.answer_call(bigint, text, text, integer, text),
  private.hear_call_status(bigint, text, text, text, text) to shiftbot_watchdog;
