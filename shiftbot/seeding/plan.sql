-- What every ticket of a run is drawn from; temporary, so each connection makes its own.
create temporary table seed_steps as
with steps as (
  select s.story, s.is_closed, e.event, e.seq::integer
  from jsonb_to_recordset(%(stories)s) as s (story integer, is_closed boolean, events text),
    unnest(string_to_array(s.events, ' ')) with ordinality as e (event, seq)
)
select s.story, s.seq, s.event, a.action_type, a.written_by[1] as actor_type,
  private.fold_status(array_agg(s.event) over (partition by s.story order by s.seq)) as status_after,
  private.is_said(a.action_type, s.event, null) as is_said,
  max(s.seq) filter (where private.is_said(a.action_type, s.event, null)) over (partition by s.story order by s.seq) as said_seq,
  case when s.event in ('triaged_answer') then 'answer' when s.event = 'triaged_escalate' then 'hand_off'
    when s.event = 'public_reply' then 'public_reply'
    when s.event in ('feedback_positive', 'feedback_negative', 'human_requested') then 'confirmation' end as reply_kind,
  case lead(s.event) over (partition by s.story order by s.seq)
    when 'reply_delivered' then 'delivered' when 'reply_failed' then 'failed' when 'reply_unknown' then 'unknown' end as reply_state,
  count(*) over (partition by s.story) as length,
  bool_or(s.event = 'call_placed') over (partition by s.story) as is_paged
from steps as s join public.action_events as a using (event);

create temporary table seed_tickets (
  n bigint, ticket_id bigint, story integer, platform public.platform, source_id bigint, chat text, thread text, author text,
  author_name text, engineer_id bigint, severity numeric(4, 3), title text, detail text, correlation text,
  began timestamptz, at timestamptz, head bytea, ring_outcome text);
create index on seed_tickets (story);
analyze seed_steps;
