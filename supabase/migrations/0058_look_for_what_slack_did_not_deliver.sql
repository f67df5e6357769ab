-- Slack gives an event up after four tries within six minutes. The webhooks read the channels' own history now and then and record
-- what is not there: these say where to look, since when, and which of what was found is missing.
-- Watch: nothing from before a source was entered or changed last: its settings may have let those messages pass.

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

create function private.unrecorded(p_external_ids text[]) returns setof text
language plpgsql stable security definer set search_path = '' as $$  -- definer: the webhooks hold no right on tables
begin
  return query
    select i.external_id from unnest(p_external_ids) with ordinality as i (external_id, place)
    where not exists (select from public.ticket_actions as a where a.external_id = i.external_id)
    order by i.place;
end
$$;
comment on function private.unrecorded(text[]) is 'Those of the messages that no journal has, in the given order.';

revoke execute on function private.slack_channels(), private.unrecorded(text[]) from public;
grant execute on function private.slack_channels(), private.unrecorded(text[]) to shiftbot_ingest;
