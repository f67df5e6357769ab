"""The board as its parts take it: JSON of what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.board_filters import PLATFORMS, Layout, Wanted
from dashboard.queries.board import STATUSES, Count, Listing, Status, Ticket

Json = dict[str, Any]
_COMMAND = 'shiftbot say telegram "the site is down"'


def bar(counts: Mapping[Status, Count], wanted: Wanted) -> Json:
    """For parts/board_bar."""
    return {
        "view": wanted.layout,
        "statuses": [
            {"name": status, "count": _count(counts, status), "is_chosen": status in wanted.chosen}
            for status in STATUSES
        ],
    }


def tickets(
    lists: Mapping[str, Listing],
    counts: Mapping[Status, Count],
    wanted: Wanted,
    acknowledgeable: frozenset[str],
    more: str = "Show more",
) -> Json:
    """For parts/ticket_list."""
    return {
        "view": wanted.layout,
        "has_keys": True,
        "is_older": wanted.before is not None,
        "lists": [
            {
                "key": key,
                "status": key if key in STATUSES else None,
                # Of a lane that is narrowed down nobody has counted how many there are.
                "count": "" if _is_searched(wanted) or key not in STATUSES else _count(counts, key),
                "tickets": [ticket(each, acknowledgeable) for each in listing.tickets],
                "more": more if listing.next is not None else None,
            }
            for key, listing in lists.items()
        ],
        "empty": None if any(each.tickets for each in lists.values()) else _empty(counts, wanted),
    }


def ticket(of: Ticket, acknowledgeable: frozenset[str]) -> Json:
    """One row, or card."""
    page = of.page
    return {
        "id": of.id,
        "title": of.title,
        "snippet": of.snippet or of.summary or "",
        "status": of.status,
        "severity": of.severity,
        "platform": PLATFORMS.get(of.platform, of.platform),
        "source": of.source,
        "reporter": of.reporter,
        "assignee": of.assignee,
        "updated_at": of.updated_at.isoformat(),
        "waiting_since": of.waiting_since and of.waiting_since.isoformat(),
        "attachments": of.attachments,
        "has_draft": of.has_draft,
        "page": page
        and {
            "state": page.state,
            "who": page.who,
            "since": page.since.isoformat(),
            "leader": page.leader_ticket_id,
        },
        "can_acknowledge": page is not None and page.state != "acknowledged" and of.status in acknowledgeable,
    }


def layout_key(layout: Layout) -> str:
    """Of the part that draws it: lists and lanes keep nothing of each other."""
    return f"board-{layout}"


def _count(counts: Mapping[Status, Count], status: str) -> str:
    count = next((each for name, each in counts.items() if name == status), Count(0, False))
    return f"{count.tickets:,}{'+' if count.is_capped else ''}"


def _is_searched(wanted: Wanted) -> bool:
    filters = wanted.filters
    return bool(filters.text) or any(
        each is not None
        for each in (filters.platform, filters.source_id, filters.severity_at_least, filters.assignee)
    )


def _empty(counts: Mapping[Status, Count], wanted: Wanted) -> Json:
    if wanted.before is not None:
        return {
            "title": "There is nothing older",
            "words": ["The list ends here."],
            "command": None,
            "clear": None,
        }
    if wanted.is_narrowed:
        searched_closed = "closed" in wanted.chosen
        more = (
            []
            if searched_closed or not wanted.filters.text
            else ["Closed tickets were not searched: press Closed above to look among them too."]
        )
        return {
            "title": "No ticket is like that",
            "words": more,
            "command": None,
            "clear": "Show everything that is open",
        }
    if any(count.tickets for count in counts.values()):
        words = [
            "Nothing is open. Closed tickets are under Closed above; a new report shows up here by itself."
        ]
        return {"title": "All done", "words": words, "command": None, "clear": None}
    words = [
        "A ticket is opened by the first message in a Telegram chat or Slack channel that Shift-Bot listens to.",
        "It shows up here at once, without reloading. On your own machine, be the first customer:",
    ]
    return {"title": "No tickets yet", "words": words, "command": _COMMAND, "clear": None}
