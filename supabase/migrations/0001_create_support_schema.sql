-- The nouns of the product: who reports (sources), who answers (engineers), what it is about (tickets), what happened
-- (ticket_actions) and the settings that the triggers read. Behaviour follows in later files, one concern each.
-- Watch: `alter default privileges` is global on purpose, its per-schema form does not take execute away from public.

create schema if not exists private;
create schema if not exists ops;
revoke all on schema private, ops from public;

alter default privileges revoke execute on functions from public;

-- Programs act as these roles, whichever login they came in with; a login is attached at deploy, so no password is in git.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'shiftbot_ingest') then
    create role shiftbot_ingest nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'shiftbot_worker') then
    create role shiftbot_worker nologin noinherit;
  end if;
  -- From Postgres 16 on, whoever creates a role administers it but may not become it.
  execute format('grant shiftbot_ingest, shiftbot_worker to %I', current_user);
end
$$;

create type public.platform as enum ('telegram', 'slack');
create type public.ticket_status as enum
  ('open', 'auto_answered', 'awaiting_feedback', 'escalation_pending', 'escalated', 'closed');
create type public.action_type as enum
  ('user_message', 'llm_answer', 'escalation_call', 'engineer_note', 'system_update');
create type public.actor_type as enum ('customer', 'bot', 'engineer', 'system');
create type public.escalation_method as enum
  ('telegram_call', 'phone_call', 'sms', 'email', 'telegram_message', 'slack_message', 'webhook');

create table public.sources (
  id bigint generated always as identity primary key,
  platform public.platform not null,
  external_id text not null,
  name text not null,
  is_active boolean not null default true,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint source_is_listed_once unique (platform, external_id),
  constraint source_has_an_id_and_a_name check (external_id <> '' and name <> ''),
  constraint intake_is_all_or_mentions check (coalesce(settings ->> 'intake', 'all') in ('all', 'mentions')),
  constraint reply_mode_is_auto_draft_or_off
    check (coalesce(settings ->> 'reply_mode', 'auto') in ('auto', 'draft', 'off')),
  constraint after_close_is_new_ticket_or_reopen
    check (coalesce(settings ->> 'after_close', 'new_ticket') in ('new_ticket', 'reopen')),
  constraint merge_window_is_zero_or_more_seconds
    check (coalesce((settings ->> 'merge_window_seconds')::numeric, 0) between 0 and 86400),
  constraint source_threshold_is_between_0_and_1
    check (coalesce((settings ->> 'escalation_threshold')::numeric, 0) between 0 and 1)
);
alter table public.sources enable row level security;
comment on table public.sources is
  'The monitored groups, channels and chats, mirrored from sources.json; external_id "private" stands for all private chats.';

create table public.engineers (
  id bigint generated always as identity primary key,
  user_id uuid,
  name text not null,
  email text not null,
  telegram_handle text,
  telegram_user_id bigint,
  slack_user_id text,
  phone text,
  is_on_call boolean not null default false,
  is_active boolean not null default true,
  is_admin boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint engineer_has_a_name check (name <> ''),
  constraint engineer_email_looks_like_one check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  constraint engineer_phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint engineer_telegram_handle_has_no_at check (telegram_handle ~ '^[A-Za-z0-9_]{4,32}$'),
  constraint engineer_slack_id_looks_like_one check (slack_user_id ~ '^[UW][A-Z0-9]+$'),
  constraint engineer_user_is_one_person unique (user_id),
  constraint engineer_telegram_is_one_person unique (telegram_user_id),
  constraint engineer_slack_is_one_person unique (slack_user_id)
);
alter table public.engineers enable row level security;
create unique index engineers_email_idx on public.engineers (lower(email));
comment on table public.engineers is 'The people who answer: sign-in e-mail, contact data, and whether they are on call.';
comment on column public.engineers.user_id is 'auth.users id; empty until known, then the sign-in must match it and not only the e-mail.';

