-- What customers send beside words is kept in the project's private Storage bucket: a worker fetches it from the platform, and signs
-- links that end by themselves for engineers who look. The journal names the file; this table says where it is.
-- Watch: the object's path is made of ids alone, so that an erasure finds it even while a worker is still uploading.

select pgmq.create(name) from unnest(array['attachments', 'attachments_dead']) as name;
insert into private.queues (name) values ('attachments');

create table public.attachments (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references public.tickets (id),
  seq integer not null,
  file_id text not null,
  source_url text,
  kind text not null,
  name text,
  mime_type text,
  size bigint,
  state text not null default 'waiting',
  error text,
  url text,
  url_expires_at timestamptz,
  url_asked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint attachment_is_kept_once unique (ticket_id, file_id),
  constraint attachment_state_is_known check (state in ('waiting', 'kept', 'refused', 'erased')),
  constraint attachment_link_ends check ((url is null) = (url_expires_at is null))
);
alter table public.attachments enable row level security;
create trigger touch_updated_at before update on public.attachments
  for each row execute function private.touch_updated_at();
comment on table public.attachments is
  'Files that customers sent: waiting to be fetched, kept in Storage (bucket attachments, path tickets/TICKET/ID), refused with the reason, or erased.';
comment on column public.attachments.url is 'A signed link, made when an engineer looks; whoever has it can read the file until it ends.';
revoke all on public.attachments from anon, authenticated, service_role;
grant select on public.attachments to authenticated;
create policy "Engineers read attachments" on public.attachments for select to authenticated using ((select private.is_engineer()));

create function private.expect_attachments() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  expected bigint;
begin
  for expected in
    insert into public.attachments (ticket_id, seq, file_id, source_url, kind, name, mime_type, size)
    select new.ticket_id, new.seq, f ->> 'file_id', f ->> 'url_private', coalesce(f ->> 'kind', 'file'), f ->> 'name', f ->> 'mime_type',
      case when jsonb_typeof(f -> 'size') = 'number' then (f ->> 'size')::numeric::bigint end
    from jsonb_array_elements(new.payload -> 'attachments') with ordinality as a (f, place)
    where jsonb_typeof(f) = 'object' and f ->> 'file_id' <> '' and place <= 50
    on conflict on constraint attachment_is_kept_once do nothing
    returning id loop
    perform private.enqueue('attachments', jsonb_build_object('attachment_id', expected, 'ticket_id', new.ticket_id));
  end loop;
  return null;
end
$$;
comment on function private.expect_attachments() is 'Puts every file of a customer''s message on the queue of files to be kept.';
create trigger expect_attachments after insert on public.ticket_actions
  for each row when (new.actor_type = 'customer' and jsonb_typeof(new.payload -> 'attachments') = 'array')
  execute function private.expect_attachments();

create function private.tell_of_attachments(p_ticket_id bigint) returns void
language sql security definer set search_path = '' as $$  -- definer: programs do not write realtime.messages
  select realtime.send(
    jsonb_build_object('ticket_id', t.id, 'seq', t.last_action_seq, 'event', 'attachments_moved', 'status', t.status),
    'ticket_moved', 'tickets', true)
  from public.tickets as t where t.id = p_ticket_id
$$;
comment on function private.tell_of_attachments(bigint) is 'Tells listeners on the private topic "tickets" that a file was kept, or has a link.';

create function private.claim_attachment(p_attachment_id bigint)
returns table (ticket_id bigint, platform text, file_id text, source_url text, name text, mime_type text, size bigint, state text)
language sql stable security definer set search_path = '' as $$  -- definer: workers read no table
  select a.ticket_id, t.platform::text, a.file_id, a.source_url, a.name, a.mime_type, a.size, a.state
  from public.attachments as a join public.tickets as t on t.id = a.ticket_id where a.id = p_attachment_id
$$;
comment on function private.claim_attachment(bigint) is 'What a worker needs to fetch a file, and whether it is still wanted.';

create function private.settle_attachment(
  p_attachment_id bigint, p_msg_id bigint, p_state text, p_size bigint default null, p_mime_type text default null, p_error text default null)
returns text
language plpgsql security definer set search_path = '' as $$  -- definer: workers write no table
declare
  settled public.attachments;
