"""/tickets: listing, reading, raising, and the timeline of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from flask import Response
from flask_openapi3 import APIBlueprint
from psycopg import sql
from psycopg.rows import class_row
from pydantic import Field, StringConstraints

from shiftbot.acting import Connection
from shiftbot.platforms.base import Origin
from webhooks.api.problems import not_found
from webhooks.api.routing import PREFIX, Done, Routes, cut, row, rows, shown
from webhooks.api.shape import Answer, ById, Id, Line, Moment, Number, Request, Text, Versioned, Writing

_READ = ("tickets:read",)
Status = Literal["open", "auto_answered", "awaiting_feedback", "escalation_pending", "escalated", "closed"]
Term = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
_CURSOR = r"^[0-9]{1,16}-[0-9]{1,18}$"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    "t.id, t.platform::text as platform, t.source_id, t.status::text as status, t.severity::double precision as severity,"
    " t.title, t.summary, t.language, t.opened_by, t.assigned_engineer_id, t.parent_ticket_id, t.last_action_seq,"
    " t.created_at, t.updated_at"
)
_TICKET = f"select {_COLUMNS} from public.tickets as t where t.id = %s"  # noqa: S608 - ours
_LIST = f"select {_COLUMNS} from public.tickets as t where {{}} order by {{}} limit {{}}"  # noqa: S608 - ours
_TIMELINE = """
select seq, action_type::text as action_type, event, status_after::text as status_after, actor_type::text as actor_type, actor,
  coalesce(body, (select r.body from public.replies as r where r.ticket_id = a.ticket_id and r.cause_seq = a.seq)) as body,
  coalesce(payload -> 'facts', '{}') as facts, created_at as at, erased_at is not null as is_erased
from public.ticket_actions as a where ticket_id = %s and seq > %s order by seq limit %s
"""


class Ticket(Versioned):
    """One report and where it stands. Its version (ETag) is the number of its last action."""

    id: Id
    platform: Origin
    source_id: Id
    status: Status
    severity: float | None
    title: str | None
    summary: str | None
    language: str | None
    opened_by: str
    assigned_engineer_id: Id | None
    parent_ticket_id: Id | None
    last_action_seq: int
    created_at: Moment
    updated_at: Moment


class Tickets(Answer):
    """Some tickets, the newest activity first."""

    items: list[Ticket]
    next: str | None = Field(description="Ask again with it as `after`; null: there are no more.")


class Filters(Request):
    """Which tickets; what is left out lets all through."""

    status: list[Status] = Field(default_factory=list, description="One or several.")
    platform: Origin | None = None
    source_id: Id | None = None
    severity_at_least: float | None = Field(None, ge=0, le=1)
    assignee: Annotated[str, StringConstraints(pattern=r"^(me|nobody|[1-9][0-9]{0,17})$")] | None = Field(
        None, description="An engineer's number, `me` or `nobody`."
    )
    q: Term | None = Field(None, description="Words that are all in it, or its number.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    after: Annotated[str, StringConstraints(pattern=_CURSOR)] | None = Field(
        None, description="`next` of the answer before."
    )


class Report(Request):
    """What another system reports. The reporter is whoever the token belongs to."""

    source_id: Number = Field(description="A source of the platform `api`.")
    body: Text = Field(description="What is wrong, in words.")
    title: Line | None = None
    external_id: Reference | None = Field(
        None,
        description="The sender's own id of this report: with the same one it is recorded once, whenever it comes.",
    )
    thread: Reference | None = Field(
        None,
        description="What the report is about: with the same one it joins the ticket that is not closed yet.",
    )


class Raised(Answer):
    """What became of a report."""

    ticket_id: Id
    outcome: Literal["created", "created_linked", "reopened", "appended", "duplicate"]
    seq: int | None


class Action(Answer):
    """One row of a ticket's journal."""

    seq: int
    action_type: str
    event: str
    status_after: Status
    actor_type: str
    actor: str
    body: str | None
    facts: dict[str, Any]
    at: Moment
    is_erased: bool


class Timeline(Answer):
    """Some of a journal, oldest first."""

    items: list[Action]
    next: int | None = Field(description="Ask again with it as `after`; null: nothing more happened yet.")


class Since(Request):
    """Where to begin, and how much."""

    limit: int = Field(100, ge=1, le=500, description="How many at most.")
    after: int = Field(0, ge=0, le=2**31 - 1, description="`next`, or the last `seq` that is known.")


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""
    _reads(routes)
    _writes(routes)
    return routes.blueprint


