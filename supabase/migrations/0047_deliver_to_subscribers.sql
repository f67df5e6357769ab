-- How a worker delivers: look what is to be sent now, post it, settle. Whoever may be unreachable for hours is asked ever more rarely for
-- most of a day; then, and where the receiver refuses, the message is a dead letter that can be requeued.
-- Watch: a delivery may come twice, under the same id (the worker died between the post and the settling): receivers drop what they know.

create table private.subscription_health (
  subscription_id bigint primary key references public.subscriptions (id) on delete cascade,
  delivered_at timestamptz,
  failed_at timestamptz,
  error text
);
alter table private.subscription_health enable row level security;
comment on table private.subscription_health is 'When each subscription was last reached, to the ten seconds, and how it last failed.';

create function private.claim_delivery(p_subscription_id bigint, p_ticket_id bigint, p_seq integer)
returns table (outcome text, url text, secret_versions integer[], event jsonb)
language sql stable security definer set search_path = '' as $$  -- definer: workers read no table
  select case when s.is_active then 'send' else 'inactive' end, s.url,
    case when s.secret_rotated_at > clock_timestamp() - interval '1 day' then array[s.secret_version, s.secret_version - 1]
      else array[s.secret_version] end,
    case when a.id is not null then jsonb_build_object(
      'type', 'ticket.' || a.event, 'timestamp', to_jsonb(a.created_at),
      'data', jsonb_build_object(
        'id', a.id, 'ticket_id', a.ticket_id, 'seq', a.seq, 'event', a.event, 'action_type', a.action_type, 'actor_type', a.actor_type,
        'actor', a.actor, 'status_after', a.status_after, 'created_at', a.created_at, 'facts', coalesce(a.payload -> 'facts', '{}'),
        'platform', t.platform, 'source_id', t.source_id, 'is_erased', a.erased_at is not null)
        || case when s.include_content and a.erased_at is null
             then jsonb_build_object('content', jsonb_build_object('body', a.body, 'payload', a.payload - 'facts')) else '{}' end) end
  from public.subscriptions as s
  left join public.ticket_actions as a on a.ticket_id = p_ticket_id and a.seq = p_seq
  left join public.tickets as t on t.id = a.ticket_id
  where s.id = p_subscription_id
$$;
comment on function private.claim_delivery(bigint, bigint, integer) is
  'What is to be posted where, read now; no row: the subscription was removed. Words only where it asks for them and they are not erased.';

create function private.settle_delivery(p_subscription_id bigint, p_msg_id bigint) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers write no table
begin
  perform pgmq.archive('deliveries', p_msg_id);
  -- One row for many workers: written now and then only, and nobody waits for it.
  update private.subscription_health set delivered_at = clock_timestamp()
  where subscription_id = (select h.subscription_id from private.subscription_health as h
                           where h.subscription_id = p_subscription_id
                             and (h.delivered_at is null or h.delivered_at < clock_timestamp() - interval '10 seconds'
                                  or h.failed_at > h.delivered_at)
                           for update skip locked);
  if not exists (select from private.subscription_health where subscription_id = p_subscription_id) then
    insert into private.subscription_health (subscription_id, delivered_at)
    select id, clock_timestamp() from public.subscriptions where id = p_subscription_id on conflict do nothing;
  end if;
end
$$;
comment on function private.settle_delivery(bigint, bigint) is 'A receiver took it.';

create function private.note_failed_delivery(p_subscription_id bigint, p_error text) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: workers write no table
  insert into private.subscription_health as h (subscription_id, failed_at, error)
  select id, clock_timestamp(), left(p_error, 500) from public.subscriptions where id = p_subscription_id
  on conflict (subscription_id) do update set failed_at = excluded.failed_at, error = excluded.error
$$;
comment on function private.note_failed_delivery(bigint, text) is 'Keeps how a subscription last failed, for its line in ops.subscriptions.';

create function private.bury_delivery(p_subscription_id bigint, p_msg_id bigint, p_error text) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
declare
  attempts integer;
  content jsonb;
begin
  select q.read_ct, q.message into attempts, content from pgmq.q_deliveries as q where q.msg_id = p_msg_id for update;
  if not found then
    return 'gone';
  end if;
  perform pgmq.send('deliveries_dead', jsonb_build_object('message', content, 'reason', left(p_error, 2000),
    'attempts', attempts, 'msg_id', p_msg_id, 'failed_at', clock_timestamp()), 0);
  perform pgmq.archive('deliveries', p_msg_id);
  perform private.note_failed_delivery(p_subscription_id, p_error);
  return 'dead';
