"""Tickets as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from shiftbot.local import timeline
from shiftbot.local.reader import Reader

_TICKETS = """
select t.id, t.platform::text, s.name as source, coalesce(t.title, '') as title, t.status::text,
  t.severity::float as severity
from public.tickets as t join public.sources as s on s.id = t.source_id
"""


@dataclass(frozen=True)
class Ticket:
    """A line of the table."""

    id: int
    platform: str
    source: str
    title: str
    status: str
    severity: float | None


def newest(reader: Reader, limit: int) -> list[Ticket]:
    """The newest tickets, the oldest of them first."""
    return reader.objects(Ticket, _TICKETS + "order by t.id desc limit %s", limit)[::-1]


def by_ids(reader: Reader, ids: Iterable[int]) -> list[Ticket]:
    """The tickets with these numbers."""
    return reader.objects(Ticket, _TICKETS + "where t.id = any (%s) order by t.id", list(ids))


def show(console: Console, tickets: Sequence[Ticket]) -> None:
    """Prints the table; places and titles are shortened to what the width leaves them, nothing wraps."""
    room = max(24, console.width - len("  999999    escalation_pending  0.00") - 4)
    place_width = min(32, room * 2 // 5, max((len(_place(ticket)) for ticket in tickets), default=0))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", style="bold", no_wrap=True)
    table.add_column("where", no_wrap=True, overflow="ellipsis", max_width=place_width)
    table.add_column("title", no_wrap=True, overflow="ellipsis", max_width=room - place_width)
    table.add_column("status", no_wrap=True, min_width=len("escalation_pending"))
    table.add_column("sev.", no_wrap=True, min_width=4)
    for ticket in tickets:
        severity = "" if ticket.severity is None else f"{ticket.severity:.2f}"
        table.add_row(str(ticket.id), _place(ticket), ticket.title, timeline.status(ticket.status), severity)
    console.print(table)


def _place(ticket: Ticket) -> str:
    return f"{ticket.platform}, {ticket.source}"
