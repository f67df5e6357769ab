-- Whoever waits costs nothing to those who need not: a read finds what is due by index, however much is put off, and replies without
-- a budget come back one after the other as the limit frees it, instead of all at once.
-- Watch: pages take no turns. They share a platform's limit with replies, and none waits behind a crowd of them.

create or replace function private.read_queue(p_queue text, p_vt_seconds integer, p_quantity integer)
returns table (msg_id bigint, read_ct integer, enqueued_at timestamptz, message jsonb)
language plpgsql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
begin
  -- pgmq.read compares with clock_timestamp(), for which no index serves: it would look at all that is not due, at every read.
  return query execute format(
    'with due as (select d.msg_id from pgmq.%1$I as d where d.vt <= $1 order by d.vt, d.msg_id limit $2 for update skip locked),
          taken as (update pgmq.%1$I as q set vt = $1 + $3, read_ct = q.read_ct + 1 from due where q.msg_id = due.msg_id
                    returning q.msg_id, q.read_ct, q.enqueued_at, q.message)
     select * from taken order by 1', 'q_' || p_queue)
  using clock_timestamp(), p_quantity, p_vt_seconds * interval '1 second';
end
$$;
comment on function private.read_queue(text, integer, integer) is
  'Takes up to p_quantity messages, those first that are due for longest, hidden from others for p_vt_seconds.';

-- Nothing is looked up for nothing: each journal row and queue message asked for a ring that it has nothing to do with.
alter function private.correlation_of_attempt(bigint) strict;
alter function private.correlation_of_ticket(bigint) strict;

alter table private.send_budgets add column next_turn timestamptz not null default 'epoch';
comment on column private.send_budgets.next_turn is 'When the last of the replies that wait for this budget comes back.';

create function private.await_turn(p_msg_id bigint, p_platform public.platform, p_chat text, p_seconds numeric) returns numeric
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on private tables and pgmq
declare
  is_direct boolean := case p_platform when 'telegram' then p_chat not like '-%' else p_chat like 'D%' end;
  moment timestamptz := clock_timestamp();
  horizon constant interval := '20 minutes';  -- turns beyond are not promised: those before them may be withdrawn meanwhile
  short text;
  pace interval;
  turn timestamptz;
  wait numeric;
begin
  select b.key, coalesce(l.per_seconds / l.sends, 0) * interval '1 second' into short, pace
  from private.send_budgets as b
  left join private.send_limits as l on l.platform = p_platform
    and l.scope = case when b.key = p_platform::text then 'total' when is_direct then 'direct' else 'group' end
  where b.key in (p_platform::text, p_platform || ':' || p_chat)
  order by greatest(b.blocked_until, b.sent_at[cardinality(b.sent_at) - l.sends + 1] + l.per_seconds * interval '1 second')
    desc nulls last limit 1;
  update private.send_budgets as b
  set next_turn = least(greatest(moment + p_seconds * interval '1 second', b.next_turn + pace),
                        moment + p_seconds * interval '1 second' + horizon)
  where b.key = short
  returning b.next_turn into turn;
  wait := greatest(p_seconds, extract(epoch from turn - moment));
  if wait >= p_seconds + extract(epoch from horizon) then
    wait := p_seconds + extract(epoch from horizon) * (0.5 + random() / 2)::numeric;  -- not all at one moment
  end if;
  perform private.postpone_message('replies', p_msg_id, wait);
  return wait;
end
$$;
comment on function private.await_turn(bigint, public.platform, text, numeric) is
  'Puts a reply off that found no budget until its turn; returns the seconds.';

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

revoke execute on function private.await_turn(bigint, public.platform, text, numeric),
  private.settle_reply(bigint, bigint, bigint, text) from public;
grant execute on function private.await_turn(bigint, public.platform, text, numeric),
  private.settle_reply(bigint, bigint, bigint, text) to shiftbot_worker;