def _reads(routes: Routes) -> None:
    @routes.route("get", "/tickets", _READ, Tickets)
    def list_tickets(query: Filters) -> Response:
        """Lists tickets, the newest activity first."""
        wanted = sql.SQL(" and ").join(_terms(query))
        with routes.reading() as conn, conn.cursor(row_factory=class_row(Ticket)) as cursor:
            found = cursor.execute(sql.SQL(_LIST).format(wanted, _order(query), query.limit + 1)).fetchall()
        items, is_more = cut(found, query.limit)
        return shown(Tickets(items=items, next=_cursor(items[-1]) if is_more else None))

    @routes.route("get", "/tickets/<id>", _READ, Ticket)
    def get_ticket(path: ById) -> Response:
        """Reads one ticket; its ETag may be named by what is done to it."""
        with routes.reading() as conn:
            found = one(conn, path.id)
        return shown(found, {"ETag": f'"{found.last_action_seq}"'})

    @routes.route("get", "/tickets/<id>/timeline", _READ, Timeline)
    def get_timeline(path: ById, query: Since) -> Response:
        """Reads what happened to a ticket, oldest first: messages, answers, notes, calls and moves."""
        with routes.reading() as conn:
            one(conn, path.id)
            found = rows(conn, Action, _TIMELINE, path.id, query.after, query.limit + 1)
        items, is_more = cut(found, query.limit)
        return shown(Timeline(items=items, next=items[-1].seq if is_more else None))


def _writes(routes: Routes) -> None:
    @routes.route("post", "/tickets", ("tickets:write",), Raised, 200, 201)
    def raise_ticket(header: Writing, body: Report) -> Response:
        """Raises a ticket for another system: 201 where a ticket began, 200 where one went on or knew it already."""

        def work(conn: Connection) -> Done:
            given = (body.source_id, body.external_id, body.thread, body.title, body.body)
            query = "select ticket_id, outcome, seq from private.raise_ticket(%s, %s, %s, %s, %s)"
            with conn.cursor(row_factory=class_row(Raised)) as cursor:
                raised = cursor.execute(query, given).fetchone()
            if raised is None:
                raise not_found("source")
            is_new = raised.outcome in ("created", "created_linked")
            where = {"Location": f"{PREFIX}/tickets/{raised.ticket_id}"}
            return Done(raised, 201 if is_new else 200, where)

        return routes.writing(header, work)


def one(conn: Connection, ticket_id: int) -> Ticket:
    """The ticket. Raises where there is none."""
    found = row(conn, Ticket, _TICKET, ticket_id)
    if found is None:
        raise not_found("ticket")
    return found


def _terms(query: Filters) -> Iterator[sql.Composable]:
    """Literals and no parameters: only of these does the planner know that a partial index serves."""
    yield sql.SQL("true")
    if query.status:
        if "closed" not in query.status:
            yield sql.SQL("t.status <> 'closed'")
        elif set(query.status) == {"closed"}:
            yield sql.SQL("t.status = 'closed'")
        yield sql.SQL("t.status = any ({}::public.ticket_status[])").format(sorted(set(query.status)))
    if query.platform:
        yield sql.SQL("t.platform = {}").format(query.platform)
    if query.source_id:
        yield sql.SQL("t.source_id = {}").format(query.source_id)
    if query.severity_at_least is not None:
        yield sql.SQL("t.severity >= {}").format(query.severity_at_least)
    if query.assignee == "nobody":
        yield sql.SQL("t.assigned_engineer_id is null")
    elif query.assignee == "me":
        yield sql.SQL("t.assigned_engineer_id = (select private.current_engineer_id())")
    elif query.assignee:
        yield sql.SQL("t.assigned_engineer_id = {}").format(int(query.assignee))
    if query.q:
        yield sql.SQL("t.id = any (array(select private.search_tickets({}, 1000)))").format(query.q)
    if query.after:
        micros, number = map(int, query.after.split("-"))
        yield sql.SQL("(t.updated_at, t.id) < ({}, {})").format(
            _EPOCH + timedelta(microseconds=micros), number
        )


def _order(query: Filters) -> sql.Composable:
    """Newest activity first. Spelled differently where the index of one source's or engineer's closed tickets serves."""
    is_of_one = query.source_id is not None or query.assignee not in (None, "nobody")
    if is_of_one and set(query.status) == {"closed"}:
        return sql.SQL("t.updated_at desc nulls last, t.id desc nulls last")
    return sql.SQL("t.updated_at desc, t.id desc")


def _cursor(last: Ticket) -> str:
    return f"{(last.updated_at - _EPOCH) // timedelta(microseconds=1)}-{last.id}"
