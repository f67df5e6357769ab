-- Which workers are alive: each loop of a worker signs every few seconds and is taken off the list when it stops. Who was killed stays
-- on it for a day, silent, so that the morning sees what the night lost; nothing else depends on the list.

create table private.workers (
  process uuid not null,
  queue text not null,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  primary key (process, queue)
);
alter table private.workers enable row level security;
comment on table private.workers is 'The loops of all worker processes, a row per process and queue, and when each was last heard of.';

create function private.sign_of_life(p_process uuid, p_queue text, p_host text, p_pid integer) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: workers hold no right on private tables
begin
  update private.workers set seen_at = clock_timestamp() where process = p_process and queue = p_queue;
  if not found then
    -- Whose number was given to this process is dead; a machine that is gone is forgotten after a day.
    delete from private.workers
    where (host = p_host and pid = p_pid and process <> p_process) or seen_at < clock_timestamp() - interval '1 day';
    insert into private.workers (process, queue, host, pid) values (p_process, p_queue, left(p_host, 200), p_pid)
    on conflict (process, queue) do update set seen_at = clock_timestamp();
  end if;
end
$$;
comment on function private.sign_of_life(uuid, text, text, integer) is 'A loop of a worker process says that it works; every few seconds.';

create function private.sign_off(p_process uuid, p_queue text) returns void
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on private tables
  delete from private.workers where process = p_process and queue = p_queue
$$;
comment on function private.sign_off(uuid, text) is 'A loop of a worker process has ended what it had in hand and stops.';

create function private.worker_health()
returns table (process uuid, host text, pid integer, queues text[], started_at timestamptz, seen_at timestamptz,
               silent_seconds double precision, is_alive boolean)
language plpgsql stable security definer set search_path = '' as $$  -- definer: engineers hold no right on private tables
begin
  perform private.require_engineer();
  return query
    -- A process is as alive as the loop that is silent for longest.
    select w.process, w.host, w.pid, array_agg(w.queue order by w.queue), min(w.started_at), min(w.seen_at),
      extract(epoch from clock_timestamp() - min(w.seen_at))::double precision, min(w.seen_at) > clock_timestamp() - interval '15 seconds'
    from private.workers as w group by w.process, w.host, w.pid order by w.host, w.pid;
end
$$;
comment on function private.worker_health() is
  'Every worker process with its queues and how long it has been silent; after 15 seconds it counts as dead. For engineers.';

grant execute on function private.sign_of_life(uuid, text, text, integer), private.sign_off(uuid, text) to shiftbot_worker;
grant execute on function private.worker_health() to authenticated;
