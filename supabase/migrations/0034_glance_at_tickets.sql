-- What a list shows of each ticket beside its row: who reported it, since when somebody has waited, how its page stands, the last
-- words. One function for the tickets of a list, as planning this anew for each list would take longer than doing it.
-- Watch: under RLS a condition is no index condition if it may leak, and coalesce() counts as if it may.

create function private.ticket_glances(p_ticket_ids bigint[])
returns table (ticket_id bigint, reporter text, waiting_since timestamptz, page_state text, page_since timestamptz, who text,
               acknowledged_by bigint, leader_ticket_id bigint, snippet text, attachments integer, has_draft boolean)
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan as $$
begin
  return query
    select t.id, (select f.payload ->> 'author_name' from public.ticket_actions as f where f.ticket_id = t.id and f.seq = 1),
      case when t.status <> 'closed' then coalesce((
        -- The oldest of the customer's words that no delivered reply knew of; what was closed unanswered waits no more.
        select a.created_at from public.ticket_actions as a
        where a.ticket_id = t.id and a.event in ('message', 'human_requested', 'feedback_negative')
          and a.seq > (select coalesce(max(r.answers_seq), 0) from public.replies as r
                       where r.ticket_id = t.id and r.state = 'delivered' and r.kind in ('answer', 'public_reply'))
          and not exists (
            select from public.ticket_actions as later where later.ticket_id = t.id and later.seq > a.seq
              and (later.status_after = 'closed' or later.event = 'deleted' and later.refers_to = a.external_id))
        order by a.seq limit 1), page.opened_at) end,
      case when page.id = rung.id then page.state when page.id is not null then 'joined' end, page.opened_at,
      coalesce(holder.name, (
        select string_agg(distinct person.name, ', ') from public.escalation_attempts as ring
        join public.engineers as person on person.id = ring.engineer_id
        where ring.escalation_id = rung.id and ring.batch = rung.batch and ring.kind = 'ring' and rung.state = 'ringing'
          and coalesce(ring.outcome, '') not in ('skipped', 'cancelled', 'failed'))),
      holder.id, case when page.id <> rung.id then rung.ticket_id end,
      coalesce(last.words, ''), coalesce(last.attachments, 0),
      exists (select from public.replies as d where d.ticket_id = t.id and d.state = 'draft')
    from unnest(p_ticket_ids) as wanted (id)
    join public.tickets as t on t.id = wanted.id
    left join public.escalations as page on page.ticket_id = t.id and page.state <> 'resolved'
    -- One that joined, or waits quietly beside a page that somebody has, stands as its leader does.
    left join public.escalations as rung
      on rung.id = case when page.leader_id is null or page.state = 'acknowledged' then page.id else page.leader_id end
    left join public.engineers as holder on holder.id = rung.acknowledged_by and rung.state = 'acknowledged'
    left join lateral (
      select left(a.body, 1000) as words,
        case jsonb_typeof(a.payload -> 'attachments') when 'array' then jsonb_array_length(a.payload -> 'attachments') end as attachments
      from public.ticket_actions as a
      where a.ticket_id = t.id and a.seq <= t.last_said_seq and a.erased_at is null
        and (a.event in ('message', 'edited') or a.event = 'human_requested' and a.body <> '')
        and not exists (
          select from public.ticket_actions as gone where gone.ticket_id = t.id and gone.seq > a.seq and gone.event = 'deleted'
            and gone.refers_to = case when a.event = 'edited' then a.refers_to else a.external_id end)
      order by a.seq desc limit 1) as last on true;
end
$$;
comment on function private.ticket_glances(bigint[]) is
  'Of each of these tickets: who reported it; since when its customer waits for somebody (null: does not); how its page stands and who is rung or '
  'has it; the customer''s last words and how many files came with them; whether a drafted reply waits.';
grant execute on function private.ticket_glances(bigint[]) to authenticated;
