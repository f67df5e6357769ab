"""The journal as it is written, a line or two an action, on a terminal of any width and without colour too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.text import Text

from shiftbot.local.reader import Reader

_WIDE = 116
_STATUS_WIDTH = len("  → escalation_pending")
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
  coalesce(a.payload ->> 'author_name', actor.name) as name, a.body,
  jsonb_array_length(coalesce(a.payload -> 'attachments', '[]')) as attachments,
  a.payload #>> '{facts,engine}' as engine, (a.payload #>> '{facts,severity}')::float as severity,
  a.payload #>> '{facts,category}' as category, a.payload ->> 'title' as title,
  a.payload ->> 'fallback_reason' as fallback, a.payload ->> 'error' as error, r.kind as reply,
  case when r.kind = 'confirmation' then r.body end as confirmation,
  a.payload #>> '{facts,method}' as method, a.payload #>> '{facts,outcome}' as outcome, rung.name as rung,
  a.payload ->> 'detail' as detail
from public.ticket_actions as a
join public.tickets as t on t.id = a.ticket_id
join public.sources as s on s.id = t.source_id
left join public.ticket_actions as before on before.ticket_id = a.ticket_id and before.seq = a.seq - 1
left join public.engineers as actor on a.actor = 'engineer:' || actor.id
left join public.engineers as rung on rung.id = (a.payload #>> '{facts,engineer_id}')::bigint
left join public.replies as r on r.id = (a.payload #>> '{facts,reply_id}')::bigint
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
    reply: str | None = None
    confirmation: str | None = None
    method: str | None = None
    outcome: str | None = None
    rung: str | None = None
    detail: str | None = None

    @property
    def who(self) -> str:
        """A person's name, or who else wrote the row."""
        if self.actor_type in ("bot", "system"):
            return "Shift-Bot"
        return self.name or self.actor

    @property
    def words(self) -> str:
        """What was said, or what is to be known about it, on one line."""
        said = " ".join((self.body or self.confirmation or "").split())
        files = f"[{self.attachments} attached]" if self.attachments else ""
        parts = (self.reply, self._verdict, self._ring, self.error, f"“{said}”" if said else "", files)
        return " ".join(part for part in parts if part)

    @property
    def _ring(self) -> str:
        if self.method is None:
            return ""
        goes_on = self.outcome in ("delivered", "ringing", "answered", "acknowledged")
        why = f"({self.detail})" if self.detail and not goes_on else ""
        known = (self.method.replace("_", " "), "to" if self.rung else "", self.rung or "")
        # Of a ring that has just been placed there is nothing else to tell.
        ended = "" if self.outcome in (None, "attempted") else f"→ {self.outcome.replace('_', ' ')}"
        return " ".join(part for part in (*known, ended, why) if part)

    @property
    def _verdict(self) -> str:
        if self.engine is None:
            return ""
        known = [self.engine, "" if self.severity is None else f"{self.severity:.2f}", self.category or ""]
        why = f"(instead of the model: {self.fallback})" if self.fallback else ""
        return " ".join(part for part in (*known, why) if part)


class Journal:
    """Reads what is new in the journal since it was made."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        ((newest,),) = reader.rows("select coalesce(max(id), 0) from public.ticket_actions")
        self._start = self._newest = int(newest)
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
        return self._reader.objects(Action, _ACTIONS + where, value)


def show(
    console: Console, actions: Iterable[Action], name_of: Callable[[Action], str] = lambda a: a.who
) -> None:
    """Prints actions: one line each where there is room, else the words on a second one."""
    lay_out = _on_one_line if console.width >= _WIDE else _on_two_lines
    for action in actions:
        for line in lay_out(action, name_of(action), console.width):
            line.truncate(console.width, overflow="ellipsis")
            line.rstrip()
            console.print(line, no_wrap=True, overflow="ignore", crop=False)


def status(name: str) -> Text:
    """A status in its colour."""
    return Text(name, style=_STATUS_COLOURS.get(name, ""))


def _on_one_line(action: Action, who: str, width: int) -> list[Text]:
    place = Text(f"{action.platform:<8} {_fit(action.source, 16)}  ", style="dim")
    line = Text.assemble(_head(action), place, f"{action.event:<17} ", _person(action, _fit(who, 12)), "  ")
    line.append(action.words)
    line.truncate(width - _STATUS_WIDTH, overflow="ellipsis", pad=True)
    return [Text.assemble(line, "  ", _moved(action))]


def _on_two_lines(action: Action, who: str, width: int) -> list[Text]:
    head = _head(action)
    first = Text.assemble(head, action.event)
    first.truncate(width - _STATUS_WIDTH, pad=True)
    place = f" ({action.platform}, {action.source})" if action.seq == 1 else ""
    second = Text.assemble(
        " " * len(head), _person(action, who), (place, "dim"), ": " if action.words else ""
    )
    return [Text.assemble(first, "  ", _moved(action)), second.append(action.words)]


def _head(action: Action) -> Text:
    when = f"{action.created_at.astimezone():%H:%M:%S}"
    return Text.assemble((when, "dim"), " ", (f"{'#' + str(action.ticket_id):>5}", "bold"), "  ")


def _person(action: Action, name: str) -> Text:
    return Text(name, style=_ACTOR_COLOURS.get(action.actor_type, ""))


def _moved(action: Action) -> Text:
    """The status the action led to; nothing where it stayed."""
    if action.status_before == action.status_after:
        return Text("")
    return Text.assemble("→ ", status(action.status_after))


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
