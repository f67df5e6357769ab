-- Direct edits of tickets, as Studio and the SQL editor make them (laws 1 and 3): a status goes only along
-- status_transitions, every change is journaled as system_update with who did it, derived columns cannot be set.
-- Watch: in a when clause pg_trigger_depth() = 0 is a direct edit; the journal's own updates come from its trigger, deeper.

create function private.event_of_edit(p_from public.ticket_status, p_to public.ticket_status) returns text
language sql stable security invoker set search_path = '' as $$
  select t.event from public.status_transitions as t join public.action_events as e using (event)
  where t.from_status = p_from and t.to_status = p_to and p_from <> p_to
  order by 'engineer' = any (e.written_by) desc, t.event
  limit 1
$$;
comment on function private.event_of_edit(public.ticket_status, public.ticket_status) is
  'The event that a direct edit of the status stands for: an engineer''s where there is one; null where no move is legal.';

create function private.guard_ticket_insert() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if new.status <> 'open' or new.last_action_seq <> 0 or new.last_said_seq <> 0 or new.head_hash is not null then
    raise exception 'a ticket starts open, with an empty journal'
      using errcode = 'check_violation', constraint = 'ticket_starts_open', schema = 'public', table = 'tickets',
            hint = 'Insert it without status and journal columns, then change its status.';
  end if;
  return new;
end
$$;
comment on function private.guard_ticket_insert() is 'A ticket starts where the fold of an empty journal starts.';
create trigger guard_ticket_insert before insert on public.tickets
  for each row execute function private.guard_ticket_insert();

create function private.guard_ticket_edit() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever may edit holds no right on private
begin
  if (new.id, new.platform, new.source_id, new.thread_key, new.opened_by, new.created_at, new.last_action_seq, new.last_said_seq)
       is distinct from
     (old.id, old.platform, old.source_id, old.thread_key, old.opened_by, old.created_at, old.last_action_seq, old.last_said_seq)
     or new.head_hash is distinct from old.head_hash then
    raise exception 'ticket %: who, where and the journal columns cannot be edited', old.id
      using errcode = 'check_violation', constraint = 'ticket_origin_and_journal_are_fixed',
            schema = 'public', table = 'tickets',
            hint = 'status, severity, title, summary, language, assigned_engineer_id and parent_ticket_id can.';
  end if;
  if new.status <> old.status and private.event_of_edit(old.status, new.status) is null then
    perform private.refuse_move(old.id, old.status, format('to %s', new.status));
  end if;
  new.updated_at := old.updated_at;  -- the journal row written next sets it
  return new;
end
$$;
comment on function private.guard_ticket_edit() is 'Refuses what nobody may edit and every status that is no legal move.';
create trigger guard_ticket_edit before update on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.guard_ticket_edit();

create function private.journal_ticket_edit() returns trigger
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
  return null;
end
$$;
comment on function private.journal_ticket_edit() is 'Writes a direct edit of a ticket into its journal, with who did it.';
create trigger journal_ticket_edit after update on public.tickets
  for each row
  when (pg_trigger_depth() = 0 and (old.status, old.severity, old.title, old.summary, old.language, old.assigned_engineer_id,
                                    old.parent_ticket_id, old.chat_external_id)
        is distinct from (new.status, new.severity, new.title, new.summary, new.language, new.assigned_engineer_id,
                          new.parent_ticket_id, new.chat_external_id))
  execute function private.journal_ticket_edit();
-- A ticket that is inserted by hand with a title or a severity: what it knows is in its journal too.
create trigger journal_ticket_insert after insert on public.tickets
  for each row
  when (pg_trigger_depth() = 0 and coalesce(new.severity::text, new.title, new.summary, new.language,
                                            new.assigned_engineer_id::text) is not null)
  execute function private.journal_ticket_edit();

create function private.refuse_ticket_removal() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception 'tickets are never removed: % is refused', lower(tg_op)
    using errcode = 'check_violation', constraint = 'tickets_are_never_removed', schema = 'public', table = 'tickets',
          hint = 'Close the ticket; private.erase_content() removes a person''s words.';
end
$$;
comment on function private.refuse_ticket_removal() is 'Keeps a ticket, and with it its journal, from being deleted.';
create trigger refuse_delete before delete on public.tickets
  for each row execute function private.refuse_ticket_removal();
create trigger refuse_truncate before truncate on public.tickets
  for each statement execute function private.refuse_ticket_removal();
