-- One id from the webhook to the call: whoever records a report hands in `correlation_id`, and every row and queue message that
-- follows from it carries it on, so that one search through the logs of all processes tells the whole story.
-- Watch: it is a fact (no person's words), so that it survives erasure. A page keeps the id it began with, whatever is said meanwhile.

alter table public.escalations add column correlation_id text;
comment on column public.escalations.correlation_id is 'The chain of causes that led to this page: what its rings and their outcomes are logged with.';

create function private.correlation_of_ticket(p_ticket_id bigint) returns text
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
  select a.payload #>> '{facts,correlation_id}' from public.ticket_actions as a where a.ticket_id = p_ticket_id order by a.seq desc limit 1
$$;
comment on function private.correlation_of_ticket(bigint) is 'The chain of causes that a ticket''s last journal row belongs to.';

create function private.correlation_of_attempt(p_attempt_id bigint) returns text
language sql stable security definer set search_path = '' as $$  -- definer: programs hold no right on tables
  select e.correlation_id from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id where a.id = p_attempt_id
$$;
comment on function private.correlation_of_attempt(bigint) is 'The chain of causes that led to a ring.';

create function private.carry_correlation() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: whoever appends may not read the journal
declare
  id text := new.payload ->> 'correlation_id';
begin
  new.payload := coalesce(new.payload, '{}') - 'correlation_id';
  if id is null or id !~ '^[0-9a-f]{32}$' or private.database_identity() = 'authenticated' then  -- people continue a chain, they begin none
    id := coalesce(private.correlation_of_attempt(substring(new.payload #>> '{facts,attempt_id}' from '^[0-9]{1,18}$')::bigint),
                   private.correlation_of_ticket(new.ticket_id));
  end if;
  if id is not null and jsonb_typeof(coalesce(new.payload -> 'facts', '{}')) = 'object' then
    new.payload := new.payload || jsonb_build_object(
      'facts', coalesce(new.payload -> 'facts', '{}') || jsonb_build_object('correlation_id', id));
  end if;
  return new;
end
$$;
comment on function private.carry_correlation() is 'Puts a row into the chain of causes it was handed, its ring''s, or that of the row before.';
-- By its name it comes before chain_action, which hashes the row.
create trigger carry_correlation before insert on public.ticket_actions
  for each row execute function private.carry_correlation();

create function private.correlate_page() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: pages are opened by whoever moves the ticket
begin
  new.correlation_id := coalesce(private.correlation_of_ticket(new.ticket_id), replace(gen_random_uuid()::text, '-', ''));
  return new;
end
$$;
comment on function private.correlate_page() is 'A page belongs to the chain of its ticket''s last row; one without (a test) begins its own.';
create trigger correlate_page before insert on public.escalations
  for each row execute function private.correlate_page();

create or replace function private.enqueue(p_queue text, p_message jsonb, p_delay_seconds integer default 0) returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: writers hold no right on pgmq
declare
  id bigint;
  correlation text;
begin
  if jsonb_typeof(p_message) = 'object' and not p_message ? 'correlation_id' then
    correlation := coalesce(
      private.correlation_of_attempt(substring(p_message ->> 'attempt_id' from '^[0-9]{1,18}$')::bigint),
      private.correlation_of_ticket(substring(p_message ->> 'ticket_id' from '^[0-9]{1,18}$')::bigint));
    p_message := p_message || jsonb_strip_nulls(jsonb_build_object('correlation_id', correlation));
  end if;
  select s into id from pgmq.send(p_queue, p_message, p_delay_seconds) as s;
  if p_delay_seconds = 0
     and exists (select from private.queues where name = p_queue and idle_until > clock_timestamp()) then
    perform pg_notify('shiftbot_' || p_queue, '');
  end if;
  return id;
end
$$;

grant execute on function private.correlation_of_ticket(bigint), private.correlation_of_attempt(bigint) to shiftbot_ingest;
