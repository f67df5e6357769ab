-- Listing and finding tickets, fast with a thousand open and a million closed ones. Under RLS a status is no index condition,
-- because comparing enums may leak; the predicate of a partial index still serves. Words are kept per ticket and not per message,
-- so that a search finds those that say "export" in one message and "invoice" in another.
-- Watch: what is indexed is cut to size first: a tsvector holds a megabyte, and no customer's message may ever fail to be recorded.

create index tickets_unclosed_idx on public.tickets (updated_at desc, id desc) where status <> 'closed';
create index tickets_closed_idx on public.tickets (updated_at desc, id desc) where status = 'closed';
-- Nulls last, though there are none: an order of their own, for which the planner cannot take the index above and then look through a
-- million tickets for the few of one source.
create index tickets_closed_of_source_idx on public.tickets (source_id, updated_at desc nulls last, id desc nulls last)
  where status = 'closed';
create index tickets_closed_of_engineer_idx on public.tickets (assigned_engineer_id, updated_at desc nulls last, id desc nulls last)
  where status = 'closed' and assigned_engineer_id is not null;
-- Serves what the one it replaces served, and lists all tickets in the order of their activity too.
drop index public.tickets_updated_at_idx;
create index tickets_updated_at_idx on public.tickets (updated_at desc, id desc);

create function private.require_engineer() returns void
language plpgsql stable security invoker set search_path = '' as $$
begin
  if not private.is_engineer() then
    raise exception 'only an active engineer sees or does this' using errcode = 'insufficient_privilege',
      hint = 'The sign-in must belong to an active row of engineers; an admin adds or activates it.';
  end if;
end
$$;
comment on function private.require_engineer() is 'Refuses whoever is no active engineer.';

create table private.ticket_words (
  ticket_id bigint not null references public.tickets (id),
  block integer not null,
  words tsvector not null,
  primary key (ticket_id, block)
);
alter table private.ticket_words enable row level security;
-- A small pending list: whoever fills it empties it, and that may be a customer's message.
create index ticket_words_words_idx on private.ticket_words using gin (words) with (gin_pending_list_limit = 512);
comment on table private.ticket_words is
  'The words of title, summary and messages by which a ticket is found; a row per 32 journal rows, so that long tickets stay cheap.';

create function private.words(p_text text) returns tsvector
language plpgsql immutable security invoker set search_path = '' as $$
begin  -- plpgsql keeps the plan
  -- Punctuation parts words, whatever Postgres' parser makes of paths, addresses, versions and signed numbers.
  return to_tsvector('simple', translate(p_text, $chars$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~$chars$, repeat(' ', 32)));
end
$$;
comment on function private.words(text) is 'A text as the words by which it is found.';

create function private.words_of_action(a public.ticket_actions) returns tsvector
language plpgsql immutable security invoker set search_path = '' as $$
begin
  -- 32 of these, in whatever script, fit into one tsvector.
  return strip(private.words(concat_ws(' ', left(a.payload ->> 'author_name', 200), left(a.body, 7000))));
end
$$;
comment on function private.words_of_action(public.ticket_actions) is 'What a journal row is found by: who wrote and what, the first 7,000 characters of it.';

create function private.keep_words(p_ticket_id bigint, p_block integer) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  insert into private.ticket_words as w (ticket_id, block, words)
  select p_ticket_id, p_block, coalesce(string_agg(found.words::text, ' '), '')::tsvector  -- stripped: no positions to keep apart
  from (
    select strip(private.words(concat_ws(' ', left(t.title, 1000), left(t.summary, 5000)))) as words
    from public.tickets as t where t.id = p_ticket_id and p_block = 0
    union all
    select private.words_of_action(a) from public.ticket_actions as a
    where a.ticket_id = p_ticket_id and a.seq between p_block * 32 and p_block * 32 + 31
      and a.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved')
  ) as found
  on conflict (ticket_id, block) do update set words = excluded.words where w.words is distinct from excluded.words;
end
$$;
comment on function private.keep_words(bigint, integer) is
  'Writes down anew by which words 32 journal rows of a ticket are found, the first ones with title and summary too.';

create function private.add_words() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  insert into private.ticket_words as w (ticket_id, block, words) values (new.ticket_id, new.seq / 32, private.words_of_action(new))
  on conflict (ticket_id, block) do update set words = w.words || excluded.words where w.words is distinct from w.words || excluded.words;
  return null;
