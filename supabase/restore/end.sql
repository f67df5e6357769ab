-- After the data of a dump: the laws are in force again, and whatever waits to be done is on its queue.

do $$
declare
  every record;
  was text;
  is_now text;
begin
  for every in select c.oid::regclass as name from pg_catalog.pg_class as c
               where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) loop
    execute format('alter table %s enable trigger user', every.name);
  end loop;
  select max(version) into was from supabase_migrations.schema_migrations;
  select max(version) into is_now from pg_temp.migrated;
  if was is distinct from is_now then
    raise exception 'the dump is of migration %, this database of %', coalesce(was, 'none'), coalesce(is_now, 'none')
      using errcode = 'object_not_in_prerequisite_state',
            hint = 'Migrate the fresh database with the version that the dump was made of; upgrade it afterwards.';
  end if;
end
$$;

-- pgmq as an extension keeps its queues out of dumps; everything on them follows from rows. What is there already is left alone,
-- and a message too many finds its work claimed or done.
select private.enqueue('triage', jsonb_build_object('ticket_id', u.ticket_id)) from ops.untriaged_tickets as u
where not exists (select from pgmq.q_triage as q where (q.message ->> 'ticket_id')::bigint = u.ticket_id)
\g /dev/null
select private.enqueue('replies', jsonb_build_object('reply_id', r.id, 'ticket_id', r.ticket_id)) from public.replies as r
where r.state = 'pending' and not exists (select from pgmq.q_replies as q where (q.message ->> 'reply_id')::bigint = r.id)
\g /dev/null
select private.queue_attempt(a, e.ticket_id) from public.escalation_attempts as a
left join public.escalations as e on e.id = a.escalation_id
where a.outcome is null
  and not exists (select from pgmq.q_escalations as q
                  where q.message ->> 'kind' = 'attempt' and (q.message ->> 'attempt_id')::bigint = a.id)
\g /dev/null
select private.enqueue('attachments', jsonb_build_object('attachment_id', f.id, 'ticket_id', f.ticket_id)) from public.attachments as f
where f.state in ('waiting', 'erased')  -- of an erased one the file may still have to be removed
  and not exists (select from pgmq.q_attachments as q where (q.message ->> 'attachment_id')::bigint = f.id)
\g /dev/null
-- `deliveries` is the one queue that follows from no rows: which of them a subscriber has not had is written nowhere else. Where it
-- was kept out, `shiftbot subscriptions replay ID --since TIME` sends them again under the same ids.
