"""Pages for the tests of e-mail and webhook, and what an e-mail looks like on arrival."""

from __future__ import annotations

from typing import Any

from shiftbot.paging.base import Contact, Page, PagedTicket
from shiftbot.sim.mail import Mail, MailSim

ADA = Contact(3, "Ada Lovelace", "ada@example.com")
DOWN = PagedTicket(4, "Checkout is down", "Nobody can pay since 03:00.", 0.93, "telegram", "Acme Support")
SLOW = PagedTicket(7, "Export is slow", "It takes an hour.", 0.75, "slack", "bugs")
TOKEN = "tok-en_1234567890"
SENDER = "Shift-Bot <bot@shift.example>"
BASE = "https://bot.example"
LINK = f"{BASE}/acknowledge/{TOKEN}"


def page(**fields: Any) -> Page:
    """A ring for Ada about two tickets, or what `fields` say."""
    given: dict[str, Any] = {
        "attempt_id": 17,
        "escalation_id": 5,
        "kind": "ring",
        "method": "email",
        "contact": ADA,
        "tickets": (DOWN, SLOW),
        "ring_seconds": 30,
        "token": TOKEN,
    }
    return Page(**(given | fields))


def wanted() -> bool:
    return True


def only(sim: MailSim) -> Mail:
    """The one mail there is."""
    (mail,) = sim.mailbox()
    return mail
