-- What engineers need who work on one ticket together: proof of its journal, a draft decided as it was read, words that are written
-- once however often they are sent, and no answer of the bot beside an engineer's own. Whoever looks at a page hears who joined it.
-- Watch: ops.verify_journal() and private.verify_ticket() are the same proof; what is bad is said in one place.

create function private.journal_problems(p_ticket_id bigint) returns table (ticket_id bigint, seq integer, problem text)
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_custom_plan as $$
begin  -- a plan for each: of one ticket by its index, of all of them in one pass
  return query
  with links as (
    select a, a.ticket_id, a.seq,
      lag(a.seq) over chain as seq_before, lag(a.hash) over chain as hash_before,
      lag(a.status_after) over chain as status_before
    from public.ticket_actions as a
    where p_ticket_id is null or a.ticket_id = p_ticket_id
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
    where (p_ticket_id is null or t.id = p_ticket_id)
      and (t.last_action_seq <> coalesce(last.seq, 0) or t.head_hash is distinct from last.hash)
    union all
    select h.ticket_id, h.seq, 'the row that a checkpoint kept is gone or changed'
    from public.journal_heads as h
    left join public.ticket_actions as j on j.ticket_id = h.ticket_id and j.seq = h.seq
    where (p_ticket_id is null or h.ticket_id = p_ticket_id) and j.hash is distinct from h.hash
  )
  select distinct on (p.ticket_id) p.ticket_id, p.seq, p.problem
  from problems as p where p.problem is not null
  order by p.ticket_id, p.seq, p.problem;
end
$$;
comment on function private.journal_problems(bigint) is
  'The first bad row of a ticket''s journal, of every ticket''s where none is named; nothing where all is well.';

create or replace function ops.verify_journal() returns table (ticket_id bigint, seq integer, problem text)
language sql stable security invoker set search_path = '' as $$
  select p.ticket_id, p.seq, p.problem from private.journal_problems(null) as p
$$;

create function private.verify_ticket(p_ticket_id bigint) returns table (seq integer, problem text)
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers do not read the checkpoints
begin
  perform private.require_engineer();
  if p_ticket_id is not null then
    return query select p.seq, p.problem from private.journal_problems(p_ticket_id) as p;
  end if;
end
$$;
comment on function private.verify_ticket(bigint) is
  'The first bad row of one ticket''s journal and what is wrong with it; nothing where it is intact. For engineers.';
grant execute on function private.verify_ticket(bigint) to authenticated;

create function private.check_draft() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if not exists (select from public.replies as r
                 where r.id = (new.payload #>> '{facts,draft_id}')::bigint and r.ticket_id = new.ticket_id and r.state = 'draft') then
    raise exception 'draft % of ticket % does not wait any more', new.payload #>> '{facts,draft_id}', new.ticket_id
      using errcode = 'check_violation', constraint = 'draft_is_the_one_that_was_read', schema = 'public', table = 'ticket_actions',
            hint = 'Somebody approved or discarded it meanwhile, or a newer one has taken its place: look at what waits now.';
  end if;
  return null;
end
$$;
comment on function private.check_draft() is 'Approving or discarding names the draft that was read; another one is not decided unread.';
-- After the ticket is locked, and before queue_reply, as triggers go by their names.
create trigger check_draft after insert on public.ticket_actions
  for each row when (new.event in ('reply_approved', 'draft_discarded') and new.payload #> '{facts,draft_id}' is not null)
  execute function private.check_draft();

-- A press that is sent twice, because the connection broke after the first, writes once.
create unique index words_are_written_once on public.ticket_actions (ticket_id, (payload #>> '{facts,written_as}'))
  where event in ('public_reply', 'reply_approved', 'note') and payload #>> '{facts,written_as}' is not null;

create function private.overtake_answer() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers append actions, not replies
declare
  overtaken bigint;
begin
  for overtaken in
    update public.replies as r set state = 'withdrawn', finished_at = clock_timestamp()
    where r.ticket_id = new.ticket_id and r.kind = 'answer' and r.state = 'pending' and r.cause_seq < new.seq
      -- One that a worker has claimed may be there by now.
      and not exists (select from public.reply_attempts as a where a.reply_id = r.id and a.state in ('claimed', 'sent', 'unknown'))
    returning r.id loop
    insert into public.ticket_actions (ticket_id, event, payload) values (new.ticket_id, 'reply_withdrawn',
      jsonb_build_object('facts', jsonb_build_object('reply_id', overtaken, 'overtaken_by', new.seq)));
  end loop;
  return null;
end
$$;
comment on function private.overtake_answer() is 'An engineer answers: what the bot was about to say, and has not begun to, is withdrawn.';
create trigger overtake_answer after insert on public.ticket_actions
  for each row when (new.event = 'public_reply' and new.action_type <> 'system_update') execute function private.overtake_answer();

create or replace function private.decide_verdict(p_ticket public.tickets, p_verdict jsonb) returns text
language sql stable security definer set search_path = '' as $$  -- definer: called from record_verdict only
  select case
    when p_ticket.status <> 'open' then 'summarised'
    when (p_verdict ->> 'escalate')::boolean
      or (p_verdict ->> 'severity')::numeric >= coalesce((s.settings ->> 'escalation_threshold')::numeric, a.escalation_threshold)
      then 'triaged_escalate'
    when p_verdict ->> 'category' = 'noise' then 'triaged_ignore'
    -- An engineer has answered while triage was thinking: a second answer would be one too many.
    when exists (select from public.ticket_actions as said
                 where said.ticket_id = p_ticket.id and said.seq > p_ticket.last_said_seq
                   and said.event = 'public_reply' and said.action_type <> 'system_update') then 'summarised'
    when s.settings ->> 'reply_mode' = 'draft' then 'reply_drafted'
    when s.settings ->> 'reply_mode' = 'off' then 'summarised'
    else 'triaged_answer' end
  from public.sources as s cross join public.app_settings as a
  where s.id = p_ticket.source_id
$$;

create function private.broadcast_follower() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: programs do not write realtime.messages
declare
  leader public.tickets;
begin
  select t.* into leader from public.escalations as e join public.tickets as t on t.id = e.ticket_id where e.id = new.leader_id;
  if leader.id is not null then
    perform realtime.send(
      jsonb_build_object('ticket_id', leader.id, 'seq', leader.last_action_seq, 'event', 'page_joined', 'status', leader.status),
      'ticket_moved', 'tickets', true);
  end if;
  return null;
end
$$;
comment on function private.broadcast_follower() is 'Tells listeners on the private topic "tickets" that a page has other followers now.';
create trigger broadcast_follower after update on public.escalations
  for each row when (new.leader_id is not null and (old.state, old.leader_id) is distinct from (new.state, new.leader_id))
  execute function private.broadcast_follower();
