-- What the laws stand on stays (laws 1, 3, 4, 7, 9): a row deleted in Studio must not take a page, a reply or the legal moves with it.
-- Without the row of settings no verdict is recorded and nothing rings; without its page a ticket waits for ever; without its
-- attempts a reply is sent twice; without the moves it went by no journal can be replayed.
-- Watch: a migration that changes the legal moves disables refuse_removal around its statement. Adding moves needs nothing.

create function private.refuse_removal() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception '% is kept: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'check_violation', constraint = tg_argv[0], schema = tg_table_schema, table = tg_table_name, hint = tg_argv[1];
end
$$;
comment on function private.refuse_removal() is
  'Refuses to take rows away from a table that the laws stand on; its arguments are the name of the rule and what to do instead.';

create trigger refuse_removal before delete or truncate on public.app_settings for each statement
  execute function private.refuse_removal('settings_are_kept', 'Change the values; a column''s default is what the product came with.');

create trigger refuse_removal before update or delete or truncate on public.status_transitions for each statement
  execute function private.refuse_removal('legal_moves_are_kept', 'Journals are replayed over them; only a migration changes them.');
create trigger refuse_removal before update or delete or truncate on public.action_events for each statement
  execute function private.refuse_removal('legal_moves_are_kept', 'Journals are replayed over them; only a migration changes them.');

create trigger refuse_removal before delete or truncate on public.escalations for each statement
  execute function private.refuse_removal('pages_are_kept', 'To stop a page, append deescalated or closed to its ticket.');
create trigger refuse_removal before delete or truncate on public.escalation_attempts for each statement
  execute function private.refuse_removal('pages_are_kept', 'To stop a page, append deescalated or closed to its ticket.');

create trigger refuse_removal before delete or truncate on public.replies for each statement
  execute function private.refuse_removal('replies_are_kept', 'shiftbot replies list shows the unknown ones; private.erase_content() removes words.');
create trigger refuse_removal before delete or truncate on public.reply_attempts for each statement
  execute function private.refuse_removal('replies_are_kept', 'shiftbot replies list shows the unknown ones; private.erase_content() removes words.');

create trigger refuse_removal before delete or truncate on public.on_call_history for each statement
  execute function private.refuse_removal('on_call_history_is_kept', 'It says who was on call when; hand the shift over to change who is.');
