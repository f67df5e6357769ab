-- A test page (shiftbot page test): rings one engineer by every way the policy has, as a real page would, without a ticket.
-- It ends when it is acknowledged or when every way was tried once.

create function private.open_test_page(p_engineer_id bigint, p_method public.escalation_method default null) returns bigint
language plpgsql security definer set search_path = '' as $$  -- definer: engineers hold no right to write pages
declare
  page_id bigint;
  earlier public.escalations;
  way public.escalation_steps;
begin
  if private.database_identity() = 'authenticated' and private.current_engineer_id() is distinct from p_engineer_id and not private.is_admin() then
    raise exception 'an engineer tests only the own page' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from public.engineers where id = p_engineer_id and is_active) then
    raise exception 'engineer % is unknown or inactive', p_engineer_id
      using errcode = 'check_violation', constraint = 'tested_engineer_is_active', schema = 'public', table = 'escalations',
            hint = 'Name an active engineer.';
  end if;
  for earlier in
    update public.escalations set state = 'resolved', due_at = null, changed_at = clock_timestamp()
    where tested_engineer_id = p_engineer_id and state = 'ringing' returning * loop
    perform private.silence(earlier);
  end loop;
  insert into public.escalations (tested_engineer_id, due_at) values (p_engineer_id, clock_timestamp()) returning id into page_id;
  if p_method is null then
    perform private.advance_escalation(page_id);
  else
    select * into way from public.escalation_steps where method = p_method order by target desc, position limit 1;
    way.method := p_method;  -- also where the policy has no such step
    way.position := coalesce(way.position, 0);
    way.ring_seconds := coalesce(way.ring_seconds, 30);
    perform private.attempt_step(e, way, g) from public.escalations as e, public.engineers as g where e.id = page_id and g.id = p_engineer_id;
    -- One way only: it ends by itself after two minutes.
    update public.escalations set step = 2147483647, batch = 0, due_at = clock_timestamp() + interval '2 minutes' where id = page_id;
  end if;
  return page_id;
end
$$;
comment on function private.open_test_page(bigint, public.escalation_method) is
  'Rings one engineer for a test, by every way of the policy or by one; returns the escalation.';

create function private.close_test_page(p_escalation_id bigint) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: engineers hold no right to write pages
declare
  page public.escalations;
begin
  update public.escalations set state = 'resolved', due_at = null, changed_at = clock_timestamp()
  where id = p_escalation_id and state = 'ringing' and tested_engineer_id is not null
    and (private.database_identity() <> 'authenticated' or tested_engineer_id = private.current_engineer_id() or private.is_admin())
  returning * into page;
  if page.id is not null then
    perform private.silence(page);
  end if;
end
$$;
comment on function private.close_test_page(bigint) is 'Ends a test page that nobody has acknowledged.';

grant execute on function private.open_test_page(bigint, public.escalation_method), private.close_test_page(bigint) to authenticated;