end
$$;
comment on function private.bury_delivery(bigint, bigint, text) is 'The receiver refuses for good: a dead letter with the reason.';

create function private.retry_delivery(p_subscription_id bigint, p_msg_id bigint, p_error text, p_after_seconds numeric default null) returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
declare
  waits constant integer[] := array[5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800];  -- sixteen hours in all
  attempts integer;
begin
  select q.read_ct into attempts from pgmq.q_deliveries as q where q.msg_id = p_msg_id for update;
  if not found then
    return 'gone';
  end if;
  if attempts > cardinality(waits) then
    return private.bury_delivery(p_subscription_id, p_msg_id, p_error);
  end if;
  perform pgmq.set_vt('deliveries', p_msg_id, greatest(waits[greatest(attempts, 1)], least(ceil(coalesce(p_after_seconds, 0)), 86400)::integer));
  perform private.note_failed_delivery(p_subscription_id, p_error);
  return 'retry';
end
$$;
comment on function private.retry_delivery(bigint, bigint, text, numeric) is
  'The receiver is away or asks for patience: later, ever more rarely, never before it asked for; after ten attempts a dead letter.';

create function private.deactivate_subscription(p_subscription_id bigint, p_msg_id bigint, p_because text) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers write no table
begin
  update public.subscriptions set is_active = false, deactivated_because = left(p_because, 500) where id = p_subscription_id and is_active;
  perform private.bury_delivery(p_subscription_id, p_msg_id, p_because);
end
$$;
comment on function private.deactivate_subscription(bigint, bigint, text) is 'The receiver says that it is gone (410): nothing more is sent to it until an admin activates it again.';

create view ops.subscriptions as
  select s.id, s.name, s.url, s.is_active, s.deactivated_because, h.delivered_at, h.failed_at,
    case when h.failed_at > coalesce(h.delivered_at, '-infinity') then h.error end as error,
    (select count(*) from pgmq.q_deliveries as q where (q.message ->> 'subscription_id')::bigint = s.id) as waiting,
    (select count(*) from pgmq.q_deliveries_dead as q where (q.message #>> '{message,subscription_id}')::bigint = s.id) as dead
  from public.subscriptions as s left join private.subscription_health as h on h.subscription_id = s.id
  order by s.id;
comment on view ops.subscriptions is 'Every subscription: when it was last reached, how it last failed since then, what waits for it and what is dead.';

create or replace view ops.dead_letters as
  select 'triage' as queue, msg_id, enqueued_at as died_at, message ->> 'reason' as reason,
    (message ->> 'attempts')::integer as attempts, message -> 'message' as message from pgmq.q_triage_dead
  union all
  select 'replies', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_replies_dead
  union all
  select 'escalations', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_escalations_dead
  union all
  select 'attachments', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_attachments_dead
  union all
  select 'deliveries', msg_id, enqueued_at, message ->> 'reason',
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_deliveries_dead;

create or replace view ops.queues as
  select 'triage' as queue, count(*) as length, count(*) filter (where vt <= clock_timestamp()) as visible,
    count(*) filter (where vt > clock_timestamp()) as in_hand_or_delayed,
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint as oldest_seconds,
    (select count(*) from pgmq.q_triage_dead) as dead from pgmq.q_triage
  union all
  select 'replies', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_replies_dead) from pgmq.q_replies
  union all
  select 'escalations', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_escalations_dead) from pgmq.q_escalations
  union all
  select 'attachments', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_attachments_dead) from pgmq.q_attachments
  union all
  select 'deliveries', count(*), count(*) filter (where vt <= clock_timestamp()),
    count(*) filter (where vt > clock_timestamp()),
    coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint,
    (select count(*) from pgmq.q_deliveries_dead) from pgmq.q_deliveries;

grant execute on function private.claim_delivery(bigint, bigint, integer), private.settle_delivery(bigint, bigint),
  private.bury_delivery(bigint, bigint, text), private.retry_delivery(bigint, bigint, text, numeric),
  private.deactivate_subscription(bigint, bigint, text) to shiftbot_worker;
