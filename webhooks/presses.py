"""An engineer's press on a page: one SQL call, and the words that the presser sees."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from shiftbot.db import Pool
from shiftbot.metrics import EVENTS_RECORDED
from shiftbot.paging.words import listed
from shiftbot.platforms.base import PagePress
from webhooks.correlation import follow
from webhooks.record import call

log = logging.getLogger(__name__)

_PRESS = """
select outcome, holder, ticket_ids, private.correlation_of_attempt(%(attempt_id)s)
from private.press_page(%(attempt_id)s, %(verb)s, %(platform)s::public.platform, %(person)s)
"""
_EFFECTIVE = frozenset(
    {"acknowledged", "already_acknowledged", "extended", "passed_on", "marked", "already_marked"}
)


@dataclass(frozen=True)
class Pressed:
    """What became of a press, in the database's word and in words for the presser."""

    outcome: str
    words: str

    @property
    def did_something(self) -> bool:
        """Whether the presser got what they pressed for, or somebody else did before them."""
        return self.outcome in _EFFECTIVE


def press(pool: Pool, button: PagePress) -> Pressed:
    """Acknowledges, passes on or marks as not needed, where this person may. Repeats are harmless.

    Raises psycopg errors, PoolTimeout.
    """
    arguments = {
        "attempt_id": button.attempt_id,
        "verb": button.verb,
        "platform": button.platform,
        "person": button.person,
    }
    outcome, holder, ticket_ids, cause = call(pool, _PRESS, arguments)
    follow(cause)
    EVENTS_RECORDED.labels(button.platform, f"page_{outcome}").inc()
    log.info(
        "page pressed",
        extra={
            "action": "page_pressed",
            "attempt_id": button.attempt_id,
            "verb": button.verb,
            "outcome": outcome,
            "ticket_ids": ticket_ids,
        },
    )
    return Pressed(outcome, _words(outcome, holder or "Somebody", ticket_ids or []))


def _words(outcome: str, holder: str, ticket_ids: list[int]) -> str:
    of_what = f": {listed(ticket_ids)}" if ticket_ids else ""
    return {
        "acknowledged": f"You have it{of_what}.",
        "already_acknowledged": f"{holder} has it{of_what}.",
        "extended": f"Still yours{of_what}.",
        "passed_on": f"Passed on{of_what}.",
        "marked": f"Noted: it need not have rung{of_what}.",
        "already_marked": f"Noted already{of_what}.",
        "unacknowledged": "Nobody has it yet: acknowledge it first.",
        "moved_on": f"It went on since{of_what}. Once it is closed, mark it there.",
        "refused": "Only the engineers of this team can do that.",
        "over": "No longer needed: it is closed or was taken back.",
    }.get(outcome, "This button no longer belongs to a page.")
