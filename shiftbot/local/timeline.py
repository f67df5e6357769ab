"""The journal as it is written, a line or two an action, on a terminal of any width and without colour too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from rich.console import Console
from rich.text import Text

_WIDE = 116
_OVERLAP = 200  # ids are given before the commit: a lower one may become visible after a higher one
_STATUS_COLOURS = {
    "open": "cyan",
    "auto_answered": "blue",
    "awaiting_feedback": "yellow",
    "escalation_pending": "bold red",
    "escalated": "magenta",
    "closed": "green",
}
_ACTOR_COLOURS = {"customer": "bold", "bot": "blue", "engineer": "magenta", "system": "dim"}
_ACTIONS = """
select a.id, a.ticket_id, a.seq, a.created_at, t.platform::text, s.name as source, a.event,
  before.status_after::text as status_before, a.status_after::text, a.actor_type::text, a.actor,
  a.payload ->> 'author_name' as name, a.body, jsonb_array_length(coalesce(a.payload -> 'attachments', '[]')) as attachments,
  a.payload #>> '{facts,engine}' as engine, (a.payload #>> '{facts,severity}')::float as severity,
  a.payload #>> '{facts,category}' as category, a.payload ->> 'title' as title,
  a.payload ->> 'fallback_reason' as fallback, a.payload ->> 'error' as error
from public.ticket_actions as a
join public.tickets as t on t.id = a.ticket_id
join public.sources as s on s.id = t.source_id
left join public.ticket_actions as before on before.ticket_id = a.ticket_id and before.seq = a.seq - 1
"""


@dataclass(frozen=True)
class Action:
    """One row of the journal, as far as it is shown."""

    id: int
    ticket_id: int
    seq: int
    created_at: datetime
    platform: str
    source: str
    event: str
    status_before: str | None
    status_after: str
    actor_type: str
    actor: str
    name: str | None = None
    body: str | None = None
    attachments: int = 0
    engine: str | None = None
    severity: float | None = None
    category: str | None = None
    title: str | None = None
    fallback: str | None = None
    error: str | None = None

    @property
    def who(self) -> str:
        """A person's name, or who else wrote the row."""
        if self.actor_type in ("bot", "system"):
            return "Shift-Bot"
        return self.name or self.actor

    @property
    def words(self) -> str:
        """What was said, or what is to be known about it, on one line."""
        said = " ".join((self.body or "").split())
        files = f"[{self.attachments} attached]" if self.attachments else ""
        quoted = f"“{said}”" if said else ""
        return " ".join(part for part in (self._verdict, self.error, quoted, files) if part)

    @property
    def _verdict(self) -> str:
        if self.engine is None:
            return ""
        by = f"{self.engine}, instead of the model ({self.fallback})" if self.fallback else self.engine
        return f"severity {self.severity or 0:.2f}, {self.category}, by {by}"


class Journal:
    """Reads what is new in the journal since it was made, or since `after`."""

    def __init__(self, conn: psycopg.Connection[Any], after: int | None = None) -> None:
        self._conn = conn
        if after is None:
            row = conn.execute("select coalesce(max(id), 0) from public.ticket_actions").fetchone()
            after = int(row[0]) if row else 0
        self._start = self._newest = after
        self._seen: set[int] = set()

    def news(self) -> list[Action]:
        """The actions not given before, oldest first."""
        since = max(self._start, self._newest - _OVERLAP)
        found = [a for a in self._read("where a.id > %s order by a.id", since) if a.id not in self._seen]
        self._seen.update(action.id for action in found)
        self._newest = max([self._newest, *self._seen])
        return found

    def of_ticket(self, ticket_id: int) -> list[Action]:
        """The whole journal of a ticket."""
        return self._read("where a.ticket_id = %s order by a.seq", ticket_id)

    def _read(self, where: str, value: int) -> list[Action]:
        with self._conn.cursor(row_factory=class_row(Action)) as cursor:
            return cursor.execute((_ACTIONS + where).encode(), (value,)).fetchall()


def show(console: Console, actions: Iterable[Action]) -> None:
    """Prints actions: one line each where there is room, else the words on a second one."""
    for action in actions:
        for line in _lines(action, console.width):
            line.truncate(console.width, overflow="ellipsis")
            console.print(line, no_wrap=True, overflow="ignore", crop=False)


def status(name: str) -> Text:
    """A status in its colour."""
    return Text(name, style=_STATUS_COLOURS.get(name, ""))


def _lines(action: Action, width: int) -> list[Text]:
    when = f"{action.created_at.astimezone():%H:%M:%S}"
    head = Text.assemble((when, "dim"), " ", (f"{'#' + str(action.ticket_id):>5}", "bold"), "  ")
    who = Text(action.who, style=_ACTOR_COLOURS.get(action.actor_type, ""))
    if width < _WIDE:
        first = Text.assemble(head, action.event, "  ", _moved(action))
        second = Text.assemble(
            " " * len(head), who, *_place(action), ": " if action.words else "", action.words
        )
        return [first, second]
    place = Text(f"{action.platform:<8} {_fit(action.source, 20)}  ", style="dim")
    columns = Text.assemble(head, place, f"{action.event:<17} ", who, "  ", action.words)
    moved = _moved(action)
    columns.truncate(width - len(moved) - 2, overflow="ellipsis", pad=True)
    return [Text.assemble(columns, "  ", moved)]


def _place(action: Action) -> tuple[str, ...]:
    return (f" ({action.platform}, {action.source})",) if action.seq == 1 else ()


def _moved(action: Action) -> Text:
    """The status, and where it came from if it changed."""
    if action.status_before in (None, action.status_after):
        return status(action.status_after) if action.status_before is None else Text("")
    return Text.assemble(Text(str(action.status_before), style="dim"), " → ", status(action.status_after))


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
