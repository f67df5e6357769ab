-- Housekeeping: closed tickets lose their words after app_settings.retention_days, the queues' archives their rows after archive_days.
-- Apart from private.sweep(), in a transaction of its own: erasing and trimming may fail or take long, and no page may wait for that.
-- Watch: an erasure moves the ticket's updated_at, so a mark that walks along (updated_at, id) passes each ticket once and never again.

alter table public.app_settings
  add column archive_days integer default 30,
  drop constraint retention_days_is_positive,
  add constraint retention_days_is_0_to_36500 check (retention_days between 0 and 36500),
  add constraint archive_days_is_0_to_36500 check (archive_days between 0 and 36500);
comment on column public.app_settings.retention_days is
  'Closed tickets lose their words so many days after they last moved; null and 0 keep them for ever.';
comment on column public.app_settings.archive_days is 'Handled queue messages are kept so many days; null and 0 keep them for ever.';
grant update (archive_days) on public.app_settings to authenticated;

create table private.housekeeping (
  id boolean primary key default true,
  erased_upto timestamptz not null default '-infinity',
  erased_upto_ticket bigint not null default 0,
  trimmed_at timestamptz not null default '-infinity',
  constraint housekeeping_is_one_row check (id)
);
alter table private.housekeeping enable row level security;
insert into private.housekeeping default values;
comment on table private.housekeeping is 'How far the erasure of outdated tickets has come, and when the archives were trimmed.';

create function private.erase_outdated(p_at_most integer) returns table (passed integer, erased integer)
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  outdated_before timestamptz := (select clock_timestamp() - nullif(retention_days, 0) * interval '1 day' from public.app_settings);
  mark private.housekeeping;
  due record;
begin
  passed := 0;
  erased := 0;
  select * into mark from private.housekeeping for update;
  for due in
    select t.id, t.updated_at from public.tickets as t
    where t.status = 'closed' and (t.updated_at, t.id) > (mark.erased_upto, mark.erased_upto_ticket) and t.updated_at < outdated_before
    order by t.updated_at, t.id limit p_at_most loop
    exit when not private.try_lock_ticket(due.id);  -- the mark must not pass it: the next call begins with it
    -- Looked at again under the lock: it may have been reopened a moment ago, and its words are then still needed.
    if exists (select from public.tickets as t where t.id = due.id and t.status = 'closed' and t.updated_at = due.updated_at) then
      erased := erased + (private.erase_content(due.id, 'retention') > 0)::integer;
    end if;
    update private.housekeeping set erased_upto = due.updated_at, erased_upto_ticket = due.id;
    passed := passed + 1;
  end loop;
  return next;
end
$$;
comment on function private.erase_outdated(integer) is
  'Erases the words of so many closed tickets that are older than retention_days; says how many it looked at and how many had words.';

create function private.trim_archives(p_at_most integer) returns integer
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
declare
  outdated_before timestamptz := (select clock_timestamp() - nullif(archive_days, 0) * interval '1 day' from public.app_settings);
  archive text;
  gone integer;
  n integer := 0;
begin
  for archive in
    select 'a_' || q.name || s.suffix from private.queues as q cross join unnest(array['', '_dead']) as s (suffix)
    where outdated_before is not null order by q.name, s.suffix loop
    execute format('delete from pgmq.%1$I where msg_id = any (array(
        select msg_id from pgmq.%1$I where archived_at < $1 order by archived_at limit $2))', archive)
      using outdated_before, p_at_most - n;
    get diagnostics gone = row_count;
    n := n + gone;
    exit when n >= p_at_most;
  end loop;
  return n;
end
$$;
comment on function private.trim_archives(integer) is 'Removes up to so many messages that were archived more than archive_days ago.';

create function private.keep_house() returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on tables
declare
  looked_at record;
  trimmed integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('shiftbot.keep_house', 0)) then
    return '{}'::jsonb;
  end if;
  select * into looked_at from private.erase_outdated(20);
  if exists (select from private.housekeeping where trimmed_at < clock_timestamp() - interval '10 minutes') then
    trimmed := private.trim_archives(2000);
    update private.housekeeping set trimmed_at = clock_timestamp() where trimmed < 2000;
  end if;
  return jsonb_strip_nulls(jsonb_build_object('tickets_erased', nullif(looked_at.erased, 0), 'archive_trimmed', nullif(trimmed, 0),
    'more', nullif(looked_at.passed = 20 or trimmed = 2000, false)));
end
$$;
comment on function private.keep_house() is
  'Erases and trims what is outdated, a little at a time, and returns what it did; one runs at a time, the others return at once.';

grant execute on function private.keep_house() to shiftbot_worker;
