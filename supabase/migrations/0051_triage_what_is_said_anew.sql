-- Words that change while a ticket is open and judged already are triaged too (laws 6 and 7). An edit or a deletion queued nothing
-- by itself: where a draft waits, the bot is silent or an engineer reopened the ticket, nobody looked at the new words, and
-- ops.untriaged_tickets said for ever that the workers were down. The same befell a ticket that Studio put back to open, or
-- that an engineer's own reply took back from the bot, with a change in between that no verdict knew of.
-- Watch: what was not covered before is on the queue already, since it was said; only the first word after a verdict queues anew.

create or replace function private.queue_untriaged() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  covered integer := coalesce((select s.triaged_seq from private.triage_state as s where s.ticket_id = new.ticket_id), 0);
begin
  if exists (select from public.tickets as t where t.id = new.ticket_id and t.last_said_seq > covered)
     and not (new.event in ('edited', 'deleted') and exists (
       select from public.ticket_actions as a
       where a.ticket_id = new.ticket_id and a.seq > covered and a.seq < new.seq
         and private.is_said(a.action_type, a.event, a.external_id))) then
    perform private.enqueue('triage', jsonb_build_object('ticket_id', new.ticket_id));
  end if;
  return null;
end
$$;
comment on function private.queue_untriaged() is
  'A ticket that is open and holds words that no verdict covers is triaged: it is open again, or they were changed after the verdict.';

drop trigger queue_untriaged on public.ticket_actions;
create trigger queue_untriaged after insert on public.ticket_actions
  for each row
  when (new.status_after = 'open'
        and (new.event in ('reopened', 'deescalated', 'edited', 'deleted')
             or new.event = 'message' and new.action_type = 'system_update'  -- a direct edit of the status
             or new.event = 'reply_withdrawn' and new.payload #> '{facts,overtaken_by}' is not null)
        -- but not where a message reopens it, which queues it anyway
        and new.payload #> '{facts,after_close}' is null)
  execute function private.queue_untriaged();
