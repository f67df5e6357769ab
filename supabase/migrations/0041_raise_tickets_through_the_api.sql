-- Other systems raise tickets through the API: a source of the platform `api` stands for one such system, and its reports go the way of
-- every message (laws 5 and 6): deduplicated by the id the system gives, threaded, triaged, paged. Nothing is sent back into a thread,
-- because there is none: its reply_mode is off, and what triage and engineers say is in the timeline.
-- Watch: the reporter is the signed-in identity, never a parameter (law 8).

alter table public.sources add constraint api_source_answers_in_its_timeline
  check (platform <> 'api' or coalesce(settings ->> 'reply_mode', '') = 'off');

create or replace function private.chain_action() returns trigger
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
    -- A report that came in through the API is a customer's side of the conversation, and says who sent it in.
    new.actor_type := (case when new.event = 'message' then 'customer' else 'engineer' end)::public.actor_type;
    new.actor := 'engineer:' || private.current_engineer_id();
  end if;
  new.actor_type := coalesce(new.actor_type, 'system');
  new.actor := coalesce(new.actor, new.written_by);
  new.payload := coalesce(new.payload, '{}'::jsonb);
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

create or replace function private.queue_reply() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers append actions, not replies
declare
  ticket public.tickets;
  reply_kind text;
  words text;
  new_id bigint;
  draft text;
  has_moved boolean := new.status_after is distinct from
    (select a.status_after from public.ticket_actions as a where a.ticket_id = new.ticket_id and a.seq = new.seq - 1);
begin
  select * into ticket from public.tickets where id = new.ticket_id;
  if new.event in ('reply_drafted', 'reply_approved', 'draft_discarded') then
    -- One draft at a time waits: this one takes its place, speaks its words or throws it away.
    update public.replies set state = 'discarded', finished_at = clock_timestamp()
    where ticket_id = new.ticket_id and state = 'draft' returning body into draft;
  end if;
  case new.event
    when 'draft_discarded' then return null;
    when 'triaged_answer' then reply_kind := 'answer'; words := new.body;
    when 'triaged_escalate' then reply_kind := 'hand_off'; words := new.body;
    when 'reply_drafted' then reply_kind := 'draft'; words := new.body;
    when 'public_reply' then reply_kind := 'public_reply'; words := new.body;
    when 'reply_approved' then reply_kind := 'public_reply'; words := coalesce(nullif(new.body, ''), draft);
    when 'feedback_positive' then
      reply_kind := 'confirmation';
      -- Said once: a second press on the same button moves nothing and is not answered again.
      words := case when has_moved and new.status_after = 'closed' then private.phrase('glad', ticket.language) end;
    else  -- feedback_negative, human_requested
      reply_kind := 'confirmation';
      words := case when has_moved then private.phrase('human_called', ticket.language) end;
  end case;
  if coalesce(words, '') !~ '[^[:space:]]' then
    if new.event = 'reply_approved' then  -- the ticket would wait for a reply that nobody sends
      raise exception 'ticket % has no draft that waits', new.ticket_id
        using errcode = 'check_violation', constraint = 'approved_reply_says_something', schema = 'public', table = 'ticket_actions',
              hint = 'Somebody may have approved or discarded it meanwhile; write the reply into body instead.';
    end if;
    return null;
  end if;
  insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq, state, finished_at)
  values (new.ticket_id, new.seq, reply_kind, words,
          coalesce((new.payload #>> '{facts,answers_seq}')::integer, ticket.last_said_seq),
          -- There is no thread to answer into: it is said by standing in the timeline.
          case when reply_kind = 'draft' then 'draft' when ticket.platform = 'api' then 'delivered' else 'pending' end,
          case when reply_kind <> 'draft' and ticket.platform = 'api' then clock_timestamp() end)
  returning id into new_id;
  if reply_kind <> 'draft' and ticket.platform <> 'api' then
    perform private.enqueue('replies', jsonb_build_object('reply_id', new_id, 'ticket_id', new.ticket_id));
  end if;
  return null;
end
$$;

create function private.raise_ticket(p_source_id bigint, p_external_id text, p_thread text, p_title text, p_body text)
returns table (outcome text, ticket_id bigint, seq integer)
language plpgsql security definer set search_path = '' as $$  -- definer: engineers write no tickets and no messages of customers
#variable_conflict use_column
declare
  source public.sources;
  reporter text;
begin
  perform private.require_engineer();
  select s.* into source from public.sources as s where s.id = p_source_id;
  if source.id is null or not source.is_active or source.platform <> 'api' then
    raise exception 'source % takes no tickets through the API', p_source_id
      using errcode = 'check_violation', constraint = 'ticket_is_raised_in_an_api_source', schema = 'public', table = 'sources',
            hint = 'Name an active source of the platform api; an admin adds it to sources.json.';
  end if;
  select e.name into reporter from public.engineers as e where e.id = private.current_engineer_id();
  return query select i.outcome, i.ticket_id, i.seq from private.ingest_message(
    p_platform => 'api', p_chat => source.external_id, p_event => 'message',
    p_external_id => 'api:' || source.external_id || '/' || coalesce(p_external_id, gen_random_uuid()::text),
    p_thread_key => coalesce(p_thread, p_external_id, gen_random_uuid()::text), p_author => private.current_actor(), p_body => p_body,
    p_payload => jsonb_strip_nulls(jsonb_build_object('author_name', reporter, 'title', p_title))) as i;
end
$$;
comment on function private.raise_ticket(bigint, text, text, text, text) is
  'A report of another system, as the signed-in engineer: a new ticket, a further message of its thread, or a duplicate.';
grant execute on function private.raise_ticket(bigint, text, text, text, text) to authenticated;
