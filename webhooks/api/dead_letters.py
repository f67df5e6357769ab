"""GET /dead-letters and POST /dead-letters/QUEUE/ID/requeue: queue messages that kept failing."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import Field, JsonValue

from shiftbot.acting import Connection
from webhooks.api.problems import not_found
from webhooks.api.routing import Done, Routes, rows, shown
from webhooks.api.shape import Answer, Id, Moment, Request, Writing

_OPERATE = ("admin",)
_DEAD = "select queue, msg_id, died_at, attempts, reason, ticket_id, message from private.dead_letters(%s)"


class Newest(Request):
    """How many are wanted."""

    limit: int = Field(50, ge=1, le=200, description="How many at most, the newest first.")


class Dead(Request):
    """The message in the path."""

    queue: str = Field(pattern=r"^[a-z_]{1,40}$")
    msg_id: Id


class DeadLetter(Answer):
    """A message that kept failing, and why; it holds numbers and no words."""

    queue: str
    msg_id: Id
    died_at: Moment
    attempts: int | None
    reason: str | None
    ticket_id: Id | None
    message: JsonValue


class DeadLetters(Answer):
    """The newest of them."""

    items: list[DeadLetter]


class Requeued(Answer):
    """The message that works again."""

    queue: str
    msg_id: Id


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""

    @routes.route("get", "/dead-letters", _OPERATE, DeadLetters)
    def list_dead_letters(query: Newest) -> Response:
        """Lists the messages that kept failing, the newest first."""
        with routes.reading() as conn:
            return shown(DeadLetters(items=rows(conn, DeadLetter, _DEAD, query.limit)))

    @routes.route("post", "/dead-letters/<queue>/<msg_id>/requeue", _OPERATE, Requeued)
    def requeue_dead_letter(path: Dead, header: Writing) -> Response:
        """Puts a message back to work; the ticket's journal says who did it."""

        def work(conn: Connection) -> Done:
            done = conn.execute(
                "select private.requeue_dead_letter(%s, %s)", (path.queue, path.msg_id)
            ).fetchone()
            if not (done and done[0]):
                raise not_found("dead letter any more")
            return Done(Requeued(queue=path.queue, msg_id=path.msg_id))

        return routes.writing(header, work)

    return routes.blueprint
