-- "Erase this person": everything that one account of Telegram or Slack said, in every ticket, and what repeats it. The chain stays
-- valid and says that it happened. In a ticket of theirs alone every word goes; where others took part, theirs, all that the bot made
-- of it, and whatever names or quotes them. What no database can remove is reported, for a human to remove.
-- Watch: it waits for one ticket only; of those that others hold at that moment it says so in `remaining`, and is called again.

create function private.require_admin() returns void
language plpgsql stable security invoker set search_path = '' as $$
begin
  if private.database_identity() = 'authenticated' and not private.is_admin() then
    raise exception 'only an admin does this' using errcode = 'insufficient_privilege',
      hint = 'Ask an engineer with is_admin, or use the command line with the owner''s login.';
  end if;
end
$$;
comment on function private.require_admin() is 'Refuses whoever signed in and is no admin.';

create function private.tickets_of_person(p_person text) returns bigint[]
language sql stable security definer set search_path = '' as $$  -- definer: called within erase_person only
  select coalesce(array_agg(found.ticket_id order by found.ticket_id), '{}') from (
    select a.ticket_id from public.ticket_actions as a where a.actor = p_person and a.event = 'message'  -- by its index
    union
    select a.ticket_id from public.ticket_actions as a where a.actor = p_person and a.actor_type = 'customer' and a.event <> 'message'
  ) as found
$$;
comment on function private.tickets_of_person(text) is 'The tickets in which an account still says something.';

create function private.names_of_person(p_ticket_id bigint, p_person text) returns text[]
language sql stable security definer set search_path = '' as $$  -- definer: called within erase_person only
  select array_agg(distinct lower(n.name)) from (
    select split_part(p_person, ':', 2) as name
    union all
    select u.name from public.ticket_actions as a
    cross join lateral (values (a.payload ->> 'author_name'), (a.payload ->> 'username'), (a.payload ->> 'signature')) as u (name)
    where a.ticket_id = p_ticket_id and a.actor = p_person
  ) as n where length(n.name) >= 3
$$;
comment on function private.names_of_person(bigint, text) is 'By what an account is called in a ticket: its id, names and handle.';

create function private.rows_about_person(p_ticket_id bigint, p_person text) returns integer[]
language plpgsql stable security definer set search_path = '' as $$  -- definer: called within erase_person only
declare
  names text[] := private.names_of_person(p_ticket_id, p_person);
  is_alone boolean := not exists (select from public.ticket_actions as a
    where a.ticket_id = p_ticket_id and a.actor_type = 'customer' and a.actor not in (p_person, 'erased'));
begin
  return array(
    select a.seq from public.ticket_actions as a
    where a.ticket_id = p_ticket_id and a.erased_at is null and a.event <> 'content_erased'
      and not (a.actor_type = 'system' and a.body is null and a.payload - 'facts' = '{}')  -- holds nobody's words
      and (is_alone or a.actor = p_person or a.actor_type = 'bot' or a.event = 'ticket_edited'
        or exists (select from unnest(names) as n (name)
                   where position(n.name in lower(concat_ws(' ', a.body, (a.payload - 'facts')::text))) > 0)
        or a.payload ?| array['quote', 'external_reply'] and a.refers_to in (
          select said.external_id from public.ticket_actions as said where said.ticket_id = p_ticket_id and said.actor = p_person))
    order by a.seq);
end
$$;
comment on function private.rows_about_person(bigint, text) is
  'Which rows of a ticket go with a person: all where nobody else reported, else theirs, the bot''s, and those that name or quote them.';

create function private.left_on_platforms(p_ticket_id bigint, p_person text) returns jsonb
language sql stable security definer set search_path = '' as $$  -- definer: called within erase_person only
  select jsonb_build_object(
    'said', coalesce((select jsonb_agg(a.external_id order by a.seq) from public.ticket_actions as a
      where a.ticket_id = p_ticket_id and a.actor = p_person and a.event = 'message' and a.external_id is not null), '[]'),
    'answered', coalesce((select jsonb_agg(s.external_id order by s.id)
      from public.replies as r join public.reply_attempts as s on s.reply_id = r.id
      where r.ticket_id = p_ticket_id and s.external_id is not null), '[]'),
    'paged', coalesce((select jsonb_agg(jsonb_build_object('method', p.method, 'to', g.name, 'at', p.claimed_at) order by p.id)
      from public.escalations as e join public.escalation_attempts as p on p.escalation_id = e.id
      left join public.engineers as g on g.id = p.engineer_id
      where e.ticket_id = p_ticket_id and p.claimed_at is not null and p.method not in ('telegram_call', 'phone_call')), '[]'))
