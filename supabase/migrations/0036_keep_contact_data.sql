-- What engineers do on the on-call page themselves: their own contact data, and seeing a test page move as it rings.

create function private.change_my_contact(p_phone text, p_telegram_handle text, p_telegram_user_id bigint, p_slack_user_id text)
returns void
language plpgsql security definer set search_path = '' as $$  -- definer: only admins may change people, and of oneself only this
begin
  perform private.require_engineer();
  update public.engineers
  set phone = nullif(btrim(p_phone), ''), telegram_handle = nullif(ltrim(btrim(p_telegram_handle), '@'), ''),
      telegram_user_id = p_telegram_user_id, slack_user_id = nullif(btrim(p_slack_user_id), '')
  where id = private.current_engineer_id();
end
$$;
comment on function private.change_my_contact(text, text, bigint, text) is
  'An engineer says how to be reached: phone (E.164), Telegram handle and id, Slack member id; empty ones are forgotten.';
grant execute on function private.change_my_contact(text, text, bigint, text) to authenticated;

create function private.broadcast_test_page() returns trigger
language plpgsql security definer set search_path = '' as $$  -- definer: programs do not write realtime.messages
begin
  -- A real page has a ticket, whose journal tells of every ring; a test has none.
  perform realtime.send(jsonb_build_object('engineer_id', e.tested_engineer_id), 'test_page_moved', 'on_call', true)
  from public.escalations as e
  where e.id = coalesce((to_jsonb(new) ->> 'escalation_id')::bigint, new.id) and e.tested_engineer_id is not null;
  return null;
end
$$;
comment on function private.broadcast_test_page() is 'Tells listeners on the private topic "on_call" that a test page has moved.';
create trigger broadcast_test_page after insert or update on public.escalation_attempts
  for each row execute function private.broadcast_test_page();
create trigger broadcast_test_page after update on public.escalations
  for each row when (new.tested_engineer_id is not null) execute function private.broadcast_test_page();

-- Taking the shift that nobody has is a race, too: 0 says that one saw nobody.
create or replace function private.hand_over(p_to_engineer_id bigint, p_reason text default '', p_from_engineer_id bigint default null)
returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: the one way an engineer who is no admin changes this
declare
  holder public.engineers;
begin
  perform pg_advisory_xact_lock(hashtextextended('shiftbot.hand_over', 0));
  if private.database_identity() = 'authenticated' and private.current_engineer_id() is null then
    raise exception 'only an active engineer hands the shift over' using errcode = 'insufficient_privilege';
  end if;
  select * into holder from public.engineers where is_on_call for no key update;  -- attempts that refer to the person need not wait
  if p_from_engineer_id is not null and coalesce(holder.id, 0) <> p_from_engineer_id then
    raise exception 'the shift has changed hands meanwhile: % is on call', coalesce(holder.name, 'nobody')
      using errcode = 'serialization_failure', constraint = 'on_call_changed_meanwhile', schema = 'public', table = 'engineers',
            hint = 'Look who has it now and decide again.';
  end if;
  perform set_config('shiftbot.on_call_reason', p_reason, true);
  perform set_config('shiftbot.on_call_moment', greatest(clock_timestamp(), (select max(started_at) from public.on_call_history))::text, true);
  update public.engineers set is_on_call = false where is_on_call and id is distinct from p_to_engineer_id;
  if p_to_engineer_id is not null then
    update public.engineers set is_on_call = true where id = p_to_engineer_id and is_active and not is_on_call;
    if not found and holder.id is distinct from p_to_engineer_id then
      raise exception 'engineer % is unknown or inactive', p_to_engineer_id
        using errcode = 'check_violation', constraint = 'engineer_on_call_is_active', schema = 'public', table = 'engineers',
              hint = 'Hand over to an active engineer.';
    end if;
  end if;
  perform set_config('shiftbot.on_call_reason', '', true);
  perform set_config('shiftbot.on_call_moment', '', true);
  return p_to_engineer_id;
end
$$;
comment on function private.hand_over(bigint, text, bigint) is
  'Puts one engineer on call (null: nobody) in one act; with p_from_engineer_id only if that one (0: nobody) still has the shift.';
