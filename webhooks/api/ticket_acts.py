"""POST /tickets/ID/…: what an engineer does to a ticket. Each act is one row of its journal, and the database decides."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shiftbot.acting import Connection
from webhooks.api.problems import not_found
from webhooks.api.routing import Done, Routes, stale
from webhooks.api.shape import ById, Id, MaybeEditing, Remark, Request, Text, Versioned
from webhooks.api.tickets import Status

_WRITE = ("tickets:write",)
_APPEND = """
insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, %s, %s, %s)
returning ticket_id, seq, event, status_after::text as status
"""


class Words(Request):
    """What is said."""

    body: Text


class Reason(Request):
    """Why, for the journal."""

    reason: Remark = ""


class Acted(Versioned):
    """The row that was written, and where the ticket stands by it."""

    ticket_id: Id
    seq: int
    event: str
    status: Status


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""

    def act(ticket_id: int, header: MaybeEditing, event: str, body: str, **facts: Any) -> Response:
        return routes.writing(header, lambda conn: _append(conn, ticket_id, header, event, body, facts))

    @routes.route("post", "/tickets/<id>/replies", _WRITE, Acted, 201)
    def reply_to_ticket(path: ById, header: MaybeEditing, body: Words) -> Response:
        """Answers the customer in their thread. Of a ticket raised here, whoever raised it reads it in the timeline."""
        return act(path.id, header, "public_reply", body.body)

    @routes.route("post", "/tickets/<id>/notes", _WRITE, Acted, 201)
    def note_on_ticket(path: ById, header: MaybeEditing, body: Words) -> Response:
        """Notes something among engineers; the customer does not see it."""
        return act(path.id, header, "note", body.body)

    @routes.route("post", "/tickets/<id>/acknowledge", _WRITE, Acted, 201)
    def acknowledge_ticket(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Takes a ticket that calls for a human; nobody is rung for it any more."""
        return act(path.id, header, "acknowledged", body.reason, via="api")

    @routes.route("post", "/tickets/<id>/escalate", _WRITE, Acted, 201)
    def escalate_ticket(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Calls whoever is on call."""
        return act(path.id, header, "escalated_manually", body.reason)

    @routes.route("post", "/tickets/<id>/deescalate", _WRITE, Acted, 201)
    def deescalate_ticket(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Takes an escalation back."""
        return act(path.id, header, "deescalated", body.reason)

    @routes.route("post", "/tickets/<id>/not-needed", _WRITE, Acted, 201)
    def mark_page_not_needed(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Says that the page which was acknowledged last was not needed; thresholds are calibrated by it."""
        return act(path.id, header, "page_not_needed", body.reason)

    @routes.route("post", "/tickets/<id>/close", _WRITE, Acted, 201)
    def close_ticket(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Closes a ticket."""
        return act(path.id, header, "closed", body.reason)

    @routes.route("post", "/tickets/<id>/reopen", _WRITE, Acted, 201)
    def reopen_ticket(path: ById, header: MaybeEditing, body: Reason) -> Response:
        """Opens a closed ticket again."""
        return act(path.id, header, "reopened", body.reason)

    return routes.blueprint


def _append(
    conn: Connection, ticket_id: int, header: MaybeEditing, event: str, body: str, facts: dict[str, Any]
) -> Done:
    if event == "acknowledged":
        facts = facts | {"assigned_engineer_id": _me(conn)}
    with conn.cursor(row_factory=class_row(Acted)) as cursor:
        written = cursor.execute(
            _APPEND, (ticket_id, event, body or None, Jsonb({"facts": facts} if facts else {}))
        ).fetchone()
    if written is None:
        raise not_found("ticket")
    # The journal numbers its rows under a lock: the one before ours is what the sender must have seen.
    if header.version is not None and header.version != f'"{written.seq - 1}"':
        raise stale()
    return Done(written, 201, {"ETag": f'"{_head(conn, ticket_id)}"'})


def _me(conn: Connection) -> int | None:
    found = conn.execute("select private.current_engineer_id()").fetchone()
    return found[0] if found else None


def _head(conn: Connection, ticket_id: int) -> int:
    """What followed at once from the row, such as a page, counts too."""
    found = conn.execute("select last_action_seq from public.tickets where id = %s", (ticket_id,)).fetchone()
    return found[0] if found else 0
