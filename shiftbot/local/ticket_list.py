"""Tickets as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row
from rich import box
from rich.console import Console
from rich.table import Table

from shiftbot.local import timeline

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


def newest(conn: psycopg.Connection[Any], limit: int) -> list[Ticket]:
    """The newest tickets, the oldest of them first."""
    return list(reversed(_read(conn, "order by t.id desc limit %s", limit)))


def by_ids(conn: psycopg.Connection[Any], ids: Iterable[int]) -> list[Ticket]:
    """The tickets with these numbers."""
    return _read(conn, "where t.id = any (%s) order by t.id", list(ids))


def _read(conn: psycopg.Connection[Any], rest: str, value: object) -> list[Ticket]:
    with conn.cursor(row_factory=class_row(Ticket)) as cursor:
        return cursor.execute((_TICKETS + rest).encode(), (value,)).fetchall()


def show(console: Console, tickets: Sequence[Ticket]) -> None:
    """Prints the table; where it is narrow, places and titles are shortened and nothing wraps."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    table.add_column("#", justify="right", style="bold", no_wrap=True)
    table.add_column("where", no_wrap=True, overflow="ellipsis", ratio=2 if console.width < 100 else None)
    table.add_column("title", no_wrap=True, overflow="ellipsis", ratio=3 if console.width < 100 else None)
    table.add_column("status", no_wrap=True)
    table.add_column("sev.", justify="right", no_wrap=True)
    for ticket in tickets:
        severity = "" if ticket.severity is None else f"{ticket.severity:.2f}"
        place = f"{ticket.platform}, {ticket.source}"
        table.add_row(str(ticket.id), place, ticket.title, timeline.status(ticket.status), severity)
    console.print(table)
