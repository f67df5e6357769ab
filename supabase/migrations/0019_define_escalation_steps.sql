-- The paging policy as rows: which step rings whom, how, for how long, and when the next one begins; the settings of a page;
-- the events that paging adds to the journal. Watch: a step whose wait is 0 begins together with the one after it.

alter table public.app_settings
  add column page_cycles integer not null default 3,
  add column page_repeat interval not null default interval '5 minutes',
  add column storm_window interval not null default interval '10 minutes',
  add column ack_timeout interval default interval '1 hour',
  add column ack_reminder interval not null default interval '10 minutes',
  add constraint page_cycles_is_1_to_100 check (page_cycles between 1 and 100),
  add constraint page_repeats_after_a_minute_at_least check (page_repeat >= interval '1 minute'),
  add constraint storm_window_is_zero_or_more check (storm_window >= interval '0'),
  add constraint ack_timeout_is_positive check (ack_timeout > interval '0'),
  add constraint ack_reminder_is_zero_or_more check (ack_reminder >= interval '0');
comment on column public.app_settings.page_cycles is 'How often the policy is gone through at full speed before it repeats slowly.';
comment on column public.app_settings.page_repeat is 'The pause before each slow repeat; a page never gives up.';
comment on column public.app_settings.storm_window is
  'How long after an acknowledgement further serious tickets join that page quietly; 0 lets every ticket ring by itself.';
comment on column public.app_settings.ack_timeout is 'After so long without a sign of the engineer the page rings again; null: never.';
comment on column public.app_settings.ack_reminder is 'How long before that the engineer is reminded.';

create table public.escalation_steps (
  position integer primary key,
  target text not null default 'on_call',
  method public.escalation_method not null,
  ring_seconds integer not null default 30,
  wait_seconds integer not null,
  is_active boolean not null default true,
  constraint step_position_is_positive check (position > 0),
  constraint step_target_is_on_call_or_everyone check (target in ('on_call', 'everyone')),
  constraint ring_lasts_5_to_120_seconds check (ring_seconds between 5 and 120),
  constraint step_waits_a_day_at_most check (wait_seconds between 0 and 86400)
);
alter table public.escalation_steps enable row level security;
comment on table public.escalation_steps is 'The paging policy in order of position: whom (target), how (method), how long.';
comment on column public.escalation_steps.target is 'on_call, or everyone active; with nobody on call everyone. A webhook goes to its one address.';
comment on column public.escalation_steps.wait_seconds is 'Seconds from the begin of this step to the next one; 0: both begin together.';

insert into public.escalation_steps (position, target, method, ring_seconds, wait_seconds, is_active) values
  (1, 'on_call', 'telegram_call', 30, 0, true),  -- a message beside it, with a button: a Telegram call takes no key
  (2, 'on_call', 'telegram_message', 30, 0, true),
  (3, 'on_call', 'slack_message', 30, 40, true),
  (4, 'on_call', 'phone_call', 30, 60, true),
  (5, 'on_call', 'sms', 30, 60, true),
  (6, 'on_call', 'email', 30, 120, true),
  (7, 'everyone', 'telegram_message', 30, 0, true),
  (8, 'everyone', 'slack_message', 30, 0, true),
  (9, 'everyone', 'email', 30, 0, true),
  (10, 'everyone', 'phone_call', 30, 120, true),
  (11, 'everyone', 'webhook', 30, 60, false);

insert into public.action_events (event, action_type, written_by, description) values
  ('page_joined', 'escalation_call', '{system}', 'The ticket joined a page that rings already, or that somebody has just acknowledged.'),
  ('paged_everyone', 'escalation_call', '{system}', 'Nobody was on call, so everybody is rung.'),
  ('ack_extended', 'engineer_note', '{engineer}', 'The engineer is still on it.'),
  ('ack_reminded', 'system_update', '{system}', 'The engineer was reminded that the acknowledgement runs out.'),
  ('ack_refused', 'system_update', '{system}', 'Somebody who is no active engineer tried to acknowledge.');

insert into public.status_transitions (from_status, event, to_status, description)
select s, e.event, s, 'Stays.'
from unnest(enum_range(null::public.ticket_status)) as s
cross join public.action_events as e
where e.event = 'ack_refused'
   or (e.event in ('page_joined', 'paged_everyone') and s = 'escalation_pending')
   or (e.event in ('ack_extended', 'ack_reminded') and s = 'escalated')
   -- A ring that was placed may end when the ticket has long moved on.
   or (e.event = 'call_outcome' and s in ('auto_answered', 'awaiting_feedback'));

insert into public.phrases (key, language, text) values
  ('engineer_has_it', 'en', 'An engineer has this now and is looking into it.'),
  ('engineer_has_it', 'de', 'Eine Technikerin oder ein Techniker hat das jetzt übernommen und sieht es sich an.'),
  ('engineer_has_it', 'es', 'Un ingeniero ya se ocupa de esto.'),
  ('engineer_has_it', 'ru', 'Инженер уже взялся за это и разбирается.');

grant select on public.escalation_steps to authenticated;
grant insert (position, target, method, ring_seconds, wait_seconds, is_active),
  update (position, target, method, ring_seconds, wait_seconds, is_active), delete on public.escalation_steps to authenticated;
grant update (page_cycles, page_repeat, storm_window, ack_timeout, ack_reminder) on public.app_settings to authenticated;
create policy "Engineers read the paging policy" on public.escalation_steps for select to authenticated
  using ((select private.is_engineer()));
create policy "Admins add steps" on public.escalation_steps for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change steps" on public.escalation_steps for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins remove steps" on public.escalation_steps for delete to authenticated using ((select private.is_admin()));
