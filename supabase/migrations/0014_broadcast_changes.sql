-- Live (design: Realtime Broadcast from Database): every journal row tells the private topic "tickets" which ticket moved.
-- Ids and the status only; listeners re-read through RLS. realtime.send turns its own failure into a warning, so that a
-- fault of Realtime never undoes a move. Watch: create nothing else in schema realtime, `postgres` may not.

create function private.broadcast_action() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers do not write realtime.messages
begin
  perform realtime.send(
    jsonb_build_object('ticket_id', new.ticket_id, 'seq', new.seq, 'event', new.event, 'status', new.status_after),
    'ticket_moved', 'tickets', true);
  return null;
end
$$;
comment on function private.broadcast_action() is 'Tells listeners on the private topic "tickets" that a ticket has a new journal row.';
create trigger broadcast_action after insert on public.ticket_actions
  for each row execute function private.broadcast_action();

create function private.broadcast_on_call() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers do not write realtime.messages
begin
  perform realtime.send(jsonb_build_object('engineer_id', new.id, 'is_on_call', new.is_on_call), 'on_call_moved', 'on_call', true);
  return null;
end
$$;
comment on function private.broadcast_on_call() is 'Tells listeners on the private topic "on_call" that the shift changed hands.';
create trigger broadcast_on_call_insert after insert on public.engineers
  for each row when (new.is_on_call) execute function private.broadcast_on_call();
create trigger broadcast_on_call after update on public.engineers
  for each row when (new.is_on_call <> old.is_on_call) execute function private.broadcast_on_call();
