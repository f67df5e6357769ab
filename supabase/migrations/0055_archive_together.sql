-- Many messages that are done are archived in one statement: what a drain of the queue takes is round trips and commits, not work.
-- Watch: only for messages whose record is committed already, or that asked for nothing; law 6 has all others archived with it.

create function private.archive_messages(p_queue text, p_msg_ids bigint[]) returns integer
language sql volatile security definer set search_path = '' as $$  -- definer: workers hold no right on pgmq
  select count(*)::integer from pgmq.archive(p_queue, p_msg_ids)
$$;
comment on function private.archive_messages(text, bigint[]) is 'Done with all of these; returns how many of them nobody else had archived.';
revoke execute on function private.archive_messages(text, bigint[]) from public;
grant execute on function private.archive_messages(text, bigint[]) to shiftbot_worker;
