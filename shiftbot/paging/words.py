"""What a page says, once for all channels: the line of an SMS, the text of a message, the words of a call."""

from __future__ import annotations

from shiftbot.paging.base import Page, PagedTicket
from shiftbot.platforms.base import origin_name

SMS_LIMIT = 300  # two segments of GSM-7; a longer one arrives in pieces, late or not at all
_SPOKEN_LIMIT = 300
_LISTED = 10


def subject(page: Page) -> str:
    """One line: what it is about."""
    if page.is_test:
        return "Test page from Shift-Bot"
    if not page.tickets:
        return "Shift-Bot"
    first = page.tickets[0]
    more = len(page.tickets) - 1
    return f"Ticket {first.id}: {first.title or 'untitled'}" + (f" (and {more} more)" if more else "")


def text(page: Page) -> str:
    """The whole message: what happened, how grave it is, where from, and every other ticket of the page."""
    if page.kind == "notice":
        return page.note
    if page.is_test:
        return (
            "This is a test page: you asked whether it reaches you. Acknowledge it as you would a real one."
        )
    first, *others = page.tickets
    lines = [subject(page), _facts(first), "", first.summary or "No summary yet."]
    if others:
        lines += ["", "On the same page:"]
        lines += [f"- ticket {ticket.id}: {ticket.title or 'untitled'}" for ticket in others[:_LISTED]]
        if len(others) > _LISTED:
            lines.append(f"- and {len(others) - _LISTED} more")
    return "\n".join(lines)


def status(page: Page) -> str:
    """How the page stands, in one line; empty while it rings."""
    lines = {
        "acknowledged": f"{page.holder or 'Somebody'} has it.",
        "resolved": "No longer needed: it is closed or was taken back.",
    }
    needless = " Marked: it need not have rung." if page.is_needless else ""
    return lines[page.state] + needless if page.state in lines else ""


def sms(page: Page) -> str:
    """A text of at most SMS_LIMIT characters that says how to answer it."""
    if page.kind == "notice":
        return _cut(page.note, SMS_LIMIT)
    number = f" {page.tickets[0].id}" if page.tickets else ""
    how = f" Reply 1{number} to acknowledge, 9{number} to pass on."
    words = text(page) if page.is_test else subject(page) + ". " + (page.tickets[0].summary or "")
    return _cut(" ".join(words.split()), SMS_LIMIT - len(how)) + how


def spoken(page: Page) -> str:
    """What the voice says before it asks for a key."""
    if page.is_test:
        return "This is a test call from Shift-Bot."
    first = page.tickets[0]
    parts = ("Shift-Bot", _count(page), f"Ticket {first.id}", first.title, first.summary)
    return _cut(" ".join(_sentence(part) for part in parts if part.strip()), _SPOKEN_LIMIT)


def listed(ticket_ids: list[int]) -> str:
    """ "ticket 4", "tickets 4 and 7", "tickets 4, 7 and 9"."""
    numbers = [str(number) for number in ticket_ids]
    if len(numbers) < 2:
        return f"ticket {''.join(numbers)}"
    return f"tickets {', '.join(numbers[:-1])} and {numbers[-1]}"


def _count(page: Page) -> str:
    more = len(page.tickets)
    return "A serious report" if more == 1 else f"{more} serious reports"


def _sentence(words: str) -> str:
    words = " ".join(words.split())
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _facts(ticket: PagedTicket) -> str:
    severity = "" if ticket.severity is None else f"severity {ticket.severity:.2f}, "
    return f"{severity}from {ticket.source} ({origin_name(ticket.platform)})"


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
