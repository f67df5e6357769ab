"""/on-call: who has the shift, who is next, and handing it over."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import Field

from shiftbot.acting import Connection
from webhooks.api.routing import Done, Routes, row, shown
from webhooks.api.shape import Answer, Id, Moment, Number, Remark, Request, Writing

_READ = ("tickets:read", "oncall:write", "admin")
_NOW = "select engineer_id, name, since, changed_by, reason, until from ops.on_call"
_NEXT = """
select s.id as shift_id, s.engineer_id, e.name, s.starts_at, s.ends_at
from public.shifts as s join public.engineers as e on e.id = s.engineer_id
where s.starts_at > clock_timestamp() and e.is_active order by s.starts_at limit 1
"""


class Now(Answer):
    """Who has the shift; `engineer_id` is null where nobody has."""

    engineer_id: Id | None
    name: str
    since: Moment | None
    changed_by: str | None
    reason: str
    until: Moment | None = Field(description="When the rota says something new.")


class Next(Answer):
    """The next shift of an active engineer."""

    shift_id: Id
    engineer_id: Id
    name: str
    starts_at: Moment
    ends_at: Moment


class Duty(Answer):
    """Who is on call now, and who is planned next."""

    now: Now
    next: Next | None


class HandOver(Request):
    """To whom, and from whom as the sender has seen it."""

    to_engineer_id: Number | None = Field(description="null: nobody is on call then.")
    from_engineer_id: Number | None = Field(
        None, description="Hand over only if this one still has the shift; null: whoever has it."
    )
    reason: Remark = ""


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""

    @routes.route("get", "/on-call", _READ, Duty)
    def get_on_call() -> Response:
        """Reads who is on call now, and who is next."""
        with routes.reading() as conn:
            return shown(_duty(conn))

    @routes.route("post", "/on-call/hand-over", ("oncall:write",), Duty)
    def hand_over(header: Writing, body: HandOver) -> Response:
        """Hands the shift over in one act."""

        def work(conn: Connection) -> Done:
            conn.execute(
                "select private.hand_over(%s, %s, %s)",
                (body.to_engineer_id, body.reason, body.from_engineer_id),
            )
            return Done(_duty(conn))

        return routes.writing(header, work)

    return routes.blueprint


def _duty(conn: Connection) -> Duty:
    now = row(conn, Now, _NOW)
    nobody = Now(engineer_id=None, name="nobody", since=None, changed_by=None, reason="", until=None)
    return Duty(now=now or nobody, next=row(conn, Next, _NEXT))
