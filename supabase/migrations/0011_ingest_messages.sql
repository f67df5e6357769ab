-- Ingestion (laws 5 and 6): one call per platform event does dedupe, thread lookup, find-or-create, append, status move
-- and enqueue, in one transaction. Concurrent first messages of one thread wait for each other on advisory locks.
-- Watch: locks are taken in the order of their keys before anything is read, so that two events never wait for each other.

create function private.successor(p_ticket public.tickets) returns public.tickets
language plpgsql stable security invoker set search_path = '' as $$
begin
  if p_ticket.status = 'closed' then
    select * into p_ticket from public.tickets as t
    where t.platform = p_ticket.platform and t.chat_external_id = p_ticket.chat_external_id
      and t.thread_key = p_ticket.thread_key
    order by t.status = 'closed', t.id desc limit 1;
  end if;
  return p_ticket;
end
$$;
comment on function private.successor(public.tickets) is
  'The ticket itself, or, where it is closed and its thread went on in a linked one, that one.';

create function private.find_ticket(p_source public.sources, p_chat text, p_thread_key text, p_author text,
                                    p_refers_to text, p_merge_group text, p_merges_with_author boolean)
returns public.tickets
language plpgsql stable security invoker set search_path = '' as $$
declare
  ticket public.tickets;
  window_length interval;
begin
  select * into ticket from public.tickets
  where platform = p_source.platform and chat_external_id = p_chat and thread_key = p_thread_key and status <> 'closed';
  if found then
    return ticket;
  end if;

  if p_refers_to is not null then
    select t.* into ticket from public.tickets as t
    where t.id = coalesce((select a.ticket_id from public.ticket_actions as a where a.external_id = p_refers_to),
                          (select r.ticket_id from public.reply_attempts as s join public.replies as r on r.id = s.reply_id
                           where s.external_id = p_refers_to));
  end if;
  if ticket.id is null and p_merge_group is not null then
    select t.* into ticket from public.ticket_actions as a join public.tickets as t on t.id = a.ticket_id
    where a.actor = p_author and a.event = 'message' and a.created_at > now() - interval '10 minutes'
      and a.payload ->> 'merge_group' = p_merge_group
    order by a.created_at desc limit 1;
  end if;
  if ticket.id is null and p_merges_with_author then
    select coalesce(make_interval(secs => (p_source.settings ->> 'merge_window_seconds')::double precision), s.merge_window)
    into window_length from public.app_settings as s;
    select t.* into ticket from public.ticket_actions as a join public.tickets as t on t.id = a.ticket_id
    where a.actor = p_author and a.event = 'message' and a.created_at > now() - window_length
      and t.platform = p_source.platform and t.chat_external_id = p_chat and t.status <> 'closed'
    order by a.created_at desc limit 1;
  end if;
  if ticket.id is null then
    select * into ticket from public.tickets
    where platform = p_source.platform and chat_external_id = p_chat and thread_key = p_thread_key
    order by id desc limit 1;
  end if;
  return private.successor(ticket);
end
$$;
comment on function private.find_ticket(public.sources, text, text, text, text, text, boolean) is
  'The ticket a message belongs to: its thread, what it answers, its album, its author''s last words, or a closed predecessor.';

create function private.ticket_of_message(p_external_id text) returns bigint
language sql stable security invoker set search_path = '' as $$
  select coalesce((select ticket_id from public.ticket_actions where external_id = p_external_id),
                  (select r.ticket_id from public.reply_attempts as a join public.replies as r on r.id = a.reply_id
                   where a.external_id = p_external_id))
$$;
comment on function private.ticket_of_message(text) is 'The ticket that a platform message belongs to, the customer''s or the bot''s own.';

create function private.may_feed_back(p_ticket public.tickets, p_event text, p_author text, p_refers_to text, p_is_reaction boolean)
returns boolean
language sql stable security invoker set search_path = '' as $$
  select case
    -- Telegram does not say whose message a reaction is on: only one on the bot's own counts.
    when p_is_reaction and not exists (select from public.reply_attempts where external_id = p_refers_to) then false
    when p_event = 'human_requested' then true
    else p_ticket.opened_by in (p_author, split_part(p_author, ':', 1) || ':' || p_ticket.chat_external_id)
      or exists (select from public.ticket_actions as a
                 where a.ticket_id = p_ticket.id and a.actor = p_author and a.event = 'message')
  end
$$;
comment on function private.may_feed_back(public.tickets, text, text, text, boolean) is
  'Whether this person''s press or reaction counts: a stranger in the group cannot close somebody else''s report.';

