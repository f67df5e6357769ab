-- One send budget for all worker processes: the platforms' limits as data, spent in the transaction that claims a send.
-- The last sends of each chat are kept, so that no window of the limit's length ever holds more than the limit: a token
-- bucket would let nearly twice as many through in the window after a burst.

create table private.send_limits (
  platform public.platform not null,
  scope text not null,
  sends integer not null,
  per_seconds numeric not null,
  constraint send_limit_is_given_once primary key (platform, scope),
  constraint send_limit_scope_is_known check (scope in ('total', 'group', 'direct')),
  constraint send_limit_is_positive check (sends > 0 and per_seconds > 0)
);
alter table private.send_limits enable row level security;
insert into private.send_limits (platform, scope, sends, per_seconds) values
  ('telegram', 'total', 30, 1), ('telegram', 'group', 20, 60), ('telegram', 'direct', 3, 3),
  ('slack', 'group', 10, 10), ('slack', 'direct', 10, 10);
comment on table private.send_limits is 'How many sends a platform takes in how many seconds: in total, per group or channel, per private chat.';

create table private.send_budgets (
  key text primary key,
  sent_at timestamptz[] not null default '{}',
  blocked_until timestamptz not null default 'epoch'  -- not -infinity: before Postgres 17 that cannot be subtracted
);
alter table private.send_budgets enable row level security;
comment on table private.send_budgets is 'What is spent of each limit, shared by all workers; blocked_until honours Retry-After.';

create table private.moved_chats (
  platform public.platform not null,
  old_chat text not null,
  new_chat text not null,
  constraint chat_moves_once primary key (platform, old_chat)
);
alter table private.moved_chats enable row level security;
comment on table private.moved_chats is 'Telegram groups that became supergroups: where their chat id went.';

create function private.current_chat(p_platform public.platform, p_chat text) returns text
language sql stable security definer set search_path = '' as $$  -- definer: callers hold no right on private tables
  select coalesce((select new_chat from private.moved_chats where platform = p_platform and old_chat = p_chat), p_chat)
$$;
comment on function private.current_chat(public.platform, text) is 'The id under which a chat is reached today.';

create function private.take_send_permit(p_platform public.platform, p_chat text) returns numeric
language plpgsql security definer set search_path = '' as $$  -- definer: callers hold no right on private tables
declare
  is_direct boolean := case p_platform when 'telegram' then p_chat not like '-%' else p_chat like 'D%' end;
  moment timestamptz;
  wait interval;
begin
  -- Locked in the order of their keys, so that two claims never wait for each other.
  insert into private.send_budgets (key)
  select k.key from (values (p_platform::text), (p_platform || ':' || p_chat)) as k (key)
  where not exists (select from private.send_budgets as b where b.key = k.key)
  order by k.key on conflict do nothing;
  perform from private.send_budgets where key in (p_platform::text, p_platform || ':' || p_chat) order by key for update;
  moment := clock_timestamp();

  select max(greatest(b.blocked_until, b.sent_at[cardinality(b.sent_at) - l.sends + 1] + l.per_seconds * interval '1 second')
             - moment)
  into wait
  from private.send_budgets as b
  left join private.send_limits as l on l.platform = p_platform
    and l.scope = case when b.key = p_platform::text then 'total' when is_direct then 'direct' else 'group' end
  where b.key in (p_platform::text, p_platform || ':' || p_chat);
  if wait > interval '0' then
    return extract(epoch from wait);
  end if;
  update private.send_budgets as b
  set sent_at = (b.sent_at || moment)[greatest(1, cardinality(b.sent_at) + 2 - l.sends):]
  from private.send_limits as l
  where b.key in (p_platform::text, p_platform || ':' || p_chat) and l.platform = p_platform
    and l.scope = case when b.key = p_platform::text then 'total' when is_direct then 'direct' else 'group' end;
  return 0;
end
$$;
comment on function private.take_send_permit(public.platform, text) is
  'Spends one send on a chat and returns 0, or spends nothing and returns the seconds to wait.';

create function private.block_sends(p_platform public.platform, p_chat text, p_seconds numeric) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on private tables
  insert into private.send_budgets as b (key, blocked_until)
  values (p_platform || ':' || p_chat, clock_timestamp() + p_seconds * interval '1 second')
  on conflict (key) do update set blocked_until = greatest(b.blocked_until, excluded.blocked_until)
$$;
comment on function private.block_sends(public.platform, text, numeric) is 'The platform asked to wait (Retry-After): nobody sends to that chat until then.';
