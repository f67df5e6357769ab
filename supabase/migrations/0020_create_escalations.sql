-- Pages and their attempts (law 7): due times are rows. One open escalation per ticket; in a storm the tickets that follow
-- join the one that rings. Who is rung, by what, and what became of it is one row of escalation_attempts each.
-- Lock order everywhere: ticket, then its escalation, then its attempts; a transaction that waits holds one ticket only.

create table public.escalations (
  id bigint generated always as identity primary key,
  ticket_id bigint references public.tickets (id),
  tested_engineer_id bigint references public.engineers (id),
  state text not null default 'ringing',
  leader_id bigint references public.escalations (id),
  step integer not null default 0,
  cycle integer not null default 1,
  batch integer not null default 0,
  due_at timestamptz,
  on_call_id bigint,  -- no foreign key: it is only compared
  cycle_started_at timestamptz not null default clock_timestamp(),
  opened_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  acknowledged_by bigint references public.engineers (id),
  acknowledged_at timestamptz,
  ack_expires_at timestamptz,
  reminded_at timestamptz,
  constraint escalation_state_is_known check (state in ('ringing', 'joined', 'acknowledged', 'resolved')),
  constraint escalation_is_of_a_ticket_or_a_test check ((ticket_id is null) = (tested_engineer_id is not null)),
  constraint ringing_escalation_knows_when_next check (state <> 'ringing' or due_at is not null),
  constraint joined_escalation_has_a_leader check (state <> 'joined' or leader_id is not null),
  constraint escalation_does_not_lead_itself check (leader_id <> id),
  constraint acknowledged_escalation_knows_when check (state <> 'acknowledged' or acknowledged_at is not null)
);
alter table public.escalations enable row level security;
create unique index one_open_escalation_per_ticket on public.escalations (ticket_id) where state <> 'resolved';
create index escalations_ticket_id_idx on public.escalations (ticket_id);
create index escalations_leader_id_idx on public.escalations (leader_id) where leader_id is not null;
create index escalations_acknowledged_by_idx on public.escalations (acknowledged_by) where acknowledged_by is not null;
create index escalations_tested_engineer_id_idx on public.escalations (tested_engineer_id) where tested_engineer_id is not null;
-- The sweep reads these and never the many that are over.
create index escalations_due_idx on public.escalations (due_at) where state = 'ringing';
create index escalations_joined_idx on public.escalations (id) where state = 'joined';
create index escalations_ack_idx on public.escalations (ack_expires_at) where state = 'acknowledged';
create index escalations_acknowledged_at_idx on public.escalations (acknowledged_at) where state = 'acknowledged';
comment on table public.escalations is 'One page per row: the ticket it is about, how far its steps are, when the next begins, who has it.';
comment on column public.escalations.due_at is 'When the next step begins; moved by the sweep, never by a timer.';
comment on column public.escalations.leader_id is 'The page this ticket joined; a ringing one with a leader waits quietly until due_at.';
comment on column public.escalations.on_call_id is
  'Who was on call when the last step began: once it is somebody else, the page starts over with that one.';
comment on column public.escalations.batch is 'Number of the last group of steps begun together.';

