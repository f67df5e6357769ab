-- Proof from the journal (laws 2 and 3): replay a ticket, verify every chain, checkpoint the heads, erase a person's words.
-- Watch: only a superuser can tamper at all, by disabling triggers; what he then changes or cuts off shows in
-- ops.verify_journal(), the tail against journal_heads. Anchor root_hash outside (the workers log it) to notice him there too.

create function private.next_status(p_status public.ticket_status, p_event text) returns public.ticket_status
language sql stable security invoker set search_path = '' as $$
  select to_status from public.status_transitions where from_status = coalesce(p_status, 'open') and event = p_event
$$;
comment on function private.next_status(public.ticket_status, text) is 'The status that an event leads to; null where the move is not legal.';

create function private.fold_status(p_events text[]) returns public.ticket_status
language plpgsql stable security invoker set search_path = '' as $$
declare
  folded public.ticket_status := 'open'::public.ticket_status;
  happened text;
begin
  foreach happened in array p_events loop
    folded := private.next_status(folded, happened);
  end loop;
  return folded;
end
$$;
comment on function private.fold_status(text[]) is 'Replays events, in journal order, into the status they lead to.';

create view ops.status_drift with (security_invoker = true) as
  select t.id as ticket_id, t.status as stored_status, coalesce(f.status, 'open') as replayed_status
  from public.tickets as t
  left join (select ticket_id, private.fold_status(array_agg(event order by seq)) as status
             from public.ticket_actions group by ticket_id) as f on f.ticket_id = t.id
  where t.status is distinct from coalesce(f.status, 'open');
comment on view ops.status_drift is 'Tickets whose status is not what their journal says: always empty.';

create function ops.ticket_as_of(p_ticket_id bigint, p_at timestamptz default 'infinity')
returns table (ticket_id bigint, status public.ticket_status, severity numeric, title text, summary text, language text,
               assigned_engineer_id bigint, last_action_seq integer, last_said_seq integer, updated_at timestamptz)
language plpgsql stable security invoker set search_path = '' as $$
declare
  a public.ticket_actions;
  cleared jsonb;
