"""The list of tickets: filtered, newest activity first, a page at a time; and what its filters offer. A query a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from psycopg import sql
from psycopg.rows import dict_row

from dashboard.database import Connection
from shiftbot.platforms.base import Platform

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
    platform: Platform | None = None
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


_LIST = sql.SQL("select t.* from public.tickets as t where ")
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
    order = sql.SQL("{}t.updated_at desc, t.id desc").format(
        sql.SQL("t.id = {} desc, ").format(sql.Literal(number)) if number is not None else sql.SQL("")
    )
    some = sql.SQL(" order by {} limit {}").format(order, sql.Literal(limit + 1))
    parts = sql.SQL(" union all ").join(
        sql.SQL("({})").format(part) for part in _parts(filters, before, some)
    )
    query = sql.SQL(_LISTED).format(parts=parts, order=order, limit=sql.Literal(limit + 1))
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


def _parts(filters: Filters, before: Cursor | None, some: sql.Composable) -> Iterator[sql.Composable]:
    """Unclosed and closed tickets apart, each in the order of a partial index.

    Literals and no parameters: only of these does the planner know that the index serves, and how rare they are.
    """
    terms, platform = sql.SQL(" and ").join(_terms(filters, before)), _of_platform(filters.platform)
    wanted = sorted(set(filters.statuses) or set(STATUSES))
    unclosed = [status for status in wanted if status != "closed"]
    if _searchable(filters.text):  # its tickets are found by their numbers, once
        yield _LIST + _in(wanted) + platform + terms + some
        return
    if unclosed:
        yield _LIST + sql.SQL("t.status <> 'closed' and ") + _in(unclosed) + platform + terms + some
    if "closed" in wanted and filters.platform is None:
        yield _LIST + sql.SQL("t.status = 'closed' and ") + terms + some
    elif "closed" in wanted:
        # Source by source: under RLS the platform is no index condition, and it may have few of a million.
        of_source = _LIST + sql.SQL("t.source_id = s.id and t.status = 'closed' and ") + terms + some
        each = "select t.* from public.sources as s cross join lateral ({}) as t where s.platform = {}"
        yield sql.SQL(each).format(of_source, sql.Literal(filters.platform))


def _in(statuses: Sequence[str]) -> sql.Composable:
    return sql.SQL("t.status = any ({}::public.ticket_status[]) and ").format(sql.Literal(list(statuses)))


def _of_platform(platform: Platform | None) -> sql.Composable:
    return sql.SQL("") if platform is None else sql.SQL("t.platform = {} and ").format(sql.Literal(platform))


def _terms(filters: Filters, before: Cursor | None) -> Iterator[sql.Composable]:
    yield _assigned_to(filters.assignee)
    if filters.source_id is not None:
        yield sql.SQL("t.source_id = {}").format(sql.Literal(filters.source_id))
    if filters.severity_at_least is not None:
        yield sql.SQL("t.severity >= {}").format(sql.Literal(Decimal(str(filters.severity_at_least))))
    if text := _searchable(filters.text):
        yield _found(text, filters.statuses, before)
    if before is not None:
        at = sql.Literal(before.updated_at), sql.Literal(before.id)
        yield sql.SQL("(t.updated_at, t.id) < ({}, {})").format(*at)


def _assigned_to(assignee: int | Literal["me", "nobody"] | None) -> sql.Composable:
    if assignee is None:
        return sql.SQL("true")
    if assignee == "nobody":
        return sql.SQL("t.assigned_engineer_id is null")
    who = sql.SQL("(select private.current_engineer_id())") if assignee == "me" else sql.Literal(assignee)
    return sql.SQL("t.assigned_engineer_id = ") + who


def _found(text: str, statuses: tuple[Status, ...], before: Cursor | None) -> sql.Composable:
    search = "t.id = any (array(select private.search_tickets({}, {}, {}::public.ticket_status[])))"
    found = sql.SQL(search).format(
        sql.Literal(text), sql.Literal(_SEARCHED), sql.Literal(list(statuses or STATUSES))
    )
    number = _number(text)
    if before is None or number is None:
        return found
    return found + sql.SQL(" and t.id <> {}").format(sql.Literal(number))  # it led the first list


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
