"""The list of tickets: filtered, newest activity first, a page at a time; and what its filters offer. A query a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, LiteralString, get_args

from psycopg import sql
from psycopg.rows import dict_row

from dashboard.database import Connection
from shiftbot.platforms.base import Origin

Status = Literal["open", "auto_answered", "awaiting_feedback", "escalation_pending", "escalated", "closed"]
PageState = Literal["ringing", "acknowledged", "joined"]
STATUSES: tuple[Status, ...] = get_args(Status)
UNCLOSED: tuple[Status, ...] = STATUSES[:-1]
SNIPPET = 140  # characters
_SEARCHED = 1000  # of a word that more tickets have, those that moved last
_NUMBER = re.compile(r"\s*#?([0-9]{1,18})\s*")


@dataclass(frozen=True)
class Filters:
    """Which tickets; what is left alone lets all through. An assignee is an engineer's id, "me" or "nobody"."""

    statuses: tuple[Status, ...] = UNCLOSED
    platform: Origin | None = None
    source_id: int | None = None
    severity_at_least: float | None = None
    assignee: int | Literal["me", "nobody"] | None = None
    text: str = ""


@dataclass(frozen=True)
class Cursor:
    """The last ticket of a list: the next one begins behind it."""

    updated_at: datetime
    id: int


@dataclass(frozen=True)
class Page:
    """How the open page of a ticket stands. `who` is being rung, or has acknowledged; of a joined one, its leader's."""

    state: PageState
    who: str | None
    acknowledged_by: int | None
    since: datetime
    leader_ticket_id: int | None


@dataclass(frozen=True)
class Ticket:
    """A ticket as a list shows it. `waiting_since`: since when its customer has waited for somebody; None: does not."""

    id: int
    title: str | None
    summary: str | None
    status: Status
    severity: float | None
    platform: str
    source: str
    opened_by: str
    reporter: str | None
    assignee_id: int | None
    assignee: str | None
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None
    page: Page | None
    snippet: str
    attachments: int
    has_draft: bool


@dataclass(frozen=True)
class Listing:
    """Some tickets, and where the next ones begin; None: there are no more."""

    tickets: tuple[Ticket, ...]
    next: Cursor | None


@dataclass(frozen=True)
class Count:
    """How many tickets a status has; capped: at least so many."""

    tickets: int
    is_capped: bool


@dataclass(frozen=True)
class Source:
    """What a filter offers."""

    id: int
    platform: str
    name: str
    is_active: bool


@dataclass(frozen=True)
class Engineer:
    """Whom a ticket can be assigned to, and who left and still has some."""

    id: int
    name: str
    is_active: bool
    is_on_call: bool
    is_me: bool


_NEWEST_FIRST = sql.SQL("t.updated_at desc, t.id desc")
# The same order, but only the indexes of one source or engineer have it.
_OF_ONE = sql.SQL("t.updated_at desc nulls last, t.id desc nulls last")
_LIST = "select t.* from public.tickets as t where {} and {} order by {} limit {}"
_LISTED = """
with chosen as materialized (select t.* from ({parts}) as t order by {order} limit {limit})
select t.id, t.title, t.summary, t.status::text as status, t.severity::double precision as severity,
  t.platform::text as platform, s.name as source, t.opened_by, g.reporter, t.assigned_engineer_id as assignee_id,
  assignee.name as assignee, t.created_at, t.updated_at, g.waiting_since, g.page_state, g.page_since, g.who,
  g.acknowledged_by, g.leader_ticket_id, g.snippet, g.attachments, g.has_draft
from chosen as t
join private.ticket_glances(array(select id from chosen)) as g on g.ticket_id = t.id
join public.sources as s on s.id = t.source_id
left join public.engineers as assignee on assignee.id = t.assigned_engineer_id
order by {order}
"""


def tickets(conn: Connection, filters: Filters, before: Cursor | None = None, limit: int = 50) -> Listing:
    """Newest activity first, behind `before`; a ticket whose number was searched for leads the first list."""
    number = _number(filters.text) if before is None else None
    leads = [_sql("t.id = {} desc", number)] if number is not None else []
    order = sql.SQL(", ").join([*leads, _NEWEST_FIRST])
    parts = sql.SQL(" union all ").join(
        _sql("({})", part) for part in _parts(filters, before, order, limit + 1)
    )
    query = sql.SQL(_LISTED).format(parts=parts, order=order, limit=limit + 1)
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query).fetchall()
    found = tuple(_ticket(row) for row in rows[:limit])
    return Listing(found, Cursor(found[-1].updated_at, found[-1].id) if len(rows) > limit else None)


def counts(conn: Connection) -> dict[Status, Count]:
    """Every status, in the order of a ticket's life."""
    rows = conn.execute("select status::text, tickets, is_capped from private.ticket_counts()").fetchall()
    return {status: Count(n, is_capped) for status, n, is_capped in rows}


