-- A page ends with its ticket (law 7): in Studio's table editor one cell could end a page whose ticket still waits, or put its next
-- step off for ever, and nobody was called any more. The first showed as an alarm that no sweep could mend, the second nowhere.
-- Watch: the journal moves the ticket before its page ends, so what closes or deescalates passes; test pages have no ticket.

create function private.refuse_to_end_page() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever edits the page
begin
  if new.ticket_id is not distinct from old.ticket_id
     and not exists (select from public.tickets where id = old.ticket_id and status in ('escalation_pending', 'escalated')) then
    return null;
  end if;
  raise exception 'page % ends with ticket %, which still waits', old.id, old.ticket_id
    using errcode = 'check_violation', constraint = 'page_ends_with_its_ticket', schema = 'public', table = 'escalations',
          hint = 'To stop a page, append acknowledged, deescalated or closed to its ticket, or change the ticket''s status.';
end
$$;
comment on function private.refuse_to_end_page() is 'Refuses to end a page, or to give it to another ticket, while its ticket waits for a human.';
create trigger refuse_to_end_page after update on public.escalations
  for each row
  when (old.ticket_id is not null
        and (new.ticket_id is distinct from old.ticket_id or new.state = 'resolved' and old.state <> 'resolved'))
  execute function private.refuse_to_end_page();

alter table public.escalations add constraint next_step_comes_some_day check (isfinite(due_at));
