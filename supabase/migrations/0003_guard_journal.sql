-- The journal (laws 2 and 3): every insert is numbered, chained and checked against status_transitions, and moves its
-- ticket; nothing is ever updated, deleted or truncated, except that erasing empties the content of a row.
-- Watch: the before trigger locks the ticket row, which is what makes seq gapless and the chain linear.

create function private.content_digest(p_salt bytea, p_actor text, p_body text, p_payload jsonb) returns bytea
language sql immutable security invoker set search_path = '' as $$
  select sha256(p_salt || convert_to(jsonb_build_array(p_actor, p_body, p_payload - 'facts')::text, 'UTF8'))
$$;
comment on function private.content_digest(bytea, text, text, jsonb) is
  'Digest of what erasing removes; the salt goes with it, so that a short text cannot be guessed from its digest.';

create function private.action_hash(a public.ticket_actions) returns bytea
language sql immutable security invoker set search_path = '' as $$
  select sha256(convert_to(jsonb_build_array(
    a.ticket_id, a.seq, a.action_type, a.event, a.status_after, a.actor_type, a.written_by, a.external_id, a.refers_to,
    (extract(epoch from a.created_at) * 1000000)::bigint, a.payload -> 'facts',
    encode(a.content_digest, 'hex'), encode(a.prev_hash, 'hex'))::text, 'UTF8'))
$$;
comment on function private.action_hash(public.ticket_actions) is
  'Hash of a journal row over its canonical form: facts as they are, content by its digest, chained to the row before.';

create function private.database_identity() returns text
language sql stable security invoker set search_path = '' as $$
  select coalesce(nullif(current_setting('role', true), 'none'), session_user::text)
$$;
comment on function private.database_identity() is 'The role that was set, or else the login: who writes, as far as the database knows.';

create function private.current_engineer_id() returns bigint
language sql stable security definer set search_path = '' as $$  -- definer: RLS on engineers asks this very function
  select e.id from public.engineers as e
  where e.is_active
    and (e.user_id = auth.uid() or (e.user_id is null and lower(e.email) = lower(auth.jwt() ->> 'email')))
  order by e.user_id is null
  limit 1
$$;
comment on function private.current_engineer_id() is 'The active engineer who is signed in, read from auth.uid() or the e-mail in auth.jwt().';

create function private.chain_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers may append, not touch tickets
declare
  ticket public.tickets;
  status_before public.ticket_status;
begin
  select * into ticket from public.tickets where id = new.ticket_id for update;
  if not found then
    raise exception 'there is no ticket %', new.ticket_id
      using errcode = 'foreign_key_violation', constraint = 'ticket_actions_ticket_id_fkey';
  end if;
  -- Below depth 1 the row comes from a direct edit of the ticket, which has moved already.
  status_before := case when pg_trigger_depth() > 1 then (new.payload #>> '{facts,from}')::public.ticket_status end;
  status_before := coalesce(status_before, ticket.status);

  select t.to_status, coalesce(new.action_type, e.action_type) into new.status_after, new.action_type
  from public.status_transitions as t join public.action_events as e using (event)
  where t.from_status = status_before and t.event = new.event;
  if not found then
    perform private.refuse_move(ticket.id, status_before, format('by %s', new.event));
  end if;

  new.written_by := private.database_identity();
  if new.written_by = 'authenticated' then
    new.actor_type := 'engineer';
    new.actor := 'engineer:' || private.current_engineer_id();
  end if;
  new.actor_type := coalesce(new.actor_type, 'system');
  new.actor := coalesce(new.actor, new.written_by);
  new.payload := coalesce(new.payload, '{}');
  new.seq := ticket.last_action_seq + 1;
  -- A transaction that began earlier may come later: time never runs backwards within a ticket.
  new.created_at := greatest(clock_timestamp(), ticket.updated_at);
  new.prev_hash := ticket.head_hash;
  new.content_salt := uuid_send(gen_random_uuid());
  new.content_digest := private.content_digest(new.content_salt, new.actor, new.body, new.payload);
  new.erased_at := null;
  new.hash := private.action_hash(new);
  return new;
end
$$;
comment on function private.chain_action() is 'Numbers, dates and chains a journal row, reads who writes it, refuses illegal moves.';
create trigger chain_action before insert on public.ticket_actions
  for each row execute function private.chain_action();

create function private.is_said(p_action_type public.action_type, p_event text, p_external_id text) returns boolean
language sql immutable security invoker set search_path = '' as $$
  select p_action_type = 'user_message'
    and (p_event in ('message', 'edited', 'deleted')
         -- /human says something; a press on a button does not.
         or (p_event = 'human_requested' and coalesce(p_external_id, '') !~ '^(telegram:callback|slack:action)/'))
$$;
comment on function private.is_said(public.action_type, text, text) is
  'Whether a journal row changes the conversation, so that a verdict on what was said before it is outdated.';

create function private.apply_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: only the journal moves tickets
begin
  update public.tickets set
    status = new.status_after,
    last_action_seq = new.seq,
    head_hash = new.hash,
    updated_at = new.created_at,
    last_said_seq = case when private.is_said(new.action_type, new.event, new.external_id) then new.seq else last_said_seq end,
    severity = coalesce((new.payload #>> '{facts,severity}')::numeric, severity),
    language = coalesce(new.payload #>> '{facts,language}', language),
    assigned_engineer_id = coalesce((new.payload #>> '{facts,assigned_engineer_id}')::bigint, assigned_engineer_id),
    title = coalesce(new.payload ->> 'title', title),
    summary = coalesce(new.payload ->> 'summary', summary)
  where id = new.ticket_id;
  return null;
end
$$;
comment on function private.apply_action() is 'Folds a journal row into its ticket.';
create trigger apply_action after insert on public.ticket_actions
  for each row execute function private.apply_action();

create function private.refuse_journal_change() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever tries hears the rule, not a missing right
begin
  if tg_op = 'UPDATE' and new.erased_at is not null and old.erased_at is null
     and new is not distinct from private.erased(old, new.erased_at)
     and exists (select from public.ticket_actions as e
                 where e.ticket_id = old.ticket_id and e.event = 'content_erased'
                   and e.payload #> '{facts,seqs}' @> to_jsonb(old.seq)) then
    return new;
  end if;
  raise exception 'the journal is append-only: % of ticket_actions is refused', lower(tg_op)
    using errcode = 'check_violation', constraint = 'ticket_actions_are_append_only',
          schema = 'public', table = 'ticket_actions',
          hint = 'Append a new action that corrects the old one; private.erase_content() removes a person''s words.';
end
$$;
comment on function private.refuse_journal_change() is 'Refuses every change of the journal but an erasure that the journal itself records.';

create function private.erased(a public.ticket_actions, p_at timestamptz) returns public.ticket_actions
language plpgsql immutable security invoker set search_path = '' as $$
begin
  a.actor := 'erased';
  a.body := null;
  a.payload := jsonb_strip_nulls(jsonb_build_object('facts', a.payload -> 'facts'));
  a.content_salt := null;
  a.erased_at := p_at;
  return a;
end
$$;
comment on function private.erased(public.ticket_actions, timestamptz) is 'A journal row without its content, as erasing leaves it.';

create trigger refuse_update_and_delete before update or delete on public.ticket_actions
  for each row execute function private.refuse_journal_change();
create trigger refuse_truncate before truncate on public.ticket_actions
  for each statement execute function private.refuse_journal_change();