create table public.escalation_attempts (
  id bigint generated always as identity primary key,
  escalation_id bigint references public.escalations (id),
  engineer_id bigint references public.engineers (id),
  kind text not null default 'ring',
  method public.escalation_method not null,
  step integer not null default 0,
  cycle integer not null default 1,
  batch integer not null default 0,
  ring_seconds integer not null default 30,
  due_at timestamptz not null default clock_timestamp(),
  claimed_at timestamptz,
  in_hand_until timestamptz,
  tries integer not null default 0,
  outcome text,
  outcome_at timestamptz,
  ended_at timestamptz,
  external_id text,
  detail text,
  note text,
  notice_key text,
  token_hash bytea,
  link_used_at timestamptz,
  call_turn integer not null default 0,
  call_turn_at timestamptz,
  constraint attempt_kind_is_ring_or_notice check (kind in ('ring', 'notice')),
  constraint ring_belongs_to_an_escalation check (kind = 'notice' or escalation_id is not null),
  constraint attempt_reaches_somebody check (engineer_id is not null or method = 'webhook'),
  constraint attempt_outcome_is_known check (outcome in (
    'attempted', 'delivered', 'ringing', 'answered', 'voicemail', 'declined', 'no_answer', 'busy', 'failed', 'acknowledged',
    'unknown', 'skipped', 'cancelled')),
  constraint notice_is_sent_once unique (notice_key),
  constraint attempt_token_is_its_own unique (token_hash)
);
alter table public.escalation_attempts enable row level security;
create index escalation_attempts_escalation_id_idx on public.escalation_attempts (escalation_id, batch);
create index escalation_attempts_engineer_id_idx on public.escalation_attempts (engineer_id, claimed_at desc);
create index escalation_attempts_in_hand_idx on public.escalation_attempts (in_hand_until) where in_hand_until is not null;
comment on table public.escalation_attempts is 'Every ring and every quiet notice to one engineer: due, claimed, and what became of it.';
comment on column public.escalation_attempts.outcome is 'Null until claimed; attempted, delivered, ringing and answered may still become something else.';
comment on column public.escalation_attempts.in_hand_until is 'A worker or a provider owes news until then; after it the outcome is unknown.';
comment on column public.escalation_attempts.ended_at is 'When a call that was answered was hung up without a key.';
comment on column public.escalation_attempts.token_hash is 'sha256 of the secret in this attempt''s links and callback addresses.';

create table private.paging_secret (
  id boolean primary key default true,
  secret bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
  constraint paging_secret_is_one_row check (id)
);
alter table private.paging_secret enable row level security;
insert into private.paging_secret default values;
comment on table private.paging_secret is 'What attempt tokens are derived from, so that none is stored and a retry has the same one.';

create function private.attempt_token(p_attempt_id bigint) returns text
language plpgsql stable security definer set search_path = '' as $$  -- definer: nobody reads the secret
begin  -- plpgsql keeps the plan; as an sql function it would be planned for every ring
  return (select encode(sha256(secret || convert_to('attempt:' || p_attempt_id, 'UTF8')), 'hex') from private.paging_secret);
end
$$;
comment on function private.attempt_token(bigint) is 'The secret of one attempt, for its links and callback addresses.';

create function private.hash_attempt_token() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: the token is derived from the secret
begin
  new.token_hash := sha256(convert_to(private.attempt_token(new.id), 'UTF8'));
  return new;
end
$$;
comment on function private.hash_attempt_token() is 'Lets an attempt be found by its token without storing it.';
create trigger hash_attempt_token before insert on public.escalation_attempts
  for each row execute function private.hash_attempt_token();

create function private.is_over(p_attempt public.escalation_attempts) returns boolean
language sql immutable security invoker set search_path = '' as $$
  select p_attempt.ended_at is not null or coalesce(p_attempt.outcome in (
    'voicemail', 'declined', 'no_answer', 'busy', 'failed', 'acknowledged', 'unknown', 'skipped', 'cancelled'), false)
$$;
comment on function private.is_over(public.escalation_attempts) is 'Whether nothing more is to be expected of an attempt.';

create function private.journal_page(p_escalation public.escalations, p_event text, p_facts jsonb, p_content jsonb default '{}')
returns void
language plpgsql security definer set search_path = '' as $$  -- definer: programs append nothing themselves
begin
  if p_escalation.ticket_id is not null then  -- a test page has no ticket and so no journal
    insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)
    values (p_escalation.ticket_id, p_event, 'system', 'paging', jsonb_strip_nulls(
      p_content || jsonb_build_object('facts', p_facts || jsonb_build_object('escalation_id', p_escalation.id))));
  end if;
end
$$;
comment on function private.journal_page(public.escalations, text, jsonb, jsonb) is 'Writes what paging did into the journal of the page''s ticket.';

create function private.attempt_facts(p_attempt public.escalation_attempts) returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select jsonb_strip_nulls(jsonb_build_object('attempt_id', p_attempt.id, 'method', p_attempt.method,
    'engineer_id', p_attempt.engineer_id, 'step', p_attempt.step, 'cycle', p_attempt.cycle, 'outcome', p_attempt.outcome))
$$;
comment on function private.attempt_facts(public.escalation_attempts) is 'An attempt as the journal tells it: method, person, step and outcome.';

grant select on public.escalations, public.escalation_attempts to authenticated;
create policy "Engineers read pages" on public.escalations for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read attempts" on public.escalation_attempts for select to authenticated using ((select private.is_engineer()));
