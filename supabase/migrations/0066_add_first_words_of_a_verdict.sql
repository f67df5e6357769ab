-- The first verdict gives a ticket title and summary, and most tickets have no other: their words are added to those that are there.
-- All of a ticket's first words were put together anew, which took a fifth of recording a verdict (decision 0023).
-- Watch: a title that is changed leaves no word of the old one behind; only then all is put together anew.

create function private.words_of_ticket(t public.tickets) returns tsvector
language plpgsql immutable security invoker set search_path = '' as $$
begin
  return strip(private.words(concat_ws(' ', left(t.title, 1000), left(t.summary, 5000))));
end
$$;
comment on function private.words_of_ticket(public.tickets) is 'What a ticket is found by beside its journal: title and summary, cut to size.';

create or replace function private.keep_words(p_ticket_id bigint, p_block integer) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever writes the journal
begin
  insert into private.ticket_words as w (ticket_id, block, words)
  select p_ticket_id, p_block, coalesce(string_agg(found.words::text, ' '), '')::tsvector  -- stripped: no positions to keep apart
  from (
    select private.words_of_ticket(t) as words from public.tickets as t where t.id = p_ticket_id and p_block = 0
    union all
    select private.words_of_action(a) from public.ticket_actions as a
    where a.ticket_id = p_ticket_id and a.seq between p_block * 32 and p_block * 32 + 31
      and a.event in ('message', 'edited', 'human_requested', 'note', 'public_reply', 'reply_approved')
  ) as found
  on conflict (ticket_id, block) do update set words = excluded.words where w.words is distinct from excluded.words;
end
$$;

create or replace function private.keep_ticket_words() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: fires for whoever moves the ticket
declare
  added tsvector;
begin
  if old.title is null and old.summary is null then
    added := private.words_of_ticket(new);
    insert into private.ticket_words as w (ticket_id, block, words) values (new.id, 0, added)
    on conflict (ticket_id, block) do update set words = w.words || excluded.words where w.words is distinct from w.words || excluded.words;
  else
    perform private.keep_words(new.id, 0);
  end if;
  return null;
end
$$;

revoke execute on function private.words_of_ticket(public.tickets) from public;
