"""Ada's page as tests of the channels of chats make it: a serious report that rings her."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shiftbot.paging.base import Contact, Page, PagedTicket

ADA = Contact(
    engineer_id=1,
    name="Ada Adler",
    email="ada@example.com",
    phone="+15550100001",
    telegram_handle="ada_adler",
    telegram_user_id=7000000001,
    slack_user_id="U0DEMOADA1",
)
CHECKOUT = PagedTicket(4, "Checkout is down", "Nobody can pay.", 0.93, "telegram", "Beta users")
EXPORT = PagedTicket(7, "Export fails", "The export is empty.", 0.81, "slack", "bugs")
RINGING = Page(
    attempt_id=17,
    escalation_id=3,
    kind="ring",
    method="telegram_message",
    contact=ADA,
    tickets=(CHECKOUT,),
    ring_seconds=30,
    token="t0ken-of-the-attempt",
)
WORDS = "Ticket 4: Checkout is down\nseverity 0.93, from Beta users (Telegram)\n\nNobody can pay."


def page(**changes: Any) -> Page:
    """RINGING with changes."""
    return replace(RINGING, **changes)


def told(sent: str | None, **changes: Any) -> Page:
    """The page as `tell` gets it, once the earlier send is known by `sent`."""
    return replace(RINGING, external_id=sent, **changes)
