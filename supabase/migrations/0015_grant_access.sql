-- Who may do what (law 8): anon nothing; a signed-in engineer reads and appends to the journal; admins keep people, sources
-- and settings; each program calls its functions and touches no table. Identity comes from auth.uid()/auth.jwt() alone.
-- Watch: RLS does not bind the owner, so the laws are triggers and constraints; this file only says who may try.

revoke all on all tables in schema public from anon, authenticated, service_role;
revoke all on all sequences in schema public from anon, authenticated, service_role;
revoke all on all functions in schema private, ops from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

create function private.is_engineer() returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: RLS on engineers asks this very function
  select private.current_engineer_id() is not null
$$;
comment on function private.is_engineer() is 'Whether the signed-in person is an active engineer.';

create function private.is_admin() returns boolean
language sql stable security definer set search_path = '' as $$  -- definer: RLS on engineers asks this very function
  select coalesce((select is_admin from public.engineers where id = private.current_engineer_id()), false)
$$;
comment on function private.is_admin() is 'Whether the signed-in person is an active engineer and an admin.';

grant usage on schema private to authenticated, shiftbot_ingest, shiftbot_worker;
grant execute on function private.current_engineer_id(), private.is_engineer(), private.is_admin(), private.current_actor(),
  private.database_identity(), private.hand_over(bigint, text, bigint), private.resolve_reply(bigint, boolean),
  private.legal_events(public.ticket_status)
  to authenticated;

grant select on public.sources, public.engineers, public.tickets, public.ticket_actions, public.status_transitions,
  public.action_events, public.replies, public.reply_attempts, public.on_call_history, public.app_settings, public.phrases
  to authenticated;
grant insert (ticket_id, event, body, payload) on public.ticket_actions to authenticated;
grant insert (user_id, name, email, telegram_handle, telegram_user_id, slack_user_id, phone, is_active, is_admin),
  update (user_id, name, email, telegram_handle, telegram_user_id, slack_user_id, phone, is_active, is_admin)
  on public.engineers to authenticated;
grant insert (platform, external_id, name, is_active, settings), update (name, is_active, settings) on public.sources to authenticated;
grant update (escalation_threshold, merge_window, feedback_timeout, checkpoint_interval, queue_max_attempts, retention_days)
  on public.app_settings to authenticated;

create policy "Engineers read sources" on public.sources for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read engineers" on public.engineers for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read tickets" on public.tickets for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read the journal" on public.ticket_actions for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read the legal moves" on public.status_transitions for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read the events" on public.action_events for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read replies" on public.replies for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read reply attempts" on public.reply_attempts for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read who was on call" on public.on_call_history for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read settings" on public.app_settings for select to authenticated using ((select private.is_engineer()));
create policy "Engineers read phrases" on public.phrases for select to authenticated using ((select private.is_engineer()));

create policy "Engineers append their own events" on public.ticket_actions for insert to authenticated
  with check ((select private.is_engineer())
              and event in (select e.event from public.action_events as e
                            where 'engineer' = any (e.written_by) and e.event not in ('ticket_edited', 'content_erased')));
create policy "Admins add engineers" on public.engineers for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change engineers" on public.engineers for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins add sources" on public.sources for insert to authenticated with check ((select private.is_admin()));
create policy "Admins change sources" on public.sources for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
create policy "Admins change settings" on public.app_settings for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
-- Nobody reads these through the API; the policy says that this is meant.
create policy "None shall pass" on public.journal_checkpoints for select to authenticated using (false);
create policy "None shall pass" on public.journal_heads for select to authenticated using (false);

create policy "Engineers hear what moved" on realtime.messages for select to authenticated
  using (realtime.messages.extension = 'broadcast' and (select realtime.topic()) in ('tickets', 'on_call')
         and (select private.is_engineer()));

grant execute on function
  private.ingest_message(public.platform, text, text, text, text, text, text, jsonb, text, text, boolean, boolean, boolean, bigint),
  private.move_source(public.platform, text, text), private.sync_sources(jsonb)
  to shiftbot_ingest;

grant execute on function
  private.read_queue(text, integer, integer), private.archive_message(text, bigint), private.await_queue(text, numeric),
  private.postpone_message(text, bigint, numeric), private.fail_message(text, bigint, text),
  private.claim_triage(bigint, bigint, numeric), private.record_verdict(bigint, bigint, integer, jsonb),
  private.claim_reply_part(bigint, integer, integer), private.record_reply_part(bigint, text, text, text),
  private.finish_reply(bigint, bigint, text, text), private.block_sends(public.platform, text, numeric),
  private.retry_reply(bigint, bigint, bigint, numeric, text), private.set_escalation_threshold(numeric),
  private.move_source(public.platform, text, text), private.sweep()
  to shiftbot_worker;
