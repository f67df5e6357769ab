"""What hypothesis may choose from in a walk, and which rule refuses what."""

from __future__ import annotations

import hypothesis.strategies as st

from tests.properties.cast import NOBODIES

ILLEGAL, NO_RIGHT, TAKEN = "ticket_transition_allowed", "42501", "one_unclosed_ticket_per_thread"
WROTE = "1"  # rows
APPEND = "insert into public.ticket_actions (ticket_id, event, body) values (%s, %s, 'words')"
EDIT = "update public.tickets set status = %s where id = %s"
CUSTOMERS_DO = ("message", "edited", "deleted", "human_requested", "feedback_positive", "feedback_negative")
# What Studio's table editor offers and the laws forbid, each with the rule that says so; %s is a ticket with a journal.
TAMPERING = {
    "update public.ticket_actions set body = 'never said' where ticket_id = %s": "ticket_actions_are_append_only",
    "delete from public.ticket_actions where ticket_id = %s": "ticket_actions_are_append_only",
    "truncate public.ticket_actions cascade": "ticket_actions_are_append_only",
    "delete from public.tickets where id = %s": "tickets_are_never_removed",
    "truncate public.tickets cascade": "tickets_are_never_removed",
    "update public.tickets set last_action_seq = 99 where id = %s": "ticket_origin_and_journal_are_fixed",
    "update public.tickets set head_hash = null where id = %s": "ticket_origin_and_journal_are_fixed",
    "update public.tickets set opened_by = 'telegram:8' where id = %s": "ticket_origin_and_journal_are_fixed",
    "update public.status_transitions set to_status = 'closed'": "legal_moves_are_kept",
    "delete from public.escalations where ticket_id = %s": "pages_are_kept",
    "delete from public.replies where ticket_id = %s": "replies_are_kept",
    "delete from public.app_settings": "settings_are_kept",
    "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, status) select platform,"
    " source_id, chat_external_id, 'by hand', 'by hand', 'closed' from public.tickets where id = %s": "ticket_starts_open",
}
ANY = st.sampled_from(range(60))  # taken modulo what there is by then
NOBODY = st.sampled_from(NOBODIES)
# Those who may come up more often than those who may not.
SOMEBODY = st.one_of(st.just("studio"), st.sampled_from(["Ana", "Ben"]), NOBODY)
VERDICT = st.fixed_dictionaries(
    {"severity": st.sampled_from([0.2, 0.9]), "category": st.sampled_from(["bug", "bug", "noise"])}
)
OUTCOME = st.sampled_from(["sent", "failed", "unknown"])
RACERS = st.one_of(
    st.tuples(st.sampled_from(["Ana", "Ben", "studio"]), st.just("append"), ANY),
    st.tuples(st.just("studio"), st.just("edit"), ANY),
)
