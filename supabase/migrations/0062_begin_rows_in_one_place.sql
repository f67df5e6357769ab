-- What comes before a journal row is numbered, and what follows from a ticket's insert, each in one trigger instead of three: Postgres reads
-- the condition of every trigger from its text anew in every statement (decisions 0022 and 0023).
-- Watch: by its name begin_action comes before chain_action, which hashes the row. A ticket that does not start open is refused after
-- its insert, no longer before: where something else is wrong with it too, that is said first.

do $$
declare
  waited_before text := current_setting('lock_timeout');
begin
  -- Writers take these in either order: who held one and waited for the other would wait in a ring with them. So nothing is held
  -- while the next is waited for, and writers go on meanwhile. (In a block, as the CLI's transaction is an implicit one.)
  perform set_config('lock_timeout', '300ms', true);
  loop
    begin
      lock table public.tickets, public.ticket_actions in access exclusive mode;
      exit;
    exception when lock_not_available or deadlock_detected then
      null;  -- whoever has come to stand behind it goes first now
    end;
  end loop;
  perform set_config('lock_timeout', waited_before, true);
end
$$;

drop trigger answer_anew on public.ticket_actions;
drop trigger bind_to_acknowledgement on public.ticket_actions;
drop trigger carry_correlation on public.ticket_actions;
drop function private.answer_anew(), private.bind_to_acknowledgement(), private.carry_correlation();

create function private.answer_anew(p_ticket_id bigint) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  perform from public.tickets where id = p_ticket_id for update;  -- first, as everywhere
  perform private.withdraw_answers(p_ticket_id, '{}');
end
$$;
comment on function private.answer_anew(bigint) is
  'The bot, or an engineer by its draft, answers anew: older answers that nobody has begun to send are withdrawn first.';

create function private.acknowledgement_of(p_ticket_id bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  acknowledged integer;
begin
  perform from public.tickets where id = p_ticket_id for update;  -- first, as everywhere; where there is none chain_action says so
  if not found then
    return jsonb_build_object();
  end if;
  select a.seq into acknowledged from public.ticket_actions as a
  where a.ticket_id = p_ticket_id and a.event = 'acknowledged' order by a.seq desc limit 1;
  if acknowledged is null and (select status from public.tickets where id = p_ticket_id) = 'closed' then
    raise exception 'ticket % has no page that somebody acknowledged', p_ticket_id
      using errcode = 'check_violation', constraint = 'only_an_acknowledged_page_was_not_needed', schema = 'public', table = 'ticket_actions',
            hint = 'It never rang, or nobody took it: there is nothing to say of it.';
  end if;
  return jsonb_build_object('facts', jsonb_build_object('acknowledged_seq', acknowledged));
end
$$;
comment on function private.acknowledgement_of(bigint) is
  'What the mark "not needed" is bound to: the newest acknowledgement of its ticket; refused where there is none.';

create function private.begin_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever appends may not read the journal
declare
  id text;
begin
  if new.event in ('triaged_answer', 'reply_approved') then
    perform private.answer_anew(new.ticket_id);
  elsif new.event = 'page_not_needed' then
    new.payload := private.acknowledgement_of(new.ticket_id);
  end if;
  -- The chain of causes the row was handed, its ring's, or that of the row before.
  id := new.payload ->> 'correlation_id';
  new.payload := coalesce(new.payload, '{}') - 'correlation_id';
  if id is null or length(id) <> 32 or id ~ '[^0-9a-f]'
     or private.database_identity() = 'authenticated' then  -- people continue a chain, they begin none
    id := coalesce(private.correlation_of_attempt(substring(new.payload #>> '{facts,attempt_id}' from '^[0-9]{1,18}$')::bigint),
                   private.correlation_of_ticket(new.ticket_id));
  end if;
  if id is not null and jsonb_typeof(coalesce(new.payload -> 'facts', '{}')) = 'object' then
    new.payload := new.payload || jsonb_build_object(
      'facts', coalesce(new.payload -> 'facts', '{}') || jsonb_build_object('correlation_id', id));
  end if;
  return new;
end
$$;
comment on function private.begin_action() is
  'What comes before a journal row is numbered: older answers are withdrawn, a mark is bound to its page, the chain of causes is carried on.';
create trigger begin_action before insert on public.ticket_actions
  for each row execute function private.begin_action();

-- A new ticket is looked at once, after it was inserted.

drop trigger guard_ticket_insert on public.tickets;
drop trigger journal_ticket_edit on public.tickets;
drop trigger journal_ticket_insert on public.tickets;
drop trigger keep_words_insert on public.tickets;
drop function private.guard_ticket_insert();
drop function private.journal_ticket_edit();

create function private.journal_ticket_edit(old public.tickets, new public.tickets) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: an edit is journaled whoever made it
declare
  facts jsonb;
begin
  facts := jsonb_strip_nulls(jsonb_build_object(
    'from', case when new.status <> old.status then old.status end,
    'to', case when new.status <> old.status then new.status end,
    'severity', case when new.severity is distinct from old.severity then new.severity end,
    'language', case when new.language is distinct from old.language then new.language end,
    'assigned_engineer_id',
      case when new.assigned_engineer_id is distinct from old.assigned_engineer_id then new.assigned_engineer_id end,
    'parent_ticket_id', case when new.parent_ticket_id is distinct from old.parent_ticket_id then new.parent_ticket_id end,
    'chat_external_id', case when new.chat_external_id <> old.chat_external_id then new.chat_external_id end,
    'cleared', nullif(array_remove(array[
      case when new.severity is null and old.severity is not null then 'severity' end,
      case when new.title is null and old.title is not null then 'title' end,
      case when new.summary is null and old.summary is not null then 'summary' end,
      case when new.language is null and old.language is not null then 'language' end,
      case when new.assigned_engineer_id is null and old.assigned_engineer_id is not null then 'assigned_engineer_id' end],
      null), '{}')));
  insert into public.ticket_actions (ticket_id, action_type, event, payload)
  values (new.id, 'system_update',
    case when new.status <> old.status then private.event_of_edit(old.status, new.status) else 'ticket_edited' end,
    jsonb_strip_nulls(jsonb_build_object(
      'facts', facts,
      'title', case when new.title is distinct from old.title then new.title end,
      'summary', case when new.summary is distinct from old.summary then new.summary end)));
end
$$;
comment on function private.journal_ticket_edit(public.tickets, public.tickets) is
  'Writes a direct edit of a ticket into its journal, with who did it; of a new ticket what it already knows.';

create function private.begin_ticket() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever opens a ticket
begin
  if new.status <> 'open' or new.last_action_seq <> 0 or new.last_said_seq <> 0 or new.head_hash is not null then
    raise exception 'a ticket starts open, with an empty journal'
      using errcode = 'check_violation', constraint = 'ticket_starts_open', schema = 'public', table = 'tickets',
            hint = 'Insert it without status and journal columns, then change its status.';
  end if;
  if num_nonnulls(new.severity, new.title, new.summary, new.language, new.assigned_engineer_id) > 0 then
    if pg_trigger_depth() = 1 then  -- by hand, and not by the journal
      perform private.journal_ticket_edit(null, new);
    end if;
    if coalesce(new.title, new.summary) is not null then
      perform private.keep_words(new.id, 0);
    end if;
  end if;
  return null;
end
$$;
comment on function private.begin_ticket() is
  'A ticket starts where the fold of an empty journal starts; what is known of it at once is journaled and can be found.';
create trigger begin_ticket after insert on public.tickets for each row execute function private.begin_ticket();

create function private.follow_ticket_edit() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: an edit is journaled whoever made it
begin
  if (old.status, old.severity, old.title, old.summary, old.language, old.assigned_engineer_id, old.parent_ticket_id, old.chat_external_id)
     is distinct from
     (new.status, new.severity, new.title, new.summary, new.language, new.assigned_engineer_id, new.parent_ticket_id, new.chat_external_id)
  then
    perform private.journal_ticket_edit(old, new);
  end if;
  return null;
end
$$;
comment on function private.follow_ticket_edit() is 'A direct edit that changes something is journaled.';
create trigger follow_ticket_edit after update on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.follow_ticket_edit();

revoke execute on function private.answer_anew(bigint), private.acknowledgement_of(bigint), private.begin_action(),
  private.journal_ticket_edit(public.tickets, public.tickets), private.begin_ticket(), private.follow_ticket_edit() from public;
