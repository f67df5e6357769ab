-- A write of the API is done once however often it is sent (laws 5 and 6): its key and its answer are kept in the transaction of its
-- effect, so that either both are there or neither. Keys belong to whoever sends them and are forgotten after a day.
-- Watch: a second request with the key waits on the first one's row; what was refused is not kept and may be tried again.

create table private.api_requests (
  engineer_id bigint not null references public.engineers (id),
  key text not null,
  fingerprint bytea not null,
  status integer,
  answer json,
  created_at timestamptz not null default clock_timestamp(),
  constraint api_key_is_used_once_a_day primary key (engineer_id, key),
  constraint api_key_has_1_to_255_characters check (length(key) between 1 and 255),
  constraint api_answer_has_a_status check ((status is null) = (answer is null))
);
alter table private.api_requests enable row level security;
create index api_requests_created_at_idx on private.api_requests (created_at);
comment on column private.api_requests.answer is 'json and not jsonb: it is given again as it was, byte for byte.';
comment on table private.api_requests is 'Writes of the API of the last day with their answers, by the key their sender gave them.';

create function private.begin_request(p_key text, p_fingerprint bytea) returns table (status integer, answer json)
language plpgsql security definer set search_path = '' as $$  -- definer: callers see their own keys' answers and nothing else
#variable_conflict use_column
declare
  me bigint := private.current_engineer_id();
  known private.api_requests;
begin
  perform private.require_engineer();
  delete from private.api_requests where (engineer_id, key) in (
    select r.engineer_id, r.key from private.api_requests as r
    where r.created_at < clock_timestamp() - interval '1 day' and r.engineer_id = me and r.key = p_key);
  delete from private.api_requests where (engineer_id, key) in (
    select r.engineer_id, r.key from private.api_requests as r
    where r.created_at < clock_timestamp() - interval '1 day'
    order by r.created_at limit 100 for update skip locked);
  insert into private.api_requests (engineer_id, key, fingerprint) values (me, p_key, p_fingerprint) on conflict do nothing;
  if found then
    return;
  end if;
  select * into known from private.api_requests as r where r.engineer_id = me and r.key = p_key;
  if known.fingerprint is distinct from p_fingerprint then
    raise exception 'this key was used for another request'
      using errcode = 'check_violation', constraint = 'idempotency_key_names_one_request', schema = 'private', table = 'api_requests',
            hint = 'Give every request a key of its own; send the same key again only with the same request.';
  end if;
  return query select known.status, known.answer;
end
$$;
comment on function private.begin_request(text, bytea) is
  'Claims a key for this transaction; of one whose request is done, its answer. A request in hand is waited for.';

create function private.finish_request(p_key text, p_status integer, p_answer json) returns void
language plpgsql security definer set search_path = '' as $$  -- definer: callers write their own keys' answers and nothing else
begin
  perform private.require_engineer();
  update private.api_requests as r set status = p_status, answer = p_answer
  where r.engineer_id = private.current_engineer_id() and r.key = p_key and r.status is null;
end
$$;
comment on function private.finish_request(text, integer, json) is 'Keeps the answer of the request that this transaction did.';

grant execute on function private.begin_request(text, bytea), private.finish_request(text, integer, json) to authenticated;
