-- The tickets of one batch, drawn by lot: who, where, about what, when, and which story they take.
insert into seed_tickets
select d.n, %(first_ticket)s + d.n, d.story, s.platform, s.id, s.external_id,
  case s.platform when 'slack' then extract(epoch from d.began)::bigint || '.' || lpad((d.n %% 1000000)::text, 6, '0')
    else 'seed:' || %(first_ticket)s + d.n end,
  s.platform || ':' || case s.platform when 'slack' then 'U0SEED' || d.who else (700000000 + d.who)::text end,
  (%(authors)s::text[])[1 + d.who %% cardinality(%(authors)s::text[])],
  (%(engineers)s::bigint[])[1 + floor(d.r[1] * cardinality(%(engineers)s::bigint[]))::integer],
  case when d.is_serious then round((0.7 + 0.3 * d.r[2])::numeric, 3) else round((0.69 * d.r[2])::numeric, 3) end,
  initcap(left(surface.it, 1)) || substr(surface.it, 2) || ' ' || trouble.it, detail.it,
  md5('seed:' || %(first_ticket)s + d.n), d.began, d.began, null,
  -- Three of five who have it pressed the key; the others were not reached by this call and took it elsewhere.
  (case when d.is_taken then array['acknowledged', 'acknowledged', 'acknowledged', 'no_answer', 'voicemail']
        else array['no_answer', 'no_answer', 'voicemail', 'busy', 'declined', 'failed'] end)[1 + (d.n %% case when d.is_taken then 5 else 6 end)]
from (
  select n, array[random(), random(), random(), random(), random(), random()] as r,
    (%(lots)s::integer[])[1 + floor(random() * cardinality(%(lots)s::integer[]))::integer] as story,
    -- Few write often and many once: the square of a random number prefers the small ones.
    floor(power(random(), 2) * %(people)s)::integer as who,
    %(begins)s::timestamptz + (n - %(from)s + random()) * (%(ends)s::timestamptz - %(begins)s::timestamptz) / (%(upto)s - %(from)s + 1) as began
  from generate_series(%(from)s::bigint, %(upto)s::bigint) as n offset 0
) as raw
-- A silence of three days cannot have ended yet where the report is younger.
cross join lateral (select case when raw.began > now() - interval '4 days' and exists (
  select from seed_steps as p where p.story = raw.story and p.event = 'feedback_timeout') then %(talkative)s else raw.story end as story) as c
cross join lateral (select raw.n, raw.r, c.story, raw.who, raw.began,
  exists (select from seed_steps as p where p.story = c.story and p.event = 'triaged_escalate') as is_serious,
  exists (select from seed_steps as p where p.story = c.story and p.event = 'acknowledged') as is_taken) as d
cross join lateral (select (%(surfaces)s::text[])[1 + floor(d.r[3] * cardinality(%(surfaces)s::text[]))::integer] as it) as surface
cross join lateral (select (%(troubles)s::text[])[1 + floor(d.r[4] * cardinality(%(troubles)s::text[]))::integer] as it) as trouble
cross join lateral (select (%(details)s::text[])[1 + floor(d.r[5] * cardinality(%(details)s::text[]))::integer] as it) as detail
join public.sources as s on s.id = (%(sources)s::bigint[])[1 + floor(power(d.r[6], 2) * cardinality(%(sources)s::bigint[]))::integer];