end
$$;
comment on function private.add_words() is 'What was said can be found.';
create trigger add_words after insert on public.ticket_actions
  for each row when (new.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved'))
  execute function private.add_words();

create function private.keep_ticket_words() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever moves the ticket
begin
  perform private.keep_words(new.id, 0);
  return null;
end
$$;
comment on function private.keep_ticket_words() is 'Title and summary can be found.';
create trigger keep_words_insert after insert on public.tickets
  for each row when (coalesce(new.title, new.summary) is not null) execute function private.keep_ticket_words();
create trigger keep_words_update after update of title, summary on public.tickets
  for each row when ((old.title, old.summary) is distinct from (new.title, new.summary)) execute function private.keep_ticket_words();

create function private.forget_words() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires within erase_content
begin
  perform private.keep_words(touched.ticket_id, touched.block)
  from (select distinct e.ticket_id, e.seq / 32 as block from erased_rows as e) as touched;
  return null;
end
$$;
comment on function private.forget_words() is 'Erased words are not found any more.';
create trigger forget_words after update on public.ticket_actions
  referencing new table as erased_rows
  for each statement execute function private.forget_words();

create function private.search_query(p_text text) returns tsquery
language sql immutable security invoker set search_path = '' as $$
  -- What is left of the text holds no quote and no operator, so it cannot be malformed. The last word may be a beginning;
  -- of a single letter it would be the beginning of nearly everything.
  select string_agg('''' || w.lexeme || '''' || case when w.place = w.last_place and length(w.lexeme) > 1 then ':*' else '' end, ' & ')::tsquery
  from (select u.lexeme, u.positions[cardinality(u.positions)] as place, max(u.positions[cardinality(u.positions)]) over () as last_place
        from unnest(private.words(left(p_text, 200))) as u) as w
$$;
comment on function private.search_query(text) is 'All words of a text, the last one as a prefix; null where it has none.';

create function private.newest_with_words(p_query tsquery, p_depth integer, p_limit integer, p_statuses public.ticket_status[])
returns bigint[]
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$  -- definer: called within search_tickets only
begin
  if 'closed' = any (p_statuses) then
    return array(select t.id from (select * from public.tickets order by updated_at desc, id desc limit p_depth) as t
      where t.status = any (p_statuses)
        and exists (select from private.ticket_words as w where w.ticket_id = t.id and w.words @@ p_query)
      order by t.updated_at desc, t.id desc limit p_limit);
  end if;
  return array(select t.id from (select * from public.tickets where status <> 'closed' order by updated_at desc, id desc limit p_depth) as t
    where t.status = any (p_statuses)
      and exists (select from private.ticket_words as w where w.ticket_id = t.id and w.words @@ p_query)
    order by t.updated_at desc, t.id desc limit p_limit);
end
$$;
comment on function private.newest_with_words(tsquery, integer, integer, public.ticket_status[]) is
  'Looks for words in so many tickets, those that moved last, one after the other; ends as soon as it has enough.';

create function private.search_tickets(p_text text, p_limit integer, p_statuses public.ticket_status[] default null) returns setof bigint
language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$  -- definer: engineers hold no right on the words
declare
  query tsquery := private.search_query(p_text);
  statuses public.ticket_status[] := coalesce(p_statuses, enum_range(null::public.ticket_status));
  number bigint := substring(p_text from '^[[:space:]]*#?([0-9]{1,18})[[:space:]]*$')::bigint;
  enough integer := greatest(least(coalesce(p_limit, 0), 5000), 0);
  found_ids bigint[] := case when query is not null then private.newest_with_words(query, 5000, enough, statuses) end;
  rare_ids bigint[];
begin
  perform private.require_engineer();
  return query select t.id from public.tickets as t where t.id = number and t.status = any (statuses) and enough > 0;
  enough := enough - found::integer;
  if query is not null and cardinality(found_ids) < enough and ('closed' = any (statuses) or exists (
       select from (select updated_at from public.tickets where status <> 'closed' order by updated_at desc, id desc offset 5000 limit 1) as more)) then
    -- Rare words are all found at once by their index. Of common ones it would give half a million: the newest are looked for instead.
    rare_ids := array(select w.ticket_id from private.ticket_words as w where w.words @@ query limit 5001);
    if cardinality(rare_ids) > 5000 then
      found_ids := private.newest_with_words(query, 50000, enough, statuses);
    end if;
    if cardinality(found_ids) < enough then
      found_ids := found_ids || rare_ids;
    end if;
  end if;
  return query select t.id from public.tickets as t
    where t.id = any (found_ids) and t.status = any (statuses) and t.id is distinct from number
    order by t.updated_at desc, t.id desc limit enough;
end
$$;
comment on function private.search_tickets(text, integer, public.ticket_status[]) is
  'The tickets that have all these words, the last one as a prefix, newest activity first; "42" and "#42" begin with ticket 42. For engineers.';

create function private.ticket_counts() returns table (status public.ticket_status, tickets bigint, is_capped boolean)
language plpgsql stable security definer set search_path = '' as $$  -- definer: under RLS a status is no index condition
begin
  perform private.require_engineer();
  return query
    select s.status, least(c.n, 10000), c.n > 10000
    from unnest(enum_range(null::public.ticket_status)) as s (status)
    cross join lateral (select count(*) as n from (  -- from tickets_status_idx alone
      select from public.tickets as t where t.status = s.status limit 10001) as first) as c
    order by s.status;
end
$$;
comment on function private.ticket_counts() is 'How many tickets are in each status; counted up to 10,000, beyond it is_capped says so. For engineers.';

grant execute on function private.search_tickets(text, integer, public.ticket_status[]), private.ticket_counts() to authenticated;

-- The tickets that were there before.
select private.keep_words(known.ticket_id, known.block)
from (select t.id as ticket_id, 0 as block from public.tickets as t
      union select a.ticket_id, a.seq / 32 from public.ticket_actions as a) as known;
