-- Whether nothing is stuck or lost, in functions for engineers: queues, dead letters, alarms, and how the last hours went.
-- Each reads a window of time or what is unfinished, never all of a million tickets; the comments name the index.
-- Watch: the indexes over the journal are partial, so that a customer's message is in none of them.

create index ticket_actions_first_idx on public.ticket_actions (created_at) where seq = 1;
create index ticket_actions_milestones_idx on public.ticket_actions (event, created_at)
  where event in ('acknowledged', 'call_placed', 'call_outcome', 'triaged_answer', 'triaged_escalate', 'triaged_ignore', 'summarised',
                  'reply_drafted', 'triage_discarded');
create index replies_answered_idx on public.replies (finished_at) where state = 'delivered' and kind in ('answer', 'public_reply');
create index reply_attempts_unknown_idx on public.reply_attempts (reply_id) where state = 'unknown';

-- The same rows as before, without reading all replies for them.
create or replace view ops.unknown_replies as
  select r.id as reply_id, r.ticket_id, r.state, r.finished_at as since, a.part, a.error
  from public.replies as r left join public.reply_attempts as a on a.reply_id = r.id and a.state = 'unknown'
  where r.state = 'unknown'  -- replies_unknown_idx
  union all
  select r.id, r.ticket_id, r.state, r.finished_at, a.part, a.error
  from public.reply_attempts as a join public.replies as r on r.id = a.reply_id and r.state = 'pending'  -- the platform is still being asked
  where a.state = 'unknown'  -- reply_attempts_unknown_idx
  order by since;

-- Queues and dead letters

create function private.queue_health()
returns table (queue text, waiting bigint, in_hand bigint, delayed bigint, dead bigint, is_capped boolean, oldest_at timestamptz, due_since timestamptz)
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers hold no right on pgmq
begin
  perform private.require_engineer();
  for queue in select q.name from private.queues as q order by q.name loop
    execute format($query$
      select count(*) filter (where m.vt <= clock_timestamp()), count(*) filter (where m.vt > clock_timestamp() and m.read_ct > 0),
        count(*) filter (where m.vt > clock_timestamp() and m.read_ct = 0), (select count(*) from (select from pgmq.%2$I limit 10000) as d),
        count(*) = 10000, (select min(enqueued_at) from (select enqueued_at from pgmq.%1$I order by msg_id limit 1) as o),  -- the primary key
        (select min(vt) from pgmq.%1$I where vt <= clock_timestamp())  -- pgmq's index on vt
      from (select vt, read_ct from pgmq.%1$I limit 10000) as m $query$, 'q_' || queue, 'q_' || queue || '_dead')
    into waiting, in_hand, delayed, dead, is_capped, oldest_at, due_since;
    return next;
  end loop;
end
$$;
comment on function private.queue_health() is
  'What waits on each queue, is in hand (or waits for another try), is put off, is dead; since when the oldest is there and is due. Counted up to 10,000. '
  'For engineers.';

create function private.dead_letters(p_limit integer default 50)
returns table (queue text, msg_id bigint, died_at timestamptz, attempts integer, reason text, ticket_id bigint, message jsonb)
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers hold no right on pgmq
declare
  newest_of_each text := (select string_agg(format(  -- by the primary key
    '(select %L::text as queue, msg_id, enqueued_at, message from pgmq.%I order by msg_id desc limit $1)', q.name, 'q_' || q.name || '_dead'),
    ' union all ') from private.queues as q);
begin
  perform private.require_engineer();
  for queue, msg_id, died_at, attempts, reason, ticket_id, message in execute format($query$
    select d.queue, d.msg_id, d.enqueued_at, (d.message ->> 'attempts')::integer, d.message ->> 'reason',
      substring(d.message #>> '{message,ticket_id}' from '^[0-9]{1,18}$')::bigint, d.message -> 'message'
    from (%s) as d order by d.enqueued_at desc, d.queue, d.msg_id desc limit $1 $query$, newest_of_each)
    using least(greatest(coalesce(p_limit, 50), 0), 200) loop
    return next;
  end loop;
end
$$;
comment on function private.dead_letters(integer) is 'The messages that kept failing, the newest first, each with its reason and its ticket, where it has one. For engineers.';

insert into public.action_events (event, action_type, written_by, description) values
  ('requeued', 'system_update', '{system}', 'An engineer put a dead queue message of the ticket back to work.');
insert into public.status_transitions (from_status, event, to_status, description)
select s, 'requeued', s, 'Stays.' from unnest(enum_range(null::public.ticket_status)) as s;

create function private.requeue_dead_letter(p_queue text, p_msg_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$  -- definer: engineers hold no right on pgmq
declare
  about bigint;
begin
  perform private.require_engineer();
  if p_msg_id is null or not exists (select from private.queues where name = p_queue) then
    return false;
  end if;
  execute format($query$select substring(message #>> '{message,ticket_id}' from '^[0-9]{1,18}$')::bigint from pgmq.%I where msg_id = $1$query$,
                 'q_' || p_queue || '_dead') into about using p_msg_id;
  perform from public.tickets where id = about for update;  -- first, as everywhere
  if private.requeue_dead(p_queue, p_msg_id) = 0 then
    return false;
  end if;
  insert into public.ticket_actions (ticket_id, event, payload)
  select t.id, 'requeued', jsonb_build_object('facts', jsonb_build_object('queue', p_queue, 'msg_id', p_msg_id))
  from public.tickets as t where t.id = about;
  return true;
end
$$;
comment on function private.requeue_dead_letter(text, bigint) is
  'Puts one dead message back to work and journals who did it; false where somebody else was faster. For engineers.';

-- Sources

create table private.source_activity (
  source_id bigint primary key references public.sources (id),
  last_event_at timestamptz not null
);
alter table private.source_activity enable row level security;
comment on table private.source_activity is 'When a customer last did something in each source, to the ten seconds.';
insert into private.source_activity (source_id, last_event_at)
select t.source_id, max(a.created_at) from public.ticket_actions as a join public.tickets as t on t.id = a.ticket_id
where a.actor_type = 'customer' group by t.source_id;

create function private.note_source_activity() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  of_source bigint := (select source_id from public.tickets where id = new.ticket_id);
begin
  -- A busy source has one row for many writers: it is written now and then only, and nobody waits for it.
  update private.source_activity set last_event_at = new.created_at
  where source_id = (select s.source_id from private.source_activity as s
                     where s.source_id = of_source and s.last_event_at < new.created_at - interval '10 seconds' for update skip locked);
  if not exists (select from private.source_activity where source_id = of_source) then
    insert into private.source_activity (source_id, last_event_at) values (of_source, new.created_at) on conflict do nothing;
  end if;
  return null;
end
$$;
comment on function private.note_source_activity() is 'Remembers when a source was last heard of.';
create trigger note_source_activity after insert on public.ticket_actions
  for each row when (new.actor_type = 'customer') execute function private.note_source_activity();

create function private.source_health()
returns table (source_id bigint, platform public.platform, name text, is_active boolean, last_event_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers hold no right on private tables
begin
  perform private.require_engineer();
  return query select s.id, s.platform, s.name, s.is_active, a.last_event_at
    from public.sources as s left join private.source_activity as a on a.source_id = s.id
    order by s.is_active desc, s.platform, s.name, s.id;
end
$$;
comment on function private.source_health() is 'Every source and when a customer last did something in it; null: never. For engineers.';