create table public.tickets (
  id bigint generated always as identity primary key,
  platform public.platform not null,
  source_id bigint not null references public.sources (id),
  chat_external_id text not null,
  thread_key text not null,
  status public.ticket_status not null default 'open',
  severity numeric(4, 3),
  title text,
  summary text,
  language text,
  opened_by text not null,
  assigned_engineer_id bigint references public.engineers (id),
  parent_ticket_id bigint references public.tickets (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_action_seq integer not null default 0,
  last_said_seq integer not null default 0,
  head_hash bytea,
  constraint severity_is_between_0_and_1 check (severity between 0 and 1),
  constraint ticket_is_not_its_own_parent check (parent_ticket_id <> id)
);
alter table public.tickets enable row level security;
-- By chat and not by source: a chat keeps its threads when it moves to another row of sources.
create unique index one_unclosed_ticket_per_thread
  on public.tickets (platform, chat_external_id, thread_key) where status <> 'closed';
create index tickets_thread_idx on public.tickets (platform, chat_external_id, thread_key, id);
create index tickets_source_id_idx on public.tickets (source_id);
create index tickets_status_idx on public.tickets (status, updated_at desc);
create index tickets_updated_at_idx on public.tickets (updated_at);
create index tickets_assigned_engineer_id_idx on public.tickets (assigned_engineer_id) where assigned_engineer_id is not null;
create index tickets_parent_ticket_id_idx on public.tickets (parent_ticket_id) where parent_ticket_id is not null;
comment on table public.tickets is 'One row per bug thread; status and the journal columns are moved by ticket_actions.';
comment on column public.tickets.chat_external_id is 'The chat or channel the report came from; differs from the source where one source stands for many chats.';
comment on column public.tickets.last_said_seq is 'Journal number of the last change to the conversation: a verdict on an earlier one is outdated.';
comment on column public.tickets.head_hash is 'Hash of the last journal row, so that cutting off the tail is noticed.';

create table public.ticket_actions (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references public.tickets (id),
  seq integer not null,
  action_type public.action_type not null,
  event text not null,
  status_after public.ticket_status not null,
  actor_type public.actor_type not null,
  actor text not null,
  written_by text not null,
  body text,
  payload jsonb not null default '{}',
  external_id text,
  refers_to text,
  created_at timestamptz not null,
  content_salt bytea,
  content_digest bytea not null,
  prev_hash bytea,
  hash bytea not null,
  erased_at timestamptz,
  constraint ticket_actions_are_numbered_once unique (ticket_id, seq),
  constraint platform_event_is_recorded_once unique (external_id)
);
alter table public.ticket_actions enable row level security;
-- Serves the merge window and albums: what did this author last say?
create index ticket_actions_author_idx on public.ticket_actions (actor, created_at) where event = 'message';
create index ticket_actions_same_as_idx on public.ticket_actions ((payload ->> 'same_as'))
  where event = 'message' and payload ->> 'same_as' is not null;
comment on table public.ticket_actions is
  'The journal: append-only, numbered without gaps and chained by hash per ticket; a ticket is the fold of its rows.';
comment on column public.ticket_actions.payload is
  'Details of the event. The key "facts" holds no person''s words and survives erasure; everything else is content.';
comment on column public.ticket_actions.written_by is 'The database role that wrote the row: read from the session, never passed.';
comment on column public.ticket_actions.refers_to is 'external_id of the message that was replied to, edited, deleted or pressed on.';

create table public.app_settings (
  id boolean primary key default true,
  escalation_threshold numeric(4, 3) not null default 0.7,
  merge_window interval not null default interval '60 seconds',
  feedback_timeout interval not null default interval '72 hours',
  checkpoint_interval interval not null default interval '5 minutes',
  queue_max_attempts integer not null default 5,
  retention_days integer,
  constraint app_settings_is_one_row check (id),
  constraint escalation_threshold_is_between_0_and_1 check (escalation_threshold between 0 and 1),
  constraint timeouts_are_positive
    check (feedback_timeout > interval '0' and checkpoint_interval > interval '0' and merge_window >= interval '0'),
  constraint queue_max_attempts_is_1_to_100 check (queue_max_attempts between 1 and 100),
  constraint retention_days_is_positive check (retention_days > 0)
);
alter table public.app_settings enable row level security;
insert into public.app_settings default values;
comment on table public.app_settings is 'The one row of typed settings that triggers and sweeps read.';

create function private.touch_updated_at() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.touch_updated_at() is 'Keeps updated_at.';
create trigger touch_updated_at before update on public.sources
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.engineers
  for each row execute function private.touch_updated_at();
