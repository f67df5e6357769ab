-- An engineer says of an acknowledgement that the page was not needed: one event of the journal, by whoever is signed in. It moves
-- nothing and tells the customer nothing; the thresholds are calibrated by it (0050).
-- Watch: the acknowledgement it is about is read from the journal, never passed, so that a mark made days later, when the ticket was
-- triaged again, still speaks of the page that rang.

insert into public.action_events (event, action_type, written_by, description) values
  ('page_not_needed', 'engineer_note', '{engineer}', 'An engineer says that the page which was acknowledged was not needed.');
-- By whoever has it, and afterwards, when the night is looked back on. While it rings, it is acknowledged or taken back.
insert into public.status_transitions (from_status, event, to_status, description) values
  ('escalated', 'page_not_needed', 'escalated', 'Stays.'),
  ('closed', 'page_not_needed', 'closed', 'Stays.');

create function private.bind_to_acknowledgement() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
declare
  acknowledged integer;
begin
  perform from public.tickets where id = new.ticket_id for update;  -- first, as everywhere
  if not found then
    return new;  -- chain_action says so
  end if;
  select a.seq into acknowledged from public.ticket_actions as a
  where a.ticket_id = new.ticket_id and a.event = 'acknowledged' order by a.seq desc limit 1;
  if acknowledged is null and (select status from public.tickets where id = new.ticket_id) = 'closed' then
    raise exception 'ticket % has no page that somebody acknowledged', new.ticket_id
      using errcode = 'check_violation', constraint = 'only_an_acknowledged_page_was_not_needed', schema = 'public', table = 'ticket_actions',
            hint = 'It never rang, or nobody took it: there is nothing to say of it.';
  end if;
  new.payload := jsonb_build_object('facts', jsonb_build_object('acknowledged_seq', acknowledged));
  return new;
end
$$;
comment on function private.bind_to_acknowledgement() is
  'Binds the mark "not needed" to the newest acknowledgement of its ticket; refuses it where there is none.';
-- By its name it comes before carry_correlation and chain_action, which hashes the row.
create trigger bind_to_acknowledgement before insert on public.ticket_actions
  for each row when (new.event = 'page_not_needed') execute function private.bind_to_acknowledgement();

create unique index acknowledgement_is_marked_once on public.ticket_actions (ticket_id, (payload #>> '{facts,acknowledged_seq}'))
  where event = 'page_not_needed';