create function private.ingest_message(
  p_platform public.platform, p_chat text, p_event text, p_external_id text, p_thread_key text, p_author text,
  p_body text default '', p_payload jsonb default '{}', p_refers_to text default null, p_merge_group text default null,
  p_merges_with_author boolean default false, p_addressed boolean default true, p_needs_ticket boolean default false,
  p_ticket_id bigint default null)
returns table (outcome text, ticket_id bigint, seq integer)
language plpgsql security definer set search_path = '' as $$  -- definer: the webhooks may call this and nothing else
#variable_conflict use_column
declare
  source public.sources;
  ticket public.tickets;
  held bigint;
  opened_as text := 'appended';
begin
  p_chat := private.current_chat(p_platform, p_chat);
  perform pg_advisory_xact_lock(k) from (
    select distinct hashtextextended(p_platform || ':' || key, 0) as k
    from unnest(array[p_chat || '/' || p_thread_key, coalesce(p_payload ->> 'same_as', p_external_id),
                      case when p_merges_with_author or p_merge_group is not null then p_author end]) as key
    where key is not null order by k) as locks;

  ticket_id := private.ticket_of_message(p_external_id);
  if ticket_id is not null then
    outcome := 'duplicate';
    return next;
    return;
  end if;

  select * into source from public.sources as s
  where s.platform = p_platform and s.external_id in (
    p_chat,
    -- Of a Slack chat only its id tells with every kind of event that it is a direct one.
    case when p_payload ->> 'chat_type' = 'private' or p_platform = 'slack' and p_chat like 'D%' then 'private' end)
  order by s.external_id = 'private' limit 1;
  if source.id is null or not source.is_active then
    outcome := case when source.id is null then 'ignored_unlisted_source' else 'ignored_inactive_source' end;
    return next;
    return;
  end if;

  -- The copy of a channel post in its discussion group: the same report, or the bot's own words. Either may come first.
  ticket_id := coalesce(
    private.ticket_of_message(p_payload ->> 'same_as'),
    (select a.ticket_id from public.ticket_actions as a
     where p_event = 'message' and a.event = 'message' and a.payload ->> 'same_as' = p_external_id limit 1));
  if ticket_id is not null then
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, external_id, refers_to, payload)
    values (ticket_id, 'forwarded', 'customer', p_author, p_external_id, p_payload ->> 'same_as', p_payload)
    returning ticket_actions.seq into seq;
    outcome := 'forwarded';
    return next;
    return;
  end if;

  -- Locked before it is judged, and looked up again where it was closed meanwhile: triage, the sweep or an engineer may be
  -- closing it right now, and two messages may both be about to open the ticket that follows a closed one.
  loop
    if p_ticket_id is not null then
      select t.* into ticket from public.tickets as t
      where t.id = p_ticket_id and (t.platform = p_platform and t.chat_external_id = p_chat
                                    or t.id = private.ticket_of_message(p_refers_to));
    elsif p_needs_ticket then
      select t.* into ticket from public.tickets as t where t.id = private.ticket_of_message(p_refers_to);
    else
      ticket := private.find_ticket(source, p_chat, p_thread_key, p_author, p_refers_to, p_merge_group, p_merges_with_author);
    end if;
    if p_event in ('human_requested', 'feedback_negative') then
      ticket := private.successor(ticket);  -- an old button: the thread has one unclosed ticket, and that is the one
    end if;
    exit when ticket.id is not distinct from held;
    held := ticket.id;
    select t.* into ticket from public.tickets as t where t.id = held for update;
    exit when ticket.status <> 'closed';
  end loop;
  if ticket.id is null and (p_needs_ticket or p_ticket_id is not null) then
    outcome := 'ignored_unknown_message';
    return next;
    return;
  end if;
  -- What goes on in the topic of a closed report is not about it, but an answer to one of its messages is.
  if not p_addressed and source.settings ->> 'intake' = 'mentions'
     and (ticket.id is null or (ticket.status = 'closed' and p_event = 'message' and private.ticket_of_message(p_refers_to) is null)) then
    outcome := 'ignored_not_addressed';
    return next;
    return;
  end if;
  if p_event like 'feedback_%' and not private.may_feed_back(
       ticket, p_event, p_author, p_refers_to, p_external_id like '%#reaction:%') then
    outcome := 'ignored_not_the_reporter';
    ticket_id := ticket.id;
    return next;
    return;
  end if;

  if ticket.status = 'closed' and p_event = 'message' and source.settings ->> 'after_close' = 'reopen' then
    insert into public.ticket_actions (ticket_id, event, payload)
    values (ticket.id, 'reopened', '{"facts": {"after_close": "reopen"}}');
    opened_as := 'reopened';
  elsif ticket.id is null or (ticket.status = 'closed' and p_event = 'message') then
    opened_as := case when ticket.id is null then 'created' else 'created_linked' end;
    p_payload := p_payload || jsonb_strip_nulls(jsonb_build_object(
      'facts', case when ticket.language is not null then jsonb_build_object('language', ticket.language) end));
    insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, parent_ticket_id)
    values (p_platform, source.id, coalesce(ticket.chat_external_id, p_chat), coalesce(ticket.thread_key, p_thread_key),
            p_author, ticket.id)
    returning * into ticket;
  end if;

  insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, payload, external_id, refers_to)
  values (ticket.id, p_event, 'customer', p_author, p_body,
          p_payload || jsonb_strip_nulls(jsonb_build_object('merge_group', p_merge_group)), p_external_id, p_refers_to)
  returning ticket_actions.seq into seq;
  outcome := opened_as;
  ticket_id := ticket.id;
  return next;
