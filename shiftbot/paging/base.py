"""What every paging channel has in common: one page goes in, one outcome comes out, and three ways to fail.

A channel is one module per method with a class that keeps to `Channel`. It knows its provider and nothing of the
database: who is rung, when, and what comes next is decided in Postgres (supabase/migrations/0017 onwards).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

# One way for all adapters to fail, towards customers and engineers alike.
from shiftbot.platforms.base import OutcomeUnknown, Permanent, SendError, Temporary

__all__ = ["OutcomeUnknown", "Permanent", "SendError", "Temporary"]

Method = Literal[
    "telegram_call", "phone_call", "sms", "email", "telegram_message", "slack_message", "webhook"
]
Outcome = Literal[
    "attempted",  # the provider took it
    "delivered",  # it is on the person's device or in their mailbox, as far as the provider tells
    "ringing",
    "answered",  # somebody or something picked up, which acknowledges nothing
    "voicemail",
    "declined",
    "no_answer",
    "busy",
    "failed",
    "acknowledged",
    "unknown",  # a worker died, or the line was cut, between the request and its answer
]
PageState = Literal["ringing", "joined", "acknowledged", "resolved"]
IsWanted = Callable[[], bool]


@dataclass(frozen=True)
class Contact:
    """The person to reach; a webhook has none. The database checked the shapes (E.164 phone, bare handles)."""

    engineer_id: int
    name: str
    email: str
    phone: str | None = None
    telegram_handle: str | None = None
    telegram_user_id: int | None = None
    slack_user_id: str | None = None


@dataclass(frozen=True)
class PagedTicket:
    """One ticket of the page; the first of them is the one that rang."""

    id: int
    title: str
    summary: str
    severity: float | None
    platform: str
    source: str


@dataclass(frozen=True)
class Page:
    """One attempt (or one quiet notice) as its channel needs it: a row of `private.claim_attempt`, read afresh."""

    attempt_id: int
    escalation_id: int
    kind: Literal["ring", "notice"]
    method: Method
    contact: Contact | None
    tickets: tuple[PagedTicket, ...]
    ring_seconds: int
    token: str  # known to this attempt only; in links and callback addresses it stands for the person
    state: PageState = "ringing"
    holder: str = ""  # who acknowledged, by name
    note: str = ""  # the words of a notice
    is_test: bool = False
    is_needless: bool = False  # somebody said, once it was acknowledged, that it need not have rung
    external_id: str | None = None  # what the provider called the earlier send: call sid, message id

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """The page of the JSON object that the database gives. Raises KeyError, TypeError."""
        contact, tickets = row.pop("contact"), row.pop("tickets")
        return cls(
            contact=Contact(**contact) if contact else None,
            tickets=tuple(PagedTicket(**ticket) for ticket in tickets),
            **row,
        )


@dataclass(frozen=True)
class Sent:
    """How far a send came by the time it returned; later news (Twilio's callbacks) comes through the webhooks."""

    outcome: Outcome
    external_id: str | None = None
    detail: str = field(default="")  # the provider's reason, for the journal; no token, no person's words


class Channel(Protocol):
    """One way to reach an engineer. Safe to call from several threads."""

    method: Method

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Rings or writes. A call that the sender itself holds (Telegram) ends as soon as `is_wanted()` is false.

        Raises Permanent (never works for this person), Temporary (surely not delivered) or OutcomeUnknown.
        """

    def stop(self, page: Page) -> None:
        """Ends a ring that goes on (`page.external_id`); does nothing where there is none. Raises like `send`."""

    def tell(self, page: Page) -> None:
        """The page has moved on (`page.state`, `page.holder`): brings what was sent up to date, where that can be done.

        Raises like `send`.
        """

    def close(self) -> None:
        """Frees connections and threads."""