def sources(conn: Connection) -> tuple[Source, ...]:
    """Those in use first."""
    rows = conn.execute(
        "select id, platform::text, name, is_active from public.sources order by is_active desc, platform, name, id"
    ).fetchall()
    return tuple(Source(*row) for row in rows)


def engineers(conn: Connection) -> tuple[Engineer, ...]:
    """Those who are active first."""
    rows = conn.execute(
        "select id, name, is_active, is_on_call, id = (select private.current_engineer_id()) from public.engineers"
        " order by is_active desc, lower(name), id"
    ).fetchall()
    return tuple(Engineer(*row) for row in rows)


def acknowledgeable(conn: Connection) -> frozenset[str]:
    """The statuses in which an engineer may acknowledge; status_transitions says so."""
    rows = conn.execute(
        "select m.from_status::text from public.status_transitions as m join public.action_events as e using (event)"
        " where m.event = 'acknowledged' and 'engineer' = any (e.written_by)"
    ).fetchall()
    return frozenset(status for (status,) in rows)


def _parts(
    filters: Filters, before: Cursor | None, order: sql.Composable, limit: int
) -> Iterator[sql.Composable]:
    """Unclosed and closed tickets apart, each in the order of a partial index.

    Literals and no parameters: only of these does the planner know that the index serves.
    """
    terms = sql.SQL(" and ").join([sql.SQL("true"), *_terms(filters, before)])
    wanted = sorted(set(filters.statuses) or set(STATUSES))
    unclosed = [status for status in wanted if status != "closed"]
    if _searchable(filters.text):  # its tickets are found by their numbers, once
        yield _sql(_LIST, _in(wanted), terms, order, limit)
        return
    if unclosed:
        yield _sql(_LIST, _sql("t.status <> 'closed' and {}", _in(unclosed)), terms, order, limit)
    if "closed" in wanted:
        yield _closed(filters, terms, order, limit)


def _closed(filters: Filters, terms: sql.Composable, order: sql.Composable, limit: int) -> sql.Composable:
    """Those of one source or engineer by an index of their own: they may be few of a million."""
    if filters.source_id is not None or filters.platform is not None:
        of_source = _sql(_LIST, sql.SQL("t.status = 'closed' and t.source_id = s.id"), terms, _OF_ONE, limit)
        sources = [
            *([_sql("s.id = {}", filters.source_id)] if filters.source_id is not None else []),
            *([_sql("s.platform = {}", filters.platform)] if filters.platform is not None else []),
        ]
        each = "select t.* from public.sources as s cross join lateral ({}) as t where {}"
        return _sql(each, of_source, sql.SQL(" and ").join(sources))
    is_of_one = filters.assignee not in (None, "nobody")
    return _sql(_LIST, sql.SQL("t.status = 'closed'"), terms, _OF_ONE if is_of_one else order, limit)


def _in(statuses: Sequence[str]) -> sql.Composable:
    return _sql("t.status = any ({}::public.ticket_status[])", list(statuses))


def _terms(filters: Filters, before: Cursor | None) -> Iterator[sql.Composable]:
    if filters.assignee == "nobody":
        yield sql.SQL("t.assigned_engineer_id is null")
    elif filters.assignee == "me":
        yield sql.SQL("t.assigned_engineer_id = (select private.current_engineer_id())")
    elif filters.assignee is not None:
        yield _sql("t.assigned_engineer_id = {}", filters.assignee)
    if filters.platform is not None:
        yield _sql("t.platform = {}", filters.platform)
    if filters.source_id is not None:
        yield _sql("t.source_id = {}", filters.source_id)
    if filters.severity_at_least is not None:
        yield _sql("t.severity >= {}", Decimal(str(filters.severity_at_least)))
    if text := _searchable(filters.text):
        search = "t.id = any (array(select private.search_tickets({}, {}, {}::public.ticket_status[])))"
        yield _sql(search, text, _SEARCHED, list(filters.statuses or STATUSES))
        if before is not None and (number := _number(text)) is not None:
            yield _sql("t.id <> {}", number)  # it led the first list
    if before is not None:
        yield _sql("(t.updated_at, t.id) < ({}, {})", before.updated_at, before.id)


def _sql(text: LiteralString, *values: object) -> sql.Composed:
    """With values as literals."""
    return sql.SQL(text).format(*values)


def _searchable(text: str) -> str:
    """Without what no database text can hold."""
    return text[:1000].replace("\0", " ").encode("utf-8", "replace").decode().strip()


def _number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def _ticket(row: dict[str, Any]) -> Ticket:
    state, since, leader = row.pop("page_state"), row.pop("page_since"), row.pop("leader_ticket_id")
    who, acknowledged_by = row.pop("who"), row.pop("acknowledged_by")
    page = Page(state, who, acknowledged_by, since, leader) if state else None
    words = " ".join(row.pop("snippet").split())
    snippet = words if len(words) <= SNIPPET else words[: SNIPPET - 1] + "…"
    return Ticket(**row, page=page, snippet=snippet)
