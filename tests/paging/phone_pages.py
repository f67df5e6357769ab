"""Ada's page as tests of phone calls and texts make it."""

from __future__ import annotations

from typing import Any

from shiftbot.paging.base import Contact, Page, PagedTicket

PHONE = "+15550100001"
SECRET = "t0ken-of-the-attempt"
BASE = "https://bot.example"
CHECKOUT = PagedTicket(4, "Checkout is down", "Nobody can pay.", 0.93, "telegram", "Beta users")
EXPORT = PagedTicket(7, "Export fails", "The export is empty.", 0.81, "slack", "bugs")


def paged(**fields: Any) -> Page:
    """A ring for Ada about the checkout, or what `fields` say."""
    given: dict[str, Any] = {
        "attempt_id": 17,
        "escalation_id": 3,
        "kind": "ring",
        "method": "phone_call",
        "contact": Contact(1, "Ada Adler", "ada@example.com", phone=PHONE),
        "tickets": (CHECKOUT,),
        "ring_seconds": 25,
        "token": SECRET,
    }
    return Page(**(given | fields))


def wanted() -> bool:
    """The page still rings."""
    return True
