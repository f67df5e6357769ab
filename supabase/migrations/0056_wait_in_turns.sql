-- Whoever waits costs nothing to those who need not: a read finds what is due by index, however much is put off, and replies without
-- a budget come back one after the other as the limit frees it, instead of all at once.
-- Watch: pages take no turns. They share a platform's limit with replies, and none waits behind a crowd of them.

create or replace function private.read_queue(p_queue text, p_vt_seconds integer, p_quantity integer)
returns table (msg_id bigint, read_ct integer, enqueued_at timestamptz, message jsonb)
language plpgsql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
begin
  -- pgmq.read compares with clock_timestamp(), for which no index serves: it would look at all that is not due, at every read.
  for msg_id, read_ct, enqueued_at, message in execute format(
    'with due as (select d.msg_id from pgmq.%1$I as d where d.vt <= $1 order by d.vt, d.msg_id limit $2 for update skip locked),
          taken as (update pgmq.%1$I as q set vt = $1 + $3, read_ct = q.read_ct + 1 from due where q.msg_id = due.msg_id
                    returning q.msg_id, q.read_ct, q.enqueued_at, q.message)
     select * from taken order by 1', 'q_' || p_queue)
  using clock_timestamp(), p_quantity, p_vt_seconds * interval '1 second' loop
    return next;
  end loop;
end
$$;
comment on function private.read_queue(text, integer, integer) is
  'Takes up to p_quantity messages, those first that are due for longest, hidden from others for p_vt_seconds.';

-- Nothing is looked up for nothing: each journal row and queue message asked for a ring that it has nothing to do with.
alter function private.correlation_of_attempt(bigint) strict;
alter function private.correlation_of_ticket(bigint) strict;

alter table private.send_budgets add column next_turn timestamptz not null default 'epoch';
comment on column private.send_budgets.next_turn is 'When the last of the replies that wait for this budget comes back.';

create function private.turn(p_turn timestamptz, p_soonest timestamptz, p_horizon interval) returns timestamptz
language sql volatile security invoker set search_path = '' as $$
  select case when p_turn < p_soonest + p_horizon then p_turn
    else p_soonest + p_horizon * (0.5 + random() / 2) end  -- not all of them at one moment
$$;
comment on function private.turn(timestamptz, timestamptz, interval) is 'A turn that can be promised, or else a time to ask again.';

create function private.await_turn(p_msg_id bigint, p_platform public.platform, p_chat text, p_seconds numeric) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on private tables and pgmq
declare
  is_direct boolean := case p_platform when 'telegram' then p_chat not like '-%' else p_chat like 'D%' end;
  moment timestamptz := clock_timestamp();
  soonest timestamptz := moment + p_seconds * interval '1 second';
  horizon constant interval := interval '20 minutes';  -- turns beyond are not promised: those before them may be withdrawn meanwhile
  short text;
  pace interval;
  turn timestamptz;
  others bigint[];
begin
  select b.key, coalesce(l.per_seconds / l.sends, 0) * interval '1 second' into short, pace
  from private.send_budgets as b
  left join private.send_limits as l on l.platform = p_platform
    and l.scope = case when b.key = p_platform::text then 'total' when is_direct then 'direct' else 'group' end
  where b.key in (p_platform::text, p_platform || ':' || p_chat)
  order by greatest(b.blocked_until, b.sent_at[cardinality(b.sent_at) - l.sends + 1] + l.per_seconds * interval '1 second')
    desc nulls last limit 1
  for update of b;  -- before any message is held: the other way round two of these would wait in a ring
  -- Those behind it would find the same, one claim after the other, while everybody else stands in line behind them.
  select array_agg(held.msg_id) into others
  from (select q.msg_id from pgmq.q_replies as q
        where q.vt <= moment and q.msg_id = any (array(  -- asked again of each row once it is held: it may be in hand by now
          select due.msg_id
          from (select d.msg_id, d.vt, d.message from pgmq.q_replies as d
                where d.vt <= moment and d.msg_id <> p_msg_id order by d.vt, d.msg_id limit 1000) as due
          join public.replies as r on r.id = substring(due.message ->> 'reply_id' from '^[0-9]{1,18}$')::bigint
          join public.tickets as t on t.id = r.ticket_id
          where t.platform = p_platform and (short = p_platform::text or t.chat_external_id = p_chat)))
        order by q.msg_id for update skip locked) as held;

  update private.send_budgets as b set next_turn = least(greatest(soonest, b.next_turn + pace), soonest + horizon)
    where b.key = short returning b.next_turn into turn;
  perform private.postpone_message('replies', p_msg_id,
    extract(epoch from private.turn(turn, soonest, horizon) - moment));
  if others is not null then
    update pgmq.q_replies as q set vt = private.turn(turn + o.place * pace, soonest, horizon)
    from unnest(others) with ordinality as o (msg_id, place) where q.msg_id = o.msg_id;
    update private.send_budgets as b set next_turn = least(turn + cardinality(others) * pace, soonest + horizon) where b.key = short;
  end if;
  return 1 + coalesce(cardinality(others), 0);
end
$$;
comment on function private.await_turn(bigint, public.platform, text, numeric) is
  'Puts a reply off that found no budget, and those that are due behind it and would find none, each until its turn; returns how many.';

create function private.settle_reply(p_reply_id bigint, p_msg_id bigint, p_attempt_id bigint, p_external_id text) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
begin
  if p_attempt_id is not null then
    perform private.record_reply_part(p_attempt_id, 'sent', p_external_id);
  end if;
  perform private.finish_reply(p_reply_id, p_msg_id, 'delivered');
end
$$;
comment on function private.settle_reply(bigint, bigint, bigint, text) is
  'The last part of a reply is there: its outcome, the journal row and the archiving in one call.';

revoke execute on function private.turn(timestamptz, timestamptz, interval),
  private.await_turn(bigint, public.platform, text, numeric),
  private.settle_reply(bigint, bigint, bigint, text) from public;
grant execute on function private.await_turn(bigint, public.platform, text, numeric),
  private.settle_reply(bigint, bigint, bigint, text) to shiftbot_worker;