end
$$;
comment on function private.ingest_message(public.platform, text, text, text, text, text, text, jsonb, text, text, boolean,
                                           boolean, boolean, bigint) is
  'Records one platform event exactly once and returns what became of it: created, created_linked, reopened, appended, '
  'duplicate, forwarded, or ignored_ and the reason.';

create function private.move_source(p_platform public.platform, p_old text, p_new text) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: the webhooks may call this and nothing else
begin
  insert into private.moved_chats (platform, old_chat, new_chat) values (p_platform, p_old, p_new) on conflict do nothing;
  -- What moved to the old id before is under the new one by now, too.
  update private.moved_chats set new_chat = p_new where platform = p_platform and new_chat = p_old;
  if exists (select from public.sources where platform = p_platform and external_id = p_new) then
    update public.sources set is_active = false where platform = p_platform and external_id = p_old;
  else
    update public.sources set external_id = p_new where platform = p_platform and external_id = p_old;
  end if;
  update public.tickets as t set chat_external_id = p_new
  where t.platform = p_platform and t.chat_external_id = p_old and t.status <> 'closed'
    and not exists (select from public.tickets as there
                    where there.platform = p_platform and there.chat_external_id = p_new
                      and there.thread_key = t.thread_key and there.status <> 'closed');
  return exists (select from public.sources where platform = p_platform and external_id = p_new);
end
$$;
comment on function private.move_source(public.platform, text, text) is 'A chat got a new id: its source and its unclosed tickets follow.';

create function private.sync_sources(p_entries jsonb)
returns table (platform public.platform, external_id text, change text)
language plpgsql security definer set search_path = '' as $$  -- definer: programs hold no right on tables
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.sync_sources', 0));
  return query
  with wanted as (
    select e.platform, private.current_chat(e.platform, e.external_id) as external_id, e.name,
      coalesce(e.is_active, true) as is_active, coalesce(e.settings, '{}') as settings
    from jsonb_to_recordset(p_entries) as e (platform public.platform, external_id text, name text, is_active boolean, settings jsonb)
  ), before as (
    select s.platform, s.external_id, s.name, s.is_active, s.settings from public.sources as s
  ), written as (
    insert into public.sources as s (platform, external_id, name, is_active, settings)
    select w.platform, w.external_id, w.name, w.is_active, w.settings from wanted as w
    on conflict (platform, external_id) do update
    set name = excluded.name, is_active = excluded.is_active, settings = excluded.settings
    where (s.name, s.is_active, s.settings) is distinct from (excluded.name, excluded.is_active, excluded.settings)
    returning s.platform, s.external_id
  ), retired as (
    update public.sources as s set is_active = false
    where s.is_active and not exists (select from wanted as w where w.platform = s.platform and w.external_id = s.external_id)
    returning s.platform, s.external_id
  )
  select w.platform, w.external_id,
    case when b.external_id is null then 'added'
         when exists (select from written as x where x.platform = w.platform and x.external_id = w.external_id) then 'changed'
         else 'unchanged' end
  from wanted as w left join before as b on b.platform = w.platform and b.external_id = w.external_id
  union all
  select r.platform, r.external_id, 'deactivated' from retired as r;
end
$$;
comment on function private.sync_sources(jsonb) is 'Makes sources those of the list; what the list lacks is deactivated, never deleted.';
