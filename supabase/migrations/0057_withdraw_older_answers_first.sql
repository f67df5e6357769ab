-- A newer answer withdraws the older ones that nobody has begun to send, and does so before it is journaled (laws 3 and 9). When they
-- were found outdated only at their turn to be sent, in a backlog after the newer verdict, their withdrawal moved the ticket from
-- auto_answered back to open; the newer answer then found a ticket that no longer waited for it and was withdrawn as well, and the
-- customer was answered by nobody. A load test with a backlog of replies left one ticket in thirty so.
-- Watch: in `open`, where a verdict comes, a withdrawal stays; that is why it has to come first.

create function private.withdraw_answers(p_ticket_id bigint, p_facts jsonb) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: called by triggers that fire for whoever writes the journal
declare
  withdrawn bigint;
begin
  for withdrawn in
    update public.replies as r set state = 'withdrawn', finished_at = clock_timestamp()
    where r.ticket_id = p_ticket_id and r.kind = 'answer' and r.state = 'pending'
      -- One that a worker has claimed may be there by now.
      and not exists (select from public.reply_attempts as a where a.reply_id = r.id and a.state in ('claimed', 'sent', 'unknown'))
    returning r.id loop
    insert into public.ticket_actions (ticket_id, event, payload) values (p_ticket_id, 'reply_withdrawn',
      jsonb_build_object('facts', jsonb_build_object('reply_id', withdrawn) || p_facts));
  end loop;
end
$$;
comment on function private.withdraw_answers(bigint, jsonb) is 'Withdraws the answers of a ticket that nobody has begun to send, and journals each.';
revoke execute on function private.withdraw_answers(bigint, jsonb) from public;

create or replace function private.overtake_answer() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: engineers append actions, not replies
begin
  perform private.withdraw_answers(new.ticket_id, jsonb_build_object('overtaken_by', new.seq));
  return null;
end
$$;

create function private.answer_anew() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  perform from public.tickets where id = new.ticket_id for update;  -- first, as everywhere
  perform private.withdraw_answers(new.ticket_id, '{}');
  return new;
end
$$;
comment on function private.answer_anew() is 'The bot, or an engineer by its draft, answers anew: older answers that nobody has begun to send are withdrawn first.';
-- By its name it comes before carry_correlation and chain_action, which numbers the row.
create trigger answer_anew before insert on public.ticket_actions
  for each row when (new.event in ('triaged_answer', 'reply_approved')) execute function private.answer_anew();

-- Who was left so is triaged once more: open, judged as far as was said, with an answer withdrawn that nobody's words have overtaken.
with left_alone as (
  update private.triage_state as s set triaged_seq = t.last_said_seq - 1
  from public.tickets as t
  where t.id = s.ticket_id and t.status = 'open' and s.triaged_seq >= t.last_said_seq
    and exists (select from public.replies as r
                where r.ticket_id = t.id and r.kind = 'answer' and r.state = 'withdrawn' and r.answers_seq >= t.last_said_seq)
    and not exists (select from public.ticket_actions as a
                    where a.ticket_id = t.id and a.seq > t.last_said_seq and a.event in ('public_reply', 'reply_approved', 'reopened', 'deescalated'))
  returning t.id, t.last_said_seq
)
select private.enqueue('triage', jsonb_build_object('ticket_id', id, 'seq', last_said_seq)) from left_alone;
