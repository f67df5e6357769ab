-- A first message asks less of the database: of its thread one query tells, one takes its locks, its words are parted by one
-- expression (decision 0023).
-- Watch: the locks are still taken in the order of their keys, before anything is read.

create or replace function private.words(p_text text) returns tsvector
language plpgsql immutable security invoker set search_path = '' as $$
begin  -- plpgsql keeps the plan
  -- Punctuation, the ASCII characters that are no letters, digits or controls, parts words, whatever Postgres' parser makes of paths,
  -- addresses, versions and signed numbers.
  return to_tsvector('simple', regexp_replace(p_text, '[!-/:-@[-`{-~]+', ' ', 'g'));
end
$$;

create or replace function private.find_ticket(p_source public.sources, p_chat text, p_thread_key text, p_author text,
                                    p_refers_to text, p_merge_group text, p_merges_with_author boolean)
returns public.tickets
language plpgsql stable security invoker set search_path = '' as $$
declare
  ticket public.tickets;
  newest public.tickets;
begin
  -- Of most threads the newest ticket tells: there is none, or it is the unclosed one. An older one may have been opened again.
  select * into newest from public.tickets
  where platform = p_source.platform and chat_external_id = p_chat and thread_key = p_thread_key
  order by id desc limit 1;
  if newest.status = 'closed' then
    select * into ticket from public.tickets
    where platform = p_source.platform and chat_external_id = p_chat and thread_key = p_thread_key and status <> 'closed';
    if found then
      return ticket;
    end if;
  elsif newest.id is not null then
    return newest;
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
    select t.* into ticket from public.ticket_actions as a join public.tickets as t on t.id = a.ticket_id
    where a.actor = p_author and a.event = 'message'
      and a.created_at > now() - coalesce(make_interval(secs => (p_source.settings ->> 'merge_window_seconds')::double precision),
                                          (select s.merge_window from public.app_settings as s))
      and t.platform = p_source.platform and t.chat_external_id = p_chat and t.status <> 'closed'
    order by a.created_at desc limit 1;
  end if;
  if ticket.id is null then
    ticket := newest;
  end if;
  if ticket.status = 'closed' then
    ticket := private.successor(ticket);
  end if;
  return ticket;
end
$$;

create or replace function private.ingest_message(
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
  of_thread bigint;
  of_event bigint;
  of_author bigint;
  heard_at timestamptz;
begin
  p_chat := private.current_chat(p_platform, p_chat);
  of_thread := hashtextextended(p_platform || ':' || p_chat || '/' || p_thread_key, 0);
  of_event := hashtextextended(p_platform || ':' || coalesce(p_payload ->> 'same_as', p_external_id), 0);
  if p_merges_with_author or p_merge_group is not null then
    of_author := hashtextextended(p_platform || ':' || p_author, 0);
  end if;
  -- The lowest, the one between, the highest, as a list is evaluated from left to right; where two are the same, or one is null, one is
  -- taken twice, which waits for nobody.
  perform pg_advisory_xact_lock(least(of_thread, of_event, of_author)),
    pg_advisory_xact_lock(greatest(least(of_thread, of_event), least(greatest(of_thread, of_event), of_author))),
    pg_advisory_xact_lock(greatest(of_thread, of_event, of_author));

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
  if p_payload ->> 'same_as' is not null then
    ticket_id := private.ticket_of_message(p_payload ->> 'same_as');
  end if;
  if ticket_id is null and p_event = 'message' then
    select a.ticket_id into ticket_id from public.ticket_actions as a
    where a.event = 'message' and a.payload ->> 'same_as' = p_external_id limit 1;
  end if;
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
  if p_event like 'feedback_%' then
    if not private.may_feed_back(ticket, p_event, p_author, p_refers_to, p_external_id like '%#reaction:%') then
      outcome := 'ignored_not_the_reporter';
      ticket_id := ticket.id;
      return next;
      return;
    end if;
  end if;

  if ticket.status = 'closed' and p_event = 'message' and source.settings ->> 'after_close' = 'reopen' then
    insert into public.ticket_actions (ticket_id, event, payload)
    values (ticket.id, 'reopened', '{"facts": {"after_close": "reopen"}}');
    opened_as := 'reopened';
  elsif ticket.id is null or (ticket.status = 'closed' and p_event = 'message') then
    opened_as := case when ticket.id is null then 'created' else 'created_linked' end;
    if ticket.language is not null then
      p_payload := p_payload || jsonb_build_object('facts', jsonb_build_object('language', ticket.language));
    end if;
    heard_at := clock_timestamp();
    insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, parent_ticket_id, created_at, updated_at)
    values (p_platform, source.id, coalesce(ticket.chat_external_id, p_chat), coalesce(ticket.thread_key, p_thread_key),
            p_author, ticket.id, heard_at, heard_at)
    returning * into ticket;
  end if;

  if p_merge_group is not null then
    p_payload := p_payload || jsonb_build_object('merge_group', p_merge_group);
  end if;
  insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, payload, external_id, refers_to)
  values (ticket.id, p_event, 'customer', p_author, p_body, p_payload, p_external_id, p_refers_to)
  returning ticket_actions.seq into seq;
  outcome := opened_as;
  ticket_id := ticket.id;
  return next;
end
$$;
