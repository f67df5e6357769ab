-- Slack gives an event up after four tries within six minutes. The webhooks read the channels' own history now and then and record
-- what is not there: these say where to look, since when, and which of what was found is missing.
-- Watch: nothing from before a source was entered or changed last: its settings may have let those messages pass. What was not meant
-- for us when it was said stays so: a ticket that its thread got later does not make it part of a report.

create function private.slack_channels() returns table (chat text, since timestamptz)
language plpgsql stable security definer set search_path = '' as $$  -- definer: the webhooks hold no right on tables
begin
  return query
    select s.external_id, greatest(s.created_at, s.updated_at, now() - interval '1 day') from public.sources as s
    where s.platform = 'slack' and s.is_active and s.external_id <> 'private' and s.external_id not like 'D%'
    order by s.id;
end
$$;
comment on function private.slack_channels() is 'The channels whose history can be read, and from when on what is in it should be recorded.';

create function private.unrecorded(
  p_chat text, p_external_ids text[], p_thread_keys text[], p_sent_at timestamptz[], p_addressed boolean[]) returns setof text
language plpgsql stable security definer set search_path = '' as $$  -- definer: the webhooks hold no right on tables
declare
  only_mentions boolean;
begin
  select s.settings ->> 'intake' = 'mentions' into only_mentions from public.sources as s
  where s.platform = 'slack' and s.external_id = p_chat;
  return query
    with said as materialized (
      select * from unnest(p_external_ids, p_thread_keys, p_sent_at, p_addressed) with ordinality
        as i (external_id, thread_key, sent_at, is_addressed, place))
    select i.external_id from said as i
    where not exists (select from public.ticket_actions as a where a.external_id = i.external_id)
      -- Whoever was addressed goes on listening: what was said in that thread before, now or while nobody heard it.
      and (not coalesce(only_mentions, false) or i.is_addressed
           or exists (select from said as b where b.thread_key = i.thread_key and b.is_addressed and b.sent_at < i.sent_at)
           or exists (select from public.ticket_actions as a
                      where a.external_id = 'slack:' || p_chat || '/' || i.thread_key and a.event = 'message')
           or exists (select from public.tickets as t cross join lateral (
                        select a.* from public.ticket_actions as a where a.ticket_id = t.id and a.event = 'message' order by a.seq limit 1) as a
                      where t.platform = 'slack' and t.chat_external_id = p_chat and t.thread_key = i.thread_key
                        and coalesce((a.payload ->> 'sent_at')::timestamptz, a.created_at) < i.sent_at))
    order by i.place;
end
$$;
comment on function private.unrecorded(text, text[], text[], timestamptz[], boolean[]) is
  'Those of a channel''s messages that no journal has and that were meant for us when they were said, in the given order.';

revoke execute on function private.slack_channels(), private.unrecorded(text, text[], text[], timestamptz[], boolean[]) from public;
grant execute on function private.slack_channels(), private.unrecorded(text, text[], text[], timestamptz[], boolean[]) to shiftbot_ingest;