begin
  ticket_id := p_ticket_id;
  status := 'open';
  last_action_seq := 0;
  last_said_seq := 0;
  select t.created_at into updated_at from public.tickets as t where t.id = p_ticket_id and t.created_at <= p_at;
  if not found then
    return;
  end if;
  for a in select * from public.ticket_actions as j
           where j.ticket_id = p_ticket_id and j.created_at <= p_at order by j.seq loop
    status := private.next_status(status, a.event);
    last_action_seq := a.seq;
    updated_at := a.created_at;
    if private.is_said(a.action_type, a.event, a.external_id) then
      last_said_seq := a.seq;
    end if;
    cleared := coalesce(a.payload #> '{facts,cleared}', '[]');
    severity := case when cleared ? 'severity' then null else coalesce((a.payload #>> '{facts,severity}')::numeric(4, 3), severity) end;
    language := case when cleared ? 'language' then null else coalesce(a.payload #>> '{facts,language}', language) end;
    title := case when cleared ? 'title' then null else coalesce(a.payload ->> 'title', title) end;
    summary := case when cleared ? 'summary' then null else coalesce(a.payload ->> 'summary', summary) end;
    assigned_engineer_id := case when cleared ? 'assigned_engineer_id' then null
      else coalesce((a.payload #>> '{facts,assigned_engineer_id}')::bigint, assigned_engineer_id) end;
  end loop;
  return next;
end
$$;
comment on function ops.ticket_as_of(bigint, timestamptz) is 'A ticket as it stood at a time, rebuilt from its journal alone; no row where it did not exist yet.';

create table public.journal_checkpoints (
  id bigint generated always as identity primary key,
  taken_at timestamptz not null default clock_timestamp(),
  heads integer not null,
  root_hash bytea not null,
  constraint checkpoint_holds_heads check (heads > 0)
);
alter table public.journal_checkpoints enable row level security;
comment on table public.journal_checkpoints is 'Moments at which the heads of all changed chains were kept; root_hash chains the checkpoints.';

create table public.journal_heads (
  checkpoint_id bigint not null references public.journal_checkpoints (id),
  ticket_id bigint not null,
  seq integer not null,
  hash bytea not null,
  constraint journal_head_is_kept_once primary key (ticket_id, seq)
);
alter table public.journal_heads enable row level security;
create index journal_heads_checkpoint_id_idx on public.journal_heads (checkpoint_id);
comment on table public.journal_heads is 'The head of a ticket''s chain at a checkpoint; no foreign key to tickets, to notice a removed one.';

create function private.refuse_change() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'check_violation', constraint = tg_table_name || '_are_append_only',
          schema = tg_table_schema, table = tg_table_name;
end
$$;
comment on function private.refuse_change() is 'Refuses every change of an append-only table.';
create trigger refuse_change before update or delete or truncate on public.journal_checkpoints
  for each statement execute function private.refuse_change();
create trigger refuse_change before update or delete or truncate on public.journal_heads
  for each statement execute function private.refuse_change();

create function private.checkpoint_journal() returns bytea
language plpgsql security invoker set search_path = '' as $$
declare
  previous public.journal_checkpoints;
  root bytea;
  new_id bigint;
  ticket_ids bigint[];
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.checkpoint_journal', 0));
  select * into previous from public.journal_checkpoints order by id desc limit 1;
  select array_agg(t.id order by t.id),
    sha256(coalesce(previous.root_hash, '') || convert_to(
      string_agg(t.id || ':' || t.last_action_seq || ':' || encode(t.head_hash, 'hex'), ',' order by t.id), 'UTF8'))
  into ticket_ids, root
  from public.tickets as t
  -- Ten minutes of overlap: a transaction may commit after the checkpoint that its clock precedes.
  where t.last_action_seq > 0 and t.updated_at > coalesce(previous.taken_at, '-infinity') - interval '10 minutes'
    and not exists (select from public.journal_heads as h where h.ticket_id = t.id and h.seq = t.last_action_seq);
  if ticket_ids is null then
    return previous.root_hash;
  end if;
  insert into public.journal_checkpoints (heads, root_hash) values (cardinality(ticket_ids), root) returning id into new_id;
  -- A ticket that moved since is kept with its newer head: the root tells which one it was.
  insert into public.journal_heads (checkpoint_id, ticket_id, seq, hash)
  select new_id, t.id, t.last_action_seq, t.head_hash from public.tickets as t where t.id = any (ticket_ids)
  on conflict do nothing;
  return root;
end
$$;
comment on function private.checkpoint_journal() is 'Keeps the heads of all chains that changed since the last checkpoint; returns the root hash.';

create function ops.verify_journal() returns table (ticket_id bigint, seq integer, problem text)
language sql stable security invoker set search_path = '' as $$
  with links as (
    select a, a.ticket_id, a.seq,
      lag(a.seq) over chain as seq_before, lag(a.hash) over chain as hash_before,
      lag(a.status_after) over chain as status_before
    from public.ticket_actions as a
    window chain as (partition by a.ticket_id order by a.seq)
  ), problems as (
    select l.ticket_id, l.seq, case
        when l.seq <> coalesce(l.seq_before, 0) + 1 then 'a row before it is missing'
        when (l.a).prev_hash is distinct from l.hash_before then 'it is not chained to the row before'
        when (l.a).hash <> private.action_hash(l.a) then 'its facts were changed'
        when (l.a).erased_at is null
             and (l.a).content_digest is distinct from
                 private.content_digest((l.a).content_salt, (l.a).actor, (l.a).body, (l.a).payload)
          then 'its content was changed'
        when (l.a).erased_at is not null
             and (l.a is distinct from private.erased(l.a, (l.a).erased_at)
                  or not exists (select from public.ticket_actions as e
                                 where e.ticket_id = l.ticket_id and e.event = 'content_erased'
                                   and e.payload #> '{facts,seqs}' @> to_jsonb(l.seq)))
          then 'it was erased without a word in the journal, or changed after it'
        when (l.a).status_after is distinct from private.next_status(coalesce(l.status_before, 'open'), (l.a).event)
          then 'its status is no legal move'
      end as problem
    from links as l
    union all
    select t.id, t.last_action_seq, 'the ticket does not end with its last row'
    from public.tickets as t
    left join lateral (select j.seq, j.hash from public.ticket_actions as j
                       where j.ticket_id = t.id order by j.seq desc limit 1) as last on true
    where t.last_action_seq <> coalesce(last.seq, 0) or t.head_hash is distinct from last.hash
    union all
    select h.ticket_id, h.seq, 'the row that a checkpoint kept is gone or changed'
    from public.journal_heads as h
    left join public.ticket_actions as j on j.ticket_id = h.ticket_id and j.seq = h.seq
    where j.hash is distinct from h.hash
  )
  select distinct on (p.ticket_id) p.ticket_id, p.seq, p.problem
  from problems as p where p.problem is not null
  order by p.ticket_id, p.seq, p.problem
$$;
comment on function ops.verify_journal() is 'The first bad row of every ticket whose journal was tampered with; nothing where all is well.';

create function private.erase_content(p_ticket_id bigint, p_reason text, p_seqs integer[] default null) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: nobody else may touch a journal row
declare
  seqs integer[];
begin
  perform from public.tickets where id = p_ticket_id for update;
  select array_agg(a.seq order by a.seq) into seqs from public.ticket_actions as a
  where a.ticket_id = p_ticket_id and a.erased_at is null and a.event <> 'content_erased'
    -- What the database itself writes, such as that it withdrew an erased reply, holds nobody's words.
    and not (a.actor_type = 'system' and a.body is null and a.payload - 'facts' = '{}')
    and (p_seqs is null or a.seq = any (p_seqs));
  if seqs is null then
    return 0;
  end if;
  insert into public.ticket_actions (ticket_id, event, payload)
  values (p_ticket_id, 'content_erased', jsonb_build_object('facts', jsonb_build_object('seqs', seqs, 'reason', p_reason)));
  update public.ticket_actions as a
  set (actor, body, payload, content_salt, erased_at) =
      (select e.actor, e.body, e.payload, e.content_salt, e.erased_at from private.erased(a, now()) as e)
  where a.ticket_id = p_ticket_id and a.seq = any (seqs);
  return cardinality(seqs);
end
$$;
comment on function private.erase_content(bigint, text, integer[]) is
  'Removes the words of some or all rows of a ticket (GDPR, retention), journals that it did, and leaves the chain valid.';

create function private.forget_copies() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  -- Inside a trigger the ticket takes this as the journal's own doing, not as an edit to be journaled.
  update public.tickets as t set title = f.title, summary = f.summary,
    opened_by = case when exists (select from erased_rows as e where e.ticket_id = t.id and e.seq = 1) then 'erased' else t.opened_by end
  from (select distinct e.ticket_id from erased_rows as e) as touched
  cross join lateral ops.ticket_as_of(touched.ticket_id) as f
  where t.id = touched.ticket_id;
  return null;
end
$$;
comment on function private.forget_copies() is 'Takes erased words out of the ticket that the journal is folded into.';
create trigger forget_copies after update on public.ticket_actions
  referencing new table as erased_rows
  for each statement execute function private.forget_copies();