begin
  update public.attachments as a set state = p_state, size = coalesce(p_size, a.size), mime_type = coalesce(p_mime_type, a.mime_type), error = p_error
  where a.id = p_attachment_id and a.state = 'waiting' and p_state in ('kept', 'refused') returning * into settled;
  if settled.id is not null then
    perform private.tell_of_attachments(settled.ticket_id);
  else  -- erased meanwhile, or settled by a worker that died before its message was archived
    select a.* into settled from public.attachments as a where a.id = p_attachment_id;
  end if;
  if settled.state is distinct from 'erased' then  -- or else the worker removes what it has just uploaded, and archives then
    perform pgmq.archive('attachments', p_msg_id);
  end if;
  return settled.state;
end
$$;
comment on function private.settle_attachment(bigint, bigint, text, bigint, text, text) is
  'A file is kept, or refused with the reason; returns the state it has: erased where somebody erased it meanwhile.';

create function private.ask_for_links(p_ticket_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: engineers write no queue
declare
  asked integer;
begin
  perform private.require_engineer();
  update public.attachments as a set url_asked_at = clock_timestamp()
  where a.ticket_id = p_ticket_id and a.state = 'kept'
    and (a.url_expires_at is null or a.url_expires_at < clock_timestamp() + interval '10 minutes')
    and (a.url_asked_at is null or a.url_asked_at < clock_timestamp() - interval '30 seconds');
  get diagnostics asked = row_count;
  if asked > 0 then
    perform private.enqueue('attachments', jsonb_build_object('links_of', p_ticket_id, 'ticket_id', p_ticket_id));
  end if;
  return asked > 0;
end
$$;
comment on function private.ask_for_links(bigint) is
  'An engineer looks at a ticket: its kept files get links where they have none that lasts. Asked often, it is done once in 30 seconds.';
grant execute on function private.ask_for_links(bigint) to authenticated;

create function private.files_to_link(p_ticket_id bigint) returns table (id bigint, name text, mime_type text)
language sql stable security definer set search_path = '' as $$  -- definer: workers read no table
  select a.id, a.name, a.mime_type from public.attachments as a
  where a.ticket_id = p_ticket_id and a.state = 'kept'
    and (a.url_expires_at is null or a.url_expires_at < clock_timestamp() + interval '10 minutes')
  order by a.id
$$;
comment on function private.files_to_link(bigint) is 'The kept files of a ticket that have no link that lasts.';

create function private.keep_links(p_ticket_id bigint, p_msg_id bigint, p_ids bigint[], p_urls text[], p_seconds integer) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers write no table
begin
  update public.attachments as a set url = l.url, url_expires_at = clock_timestamp() + p_seconds * interval '1 second'
  from unnest(p_ids, p_urls) as l (id, url) where a.id = l.id and a.ticket_id = p_ticket_id and a.state = 'kept';
  if cardinality(p_ids) > 0 then
    perform private.tell_of_attachments(p_ticket_id);
  end if;
  perform pgmq.archive('attachments', p_msg_id);
end
$$;
comment on function private.keep_links(bigint, bigint, bigint[], text[], integer) is 'Signed links of a ticket''s files, good for so many seconds.';

create function private.forget_attachments() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
declare
  gone public.attachments;
begin
  for gone in
    update public.attachments as a
    set state = 'erased', file_id = 'erased ' || a.id, source_url = null, name = null, mime_type = null, size = null, error = null,
        url = null, url_expires_at = null
    from erased_rows as e
    where e.ticket_id = a.ticket_id and e.seq = a.seq and e.erased_at is not null and a.state <> 'erased'
    returning a.* loop
    perform private.enqueue('attachments', jsonb_build_object('attachment_id', gone.id, 'ticket_id', gone.ticket_id));
  end loop;
  return null;
end
$$;
comment on function private.forget_attachments() is 'Forgets the files of erased words, and sends a worker to remove them from Storage.';
create trigger forget_attachments after update on public.ticket_actions
  referencing new table as erased_rows
  for each statement execute function private.forget_attachments();

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
    (message ->> 'attempts')::integer, message -> 'message' from pgmq.q_attachments_dead;

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
    (select count(*) from pgmq.q_attachments_dead) from pgmq.q_attachments;

grant execute on function private.claim_attachment(bigint),
  private.settle_attachment(bigint, bigint, text, bigint, text, text), private.files_to_link(bigint),
  private.keep_links(bigint, bigint, bigint[], text[], integer) to shiftbot_worker;
