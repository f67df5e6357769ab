-- What follows from a journal row is decided in one place: one trigger looks at the row and calls what concerns it. Each of the twelve
-- triggers that did so had a condition of its own, and Postgres reads all conditions of a table from their text anew in every statement:
-- twenty thousand characters for a row that two of them concerned (decision 0022).
-- Watch: the tables are locked in the order in which every writer takes them, tickets first.

do $$ begin  -- the CLI's transaction is an implicit one, where a bare LOCK is refused
  lock table public.tickets, public.ticket_actions in access exclusive mode;
end $$;

drop trigger add_words on public.ticket_actions;
drop trigger check_draft on public.ticket_actions;
drop trigger expect_attachments on public.ticket_actions;
drop trigger follow_ticket on public.ticket_actions;
drop trigger forget_notes on public.ticket_actions;
drop trigger forget_verdict on public.ticket_actions;
drop trigger note_source_activity on public.ticket_actions;
drop trigger overtake_answer on public.ticket_actions;
drop trigger queue_reply on public.ticket_actions;
drop trigger queue_triage on public.ticket_actions;
drop trigger queue_untriaged on public.ticket_actions;
drop trigger tell_reporter on public.ticket_actions;
drop function private.add_words(), private.check_draft(), private.expect_attachments(), private.follow_ticket(), private.forget_notes(),
  private.forget_verdict(), private.note_source_activity(), private.overtake_answer(), private.queue_reply(), private.queue_triage(),
  private.queue_untriaged(), private.tell_reporter();

create function private.react_to_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  if new.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved') then
    perform private.add_words(new);
  end if;
  if new.event in ('reply_approved', 'draft_discarded') and new.payload #> '{facts,draft_id}' is not null then
    perform private.check_draft(new);
  end if;
  if new.actor_type = 'customer' and jsonb_typeof(new.payload -> 'attachments') = 'array' and new.payload -> 'attachments' <> '[]' then
    perform private.expect_attachments(new);
  end if;
  if new.status_after in ('escalation_pending', 'escalated') and new.event not in ('call_placed', 'call_outcome')
     or new.event in ('closed', 'deescalated') then
    perform private.follow_ticket(new);
  end if;
  if new.event = 'content_erased' then
    perform private.forget_notes(new);
    perform private.forget_verdict(new);
  end if;
  if new.actor_type = 'customer' then
    perform private.note_source_activity(new);
  end if;
  if new.event = 'public_reply' and new.action_type <> 'system_update' then
    perform private.overtake_answer(new);
  end if;
  if new.action_type <> 'system_update' and new.event in (
       'triaged_answer', 'triaged_escalate', 'reply_drafted', 'reply_approved', 'draft_discarded', 'public_reply',
       'feedback_positive', 'feedback_negative', 'human_requested') then
    perform private.queue_reply(new);
  end if;
  if new.event in ('message', 'human_requested') and new.action_type = 'user_message' then
    perform private.queue_triage(new);
  end if;
  if new.status_after = 'open' and new.payload #> '{facts,after_close}' is null
     and (new.event in ('reopened', 'deescalated', 'edited', 'deleted') or (new.event = 'message' and new.action_type = 'system_update')
          or (new.event = 'reply_withdrawn' and new.payload #> '{facts,overtaken_by}' is not null)) then
    perform private.queue_untriaged(new);
  end if;
  if new.event = 'page_not_needed' then
    perform private.tell_of_needless_page(new);
  end if;
  if new.event = 'acknowledged' and new.action_type = 'engineer_note' then
    perform private.tell_reporter(new);
  end if;
  return null;
end
$$;
comment on function private.react_to_action() is 'Calls whatever concerns a new journal row: replies, words to be found, triage, pages, attachments.';
-- By its name it comes after apply_action: the ticket has the row already.
create trigger react_to_action after insert on public.ticket_actions for each row execute function private.react_to_action();


revoke execute on function private.react_to_action() from public;

-- Of tickets, too: the fold of every row is an update, and had the condition of a direct edit read, which is rare.
drop trigger journal_ticket_edit on public.tickets;
drop trigger journal_ticket_insert on public.tickets;
create or replace function private.journal_ticket_edit() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: an edit is journaled whoever made it
declare
  facts jsonb;
begin
  if tg_op = 'INSERT' and coalesce(new.severity::text, new.title, new.summary, new.language, new.assigned_engineer_id::text) is null
     or tg_op = 'UPDATE' and
       (old.status, old.severity, old.title, old.summary, old.language, old.assigned_engineer_id, old.parent_ticket_id, old.chat_external_id)
       is not distinct from
       (new.status, new.severity, new.title, new.summary, new.language, new.assigned_engineer_id, new.parent_ticket_id, new.chat_external_id)
  then
    return null;
  end if;
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
create trigger journal_ticket_edit after update on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.journal_ticket_edit();
-- A ticket that is inserted by hand with a title or a severity: what it knows is in its journal too.
create trigger journal_ticket_insert after insert on public.tickets
  for each row when (pg_trigger_depth() = 0) execute function private.journal_ticket_edit();
