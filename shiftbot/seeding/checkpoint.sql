-- The heads of the batch, kept as private.checkpoint_journal() keeps them: it passes by tickets older than its last checkpoint.
with previous as (
  select root_hash from public.journal_checkpoints order by id desc limit 1
), taken as (
  insert into public.journal_checkpoints (heads, root_hash)
  select count(*), sha256(coalesce((select root_hash from previous), '') || convert_to(
    string_agg(k.id || ':' || k.last_action_seq || ':' || encode(k.head_hash, 'hex'), ',' order by k.id), 'UTF8'))
  from seed_tickets as t join public.tickets as k on k.id = t.ticket_id
  returning id
)
insert into public.journal_heads (checkpoint_id, ticket_id, seq, hash)
select taken.id, k.id, k.last_action_seq, k.head_hash from taken, seed_tickets as t join public.tickets as k on k.id = t.ticket_id;
