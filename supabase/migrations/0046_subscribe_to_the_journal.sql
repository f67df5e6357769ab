-- Others build on the journal: each row goes to every active subscription that wants it, as a message on the queue `deliveries` in the
-- transaction that wrote the row (law 6). The message names the row and holds none of it: what was erased meanwhile is not sent.
-- Watch: the trigger fires for every row of the journal; without subscriptions it costs one look into an empty table.

select pgmq.create(name) from unnest(array['deliveries', 'deliveries_dead']) as name;
insert into private.queues (name) values ('deliveries');

create table public.subscriptions (
  id bigint generated always as identity primary key,
  name text not null,
  url text not null,
  is_active boolean not null default true,
  events text[],
  platforms public.platform[],
  source_ids bigint[],
  ticket_ids bigint[],
  include_content boolean not null default false,
  secret_version integer not null default 1,
  secret_rotated_at timestamptz,
  deactivated_because text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscription_has_a_name check (name ~ '\S' and length(name) <= 200),
  -- No user:password@: secrets are not kept here. Plain http never leaves the machine.
  constraint subscription_url_is_https check (
    length(url) <= 2000 and (url ~ '^https://[A-Za-z0-9.\[\]:-]+([/?][^\s#]*)?$'
                             or url ~ '^http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?([/?][^\s#]*)?$')),
  constraint subscription_filter_lets_something_through check (
    cardinality(events) > 0 and cardinality(platforms) > 0 and cardinality(source_ids) > 0 and cardinality(ticket_ids) > 0),
  constraint subscription_secret_version_counts_up check (secret_version > 0)
);
alter table public.subscriptions enable row level security;
create trigger touch_updated_at before update on public.subscriptions
  for each row execute function private.touch_updated_at();
comment on table public.subscriptions is
  'Who is told of journal rows by signed webhooks, and of which: an empty filter means all. The secret is not here: it is derived from a setting.';
comment on column public.subscriptions.include_content is 'Whether people''s words are sent along; without it only facts are.';
comment on column public.subscriptions.secret_version is 'Counting it up makes a new secret; for a day both sign, so that the receiver can change over.';
revoke all on public.subscriptions from anon, authenticated, service_role;
grant select, delete, insert (name, url, is_active, events, platforms, source_ids, ticket_ids, include_content),
  update (name, url, is_active, events, platforms, source_ids, ticket_ids, include_content, secret_version) on public.subscriptions to authenticated;
create policy "Admins read subscriptions" on public.subscriptions for select to authenticated using ((select private.is_admin()));
create policy "Admins add subscriptions" on public.subscriptions for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change subscriptions" on public.subscriptions for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins remove subscriptions" on public.subscriptions for delete to authenticated using ((select private.is_admin()));

create function private.check_subscription() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever writes need not read events and sources
declare
  stray text;
begin
  select e into stray from unnest(new.events) as e where not exists (select from public.action_events as a where a.event = e) limit 1;
  if found then
    raise exception 'there is no event "%"', stray
      using errcode = 'foreign_key_violation', constraint = 'subscription_events_exist', schema = 'public', table = 'subscriptions',
            hint = 'select event, description from public.action_events; leave events empty for all of them.';
  end if;
  select s::text into stray from unnest(new.source_ids) as s where not exists (select from public.sources as o where o.id = s) limit 1;
  if found then
    raise exception 'there is no source %', stray
      using errcode = 'foreign_key_violation', constraint = 'subscription_sources_exist', schema = 'public', table = 'subscriptions',
            hint = 'select id, platform, name from public.sources; leave source_ids empty for all of them.';
  end if;
  if tg_op = 'UPDATE' then
    if new.secret_version < old.secret_version then
      raise exception 'an old secret does not come back'
        using errcode = 'check_violation', constraint = 'subscription_secret_version_counts_up', schema = 'public', table = 'subscriptions',
              hint = 'Count secret_version up, not down.';
    elsif new.secret_version > old.secret_version then
      new.secret_rotated_at := now();
    end if;
  end if;
  if new.is_active then
    new.deactivated_because := null;
  end if;
  return new;
end
$$;
comment on function private.check_subscription() is 'A subscription names events and sources that there are, and its secret changes forwards only.';
create trigger check_subscription before insert or update on public.subscriptions
  for each row execute function private.check_subscription();

create function private.wants(p_subscription public.subscriptions, p_ticket_id bigint, p_event text) returns boolean
language sql stable security invoker set search_path = '' as $$
  select (p_subscription.events is null or p_event = any (p_subscription.events))
    and (p_subscription.ticket_ids is null or p_ticket_id = any (p_subscription.ticket_ids))
    and ((p_subscription.platforms is null and p_subscription.source_ids is null)
         or exists (select from public.tickets as t
                    where t.id = p_ticket_id
                      and (p_subscription.platforms is null or t.platform = any (p_subscription.platforms))
                      and (p_subscription.source_ids is null or t.source_id = any (p_subscription.source_ids))))
$$;
comment on function private.wants(public.subscriptions, bigint, text) is 'Whether a journal row passes the filters of a subscription.';

create function private.publish_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  of_subscription bigint;
begin
  for of_subscription in
    select s.id from public.subscriptions as s where s.is_active and private.wants(s, new.ticket_id, new.event) order by s.id loop
    perform private.enqueue('deliveries',
      jsonb_build_object('subscription_id', of_subscription, 'ticket_id', new.ticket_id, 'seq', new.seq));
  end loop;
  return null;
end
$$;
comment on function private.publish_action() is 'Puts a journal row on the queue for every active subscription that wants it.';
create trigger publish_action after insert on public.ticket_actions
  for each row execute function private.publish_action();

create function private.replay_subscription(
  p_subscription_id bigint, p_since timestamptz default '-infinity', p_ticket_id bigint default null) returns bigint
language sql volatile security invoker set search_path = '' as $$
  select count(private.enqueue('deliveries', jsonb_build_object('subscription_id', f.id, 'ticket_id', f.ticket_id, 'seq', f.seq)))
  from (select s.id, a.ticket_id, a.seq
        from public.subscriptions as s join public.ticket_actions as a
          on a.created_at >= p_since and (p_ticket_id is null or a.ticket_id = p_ticket_id) and private.wants(s, a.ticket_id, a.event)
        where s.id = p_subscription_id and s.is_active order by a.id) as f
$$;
comment on function private.replay_subscription(bigint, timestamptz, bigint) is
  'Puts what a subscription wants of the past on the queue once more; each delivery has the id it had, so receivers know it. For operators.';

create function private.test_subscription(p_subscription_id bigint) returns uuid
language sql volatile security invoker set search_path = '' as $$
  with made as (select gen_random_uuid() as id from public.subscriptions where id = p_subscription_id)
  select m.id from made as m, private.enqueue('deliveries', jsonb_build_object('subscription_id', p_subscription_id, 'test', m.id))
$$;
comment on function private.test_subscription(bigint) is 'Sends a subscription an event that concerns no ticket; returns its id, null where there is no such subscription. For operators.';
