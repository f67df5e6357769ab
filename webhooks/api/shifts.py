"""/shifts: the plan. Every engineer overrides, admins write the plan itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from flask import Response
from flask_openapi3 import APIBlueprint
from psycopg import sql
from pydantic import Field

from shiftbot.acting import Connection, Refused
from webhooks.api.problems import not_found
from webhooks.api.routing import PREFIX, Done, Routes, require_version, row, rows, shown, tag_of
from webhooks.api.shape import Answer, ById, Editing, Id, Moment, Number, Remark, Request, Versioned, Writing

_READ = ("tickets:read", "oncall:write", "admin")
_COLUMNS = "id, engineer_id, starts_at, ends_at, kind, rotation_id, created_by, reason, updated_at"
_SHIFTS = f"select {_COLUMNS} from public.shifts"  # noqa: S608 - ours


def _never() -> datetime:
    return datetime.min.replace(tzinfo=UTC)


class Shift(Versioned):
    """A span of the plan and whose it is."""

    id: Id
    engineer_id: Id
    starts_at: Moment
    ends_at: Moment
    kind: Literal["rotation", "override", "manual"]
    rotation_id: Id | None
    created_by: str
    reason: str
    updated_at: Moment


class Shifts(Answer):
    """Shifts in their order; `next`: ask again with it as `from`."""

    items: list[Shift]
    next: Moment | None


class Window(Request):
    """Which part of the plan."""

    since: Moment | None = Field(
        None, alias="from", description="Shifts that end after this; now, where it is left out."
    )
    until: Moment | None = Field(
        None, description="Shifts that begin before this; 60 days later, where it is left out."
    )
    limit: int = Field(50, ge=1, le=200, description="How many at most.")


class Override(Request):
    """A span given to somebody, cutting into whatever is planned there."""

    engineer_id: Number
    starts_at: Moment | None = Field(None, description="Now, where it is left out or has passed.")
    ends_at: Moment
    reason: Remark = ""


class ShiftChange(Request):
    """What is to be different; what is left out stays."""

    engineer_id: Number = Field(
        default_factory=int
    )  # a factory: the document shows no value that would be none
    starts_at: Moment = Field(default_factory=_never)
    ends_at: Moment = Field(default_factory=_never)
    reason: Remark = ""


class Removed(Answer):
    """The shift that is gone."""

    id: Id


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""
    _reads(routes)
    _writes(routes)
    return routes.blueprint


def _reads(routes: Routes) -> None:
    @routes.route("get", "/shifts", _READ, Shifts)
    def list_shifts(query: Window) -> Response:
        """Lists what is planned, in its order."""
        since = query.since or datetime.now(UTC)
        with routes.reading() as conn:
            found = rows(
                conn,
                Shift,
                f"{_SHIFTS} where ends_at > %s and starts_at < coalesce(%s, %s + interval '60 days')"
                " order by starts_at limit %s",
                *(since, query.until, since, query.limit + 1),
            )
        more = found[query.limit :]
        return shown(Shifts(items=found[: query.limit], next=more[0].starts_at if more else None))

    @routes.route("get", "/shifts/<id>", _READ, Shift)
    def get_shift(path: ById) -> Response:
        """Reads one shift; the ETag is what a change names."""
        with routes.reading() as conn:
            found = _one(conn, path.id)
        return shown(found, {"ETag": tag_of(found)})


def _writes(routes: Routes) -> None:
    @routes.route("post", "/shifts", ("oncall:write",), Shift, 201)
    def override_shift(header: Writing, body: Override) -> Response:
        """Gives a span to somebody in one act, cutting into every shift it meets. A swap is two of these."""

        def work(conn: Connection) -> Done:
            made = conn.execute(
                "select private.override_shift(%s, %s, %s, %s)",
                (body.engineer_id, body.starts_at, body.ends_at, body.reason),
            ).fetchone()
            return _done(_one(conn, made[0] if made else 0), 201)

        return routes.writing(header, work)

    @routes.route("patch", "/shifts/<id>", ("admin",), Shift)
    def change_shift(path: ById, header: Editing, body: ShiftChange) -> Response:
        """Changes one shift; a rotation's becomes a manual one. Admins only."""

        def work(conn: Connection) -> Done:
            held = _held(conn, path.id, header)
            values = body.model_dump(exclude_unset=True)
            return _done(_written(conn, path.id, values) if values else held)

        return routes.writing(header, work)

    @routes.route("delete", "/shifts/<id>", ("admin",), Removed)
    def remove_shift(path: ById, header: Editing) -> Response:
        """Takes one shift out of the plan. Admins only."""

        def work(conn: Connection) -> Done:
            _held(conn, path.id, header)
            conn.execute("delete from public.shifts where id = %s", (path.id,))
            return Done(Removed(id=path.id))

        return routes.writing(header, work)


def _one(conn: Connection, shift_id: int) -> Shift:
    found = row(conn, Shift, f"{_SHIFTS} where id = %s", shift_id)
    if found is None:
        raise not_found("shift")
    return found


def _held(conn: Connection, shift_id: int, header: Editing) -> Shift:
    _one(conn, shift_id)
    held = row(conn, Shift, f"{_SHIFTS} where id = %s for update", shift_id)
    if held is None:  # seen, and not to be changed
        raise Refused(
            "You may not do that.",
            "Only admins change the plan; everybody may override it.",
            sqlstate="42501",
        )
    require_version(header, tag_of(held))
    return held


def _written(conn: Connection, shift_id: int, values: dict[str, Any]) -> Shift:
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    conn.execute(sql.SQL("update public.shifts set {} where id = {}").format(changes, shift_id), values)
    return _one(conn, shift_id)


def _done(found: Shift, status: int = 200) -> Done:
    headers = {"ETag": tag_of(found)}
    if status == 201:
        headers["Location"] = f"{PREFIX}/shifts/{found.id}"
    return Done(found, status, headers)