$$;
comment on function private.left_on_platforms(bigint, text) is
  'What erasing cannot reach: the person''s messages, our answers to them, and what engineers were sent about the ticket.';

create function private.mentions_of_person(p_person text, p_handles text[]) returns bigint[]
language sql stable security definer set search_path = '' as $$  -- definer: called within erase_person only
  -- By what is nobody else's: a Slack id or a Telegram handle. A name would find every Anna.
  select coalesce(array_agg(distinct w.ticket_id order by w.ticket_id), '{}')
  from unnest(p_handles || case when p_person like 'slack:%' then array[split_part(p_person, ':', 2)] else '{}' end) as h (handle)
  join private.ticket_words as w on w.words @@ plainto_tsquery('simple', translate(h.handle, '_', ' '))
$$;
comment on function private.mentions_of_person(text, text[]) is 'Tickets in which somebody else wrote a person''s handle; a human looks at them.';

create function private.erase_person(p_person text, p_reason text, p_dry_run boolean default false, p_at_most integer default null)
returns jsonb
language plpgsql security definer set search_path = '' as $$  -- definer: admins and the owner touch no journal row themselves
declare
  ticket_ids bigint[];
  touched bigint;
  seqs integer[];
  handles text[] := '{}'::text[];
  report jsonb := '[]'::jsonb;
begin
  perform private.require_admin();
  if p_person !~ '^(telegram:-?[0-9]{1,20}|slack:[A-Z0-9]{2,30})$' or p_person is null then
    raise exception 'a person is named as telegram:12345 or slack:U024BE7LH' using errcode = 'check_violation',
      constraint = 'person_is_an_account', hint = 'The id is on the ticket: `shiftbot tickets NUMBER` shows who said what.';
  end if;
  if coalesce(p_reason, '') !~ '[^[:space:]]' then
    raise exception 'an erasure needs a reason' using errcode = 'check_violation', constraint = 'erasure_has_a_reason',
      hint = 'The journal keeps it for ever: name the request and its date, not the person.';
  end if;
  ticket_ids := private.tickets_of_person(p_person);
  foreach touched in array ticket_ids loop
    exit when jsonb_array_length(report) >= p_at_most;
    if not p_dry_run then
      if report = '[]' then
        perform from public.tickets where id = touched for update;
      else
        continue when not private.try_lock_ticket(touched);  -- whoever holds several tickets waits for nobody
      end if;
    end if;
    seqs := private.rows_about_person(touched, p_person);
    handles := handles || array(select distinct a.payload ->> 'username' from public.ticket_actions as a
      where a.ticket_id = touched and a.actor = p_person and a.payload ->> 'username' <> '');
    report := report || jsonb_build_array(jsonb_build_object('ticket_id', touched, 'left', private.left_on_platforms(touched, p_person),
      'files', (select count(*) from public.attachments as f where f.ticket_id = touched and f.seq = any (seqs) and f.state <> 'erased'),
      'rows', case when p_dry_run then cardinality(seqs) else private.erase_content(touched, p_reason, seqs) end));
  end loop;
  return jsonb_build_object('is_dry_run', p_dry_run, 'tickets', report,
    'remaining', cardinality(ticket_ids) - jsonb_array_length(report),
    'mentioned_in', to_jsonb(array(select m from unnest(private.mentions_of_person(p_person, handles)) as m
                                   where m <> all (ticket_ids))));
end
$$;
comment on function private.erase_person(text, text, boolean, integer) is
  'Erases what an account of a platform said, in every ticket, and what repeats it; reports what it did and what is left elsewhere. For admins and the owner; call again while `remaining` is not 0.';

grant execute on function private.require_admin(), private.erase_person(text, text, boolean, integer) to authenticated;
