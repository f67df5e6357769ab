-- Time is a row: the sweep moves what is due. Every idle worker calls it, pg_cron may too; ten at once do no harm.

create function private.sweep() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  settings public.app_settings;
  due bigint;
  timeouts integer := 0;
  root bytea;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('shiftbot.sweep', 0)) then
    return '{}'::jsonb;
  end if;
  select * into settings from public.app_settings;
  for due in
    select t.id from public.tickets as t
    where t.status = 'awaiting_feedback' and t.updated_at < clock_timestamp() - settings.feedback_timeout
      -- Nobody knows whether that customer was answered: a human decides, not silence.
      and not exists (select from public.replies as r where r.ticket_id = t.id and r.state = 'unknown')
    order by t.updated_at limit 100 for update skip locked loop
    insert into public.ticket_actions (ticket_id, event) values (due, 'feedback_timeout');
    timeouts := timeouts + 1;
  end loop;
  if not exists (select from public.journal_checkpoints
                 where taken_at > clock_timestamp() - settings.checkpoint_interval) then
    root := private.checkpoint_journal();
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'feedback_timeouts', nullif(timeouts, 0), 'checkpoint', encode(root, 'hex')));
end
$$;
comment on function private.sweep() is 'Moves what is due and returns what it did; one runs at a time, the others return at once.';
