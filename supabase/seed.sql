-- Demo people for a local database; `supabase db reset` and `supabase start` run it, `supabase db push` does not.
-- Safe to run again. Nobody here exists: the names, numbers and addresses are reserved for examples.

insert into public.engineers (name, email, telegram_handle, telegram_user_id, slack_user_id, phone, is_admin) values
  ('Ada Adler', 'ada@example.com', 'ada_adler', 7000000001, 'U0DEMOADA1', '+15550100001', true),
  ('Ben Brook', 'ben@example.com', 'ben_brook', 7000000002, 'U0DEMOBEN2', '+15550100002', false),
  ('Cleo Costa', 'cleo@example.com', null, null, 'U0DEMOCLEO', '+15550100003', false)
on conflict (lower(email)) do nothing;

-- Ben has the shift, unless somebody has it already.
select private.hand_over(e.id, 'demo data')
from public.engineers as e
where e.email = 'ben@example.com' and e.is_active
  and not exists (select from public.engineers as holder where holder.is_on_call);
