"""/engineers: the people (and programs) who act here. Admins keep them; nobody is ever deleted."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from flask_openapi3 import APIBlueprint
from psycopg import sql
from psycopg.rows import class_row
from pydantic import Field, StrictBool, StringConstraints

from shiftbot.acting import Connection, Refused
from webhooks.api.problems import not_found
from webhooks.api.routing import PREFIX, Done, Routes, cut, require_version, row, rows, shown, tag_of
from webhooks.api.shape import (
    Answer,
    ById,
    Editing,
    Id,
    Line,
    Moment,
    Number,
    Remark,
    Request,
    Span,
    Versioned,
    Writing,
)

_READ = ("tickets:read", "oncall:write", "admin")
_COLUMNS = (
    "id, name, email, telegram_handle, telegram_user_id, slack_user_id, phone, auth_subject,"
    " is_on_call, is_active, is_admin, created_at, updated_at"
)
_ENGINEERS = f"select {_COLUMNS} from public.engineers"  # noqa: S608 - ours
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,180}$")
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{4,32}$")]
SlackId = Annotated[str, StringConstraints(max_length=40, pattern=r"^[UW][A-Z0-9]+$")]
Subject = Annotated[str, StringConstraints(max_length=255, pattern=r"^[\x21-\x7e]+$")]


class Engineer(Versioned):
    """Somebody who may act here."""

    id: Id
    name: str
    email: str
    telegram_handle: str | None
    telegram_user_id: int | None
    slack_user_id: str | None
    phone: str | None
    auth_subject: str | None = Field(description="Whose API tokens act as this person.")
    is_on_call: bool
    is_active: bool
    is_admin: bool
    created_at: Moment
    updated_at: Moment


class Engineers(Answer):
    """Some engineers, by their numbers."""

    items: list[Engineer]
    next: Id | None


class Contact(Request):
    """How somebody is reached, and by which tokens they come in."""

    telegram_handle: Handle | None = None
    telegram_user_id: Number | None = None
    slack_user_id: SlackId | None = None
    phone: Phone | None = Field(None, description="E.164, such as +4930901820.")
    auth_subject: Subject | None = Field(
        None, description="`sub` of their tokens, or client:ID of a program."
    )


class NewEngineer(Contact):
    """Somebody to let in."""

    name: Line
    email: Email
    is_admin: StrictBool = False


class EngineerChange(Contact):
    """What is to be different; what is left out stays."""

    name: Line = Field(default_factory=str)  # a factory: the document shows no value that would be none
    email: Email = Field(default_factory=str)
    is_admin: StrictBool = Field(default_factory=bool)
    is_active: StrictBool = Field(default_factory=bool, description="false: may do nothing here any more.")


class OnCall(Request):
    """Whether they are to be on call."""

    is_on_call: StrictBool
    reason: Remark = ""


def blueprint(routes: Routes) -> APIBlueprint:
    """The routes, for `mount`."""
    _reads(routes)
    _writes(routes)
    return routes.blueprint


def _reads(routes: Routes) -> None:
    @routes.route("get", "/engineers", _READ, Engineers)
    def list_engineers(query: Span) -> Response:
        """Lists everybody, active or not, by their numbers."""
        with routes.reading() as conn:
            found = rows(
                conn,
                Engineer,
                f"{_ENGINEERS} where id > %s order by id limit %s",
                query.after or 0,
                query.limit + 1,
            )
        items, is_more = cut(found, query.limit)
        return shown(Engineers(items=items, next=items[-1].id if is_more else None))

    @routes.route("get", "/engineers/<id>", _READ, Engineer)
    def get_engineer(path: ById) -> Response:
        """Reads one engineer; the ETag is what a change names."""
        with routes.reading() as conn:
            found = _one(conn, path.id)
        return shown(found, {"ETag": tag_of(found)})


def _writes(routes: Routes) -> None:
    @routes.route("post", "/engineers", ("admin",), Engineer, 201)
    def create_engineer(header: Writing, body: NewEngineer) -> Response:
        """Lets somebody in. Admins only."""

        def work(conn: Connection) -> Done:
            return _done(_written(conn, _INSERT, body.model_dump(exclude_unset=True)), 201)

        return routes.writing(header, work)

    @routes.route("patch", "/engineers/<id>", ("admin",), Engineer)
    def change_engineer(path: ById, header: Editing, body: EngineerChange) -> Response:
        """Changes somebody. Admins only; who is on call cannot be made inactive."""
        return routes.writing(
            header, lambda conn: _changed(conn, path.id, header, body.model_dump(exclude_unset=True))
        )

    @routes.route("delete", "/engineers/<id>", ("admin",), Engineer)
    def deactivate_engineer(path: ById, header: Editing) -> Response:
        """Makes somebody inactive: what they did stays theirs, so nobody is deleted. Admins only."""
        return routes.writing(header, lambda conn: _changed(conn, path.id, header, {"is_active": False}))

    @routes.route("put", "/engineers/<id>/on-call", ("oncall:write",), Engineer)
    def set_on_call(path: ById, header: Writing, body: OnCall) -> Response:
        """Puts somebody on call in the place of whoever is, or takes them off."""

        def work(conn: Connection) -> Done:
            if (found := _one(conn, path.id)).is_on_call != body.is_on_call:
                to, since = (path.id, None) if body.is_on_call else (None, path.id)
                conn.execute("select private.hand_over(%s, %s, %s)", (to, body.reason, since))
                found = _one(conn, path.id)
            return _done(found)

        return routes.writing(header, work)


# Names and places are filled in by psycopg.sql.
_INSERT = "insert into public.engineers ({}) values ({}) returning " + _COLUMNS  # noqa: S608 - our own names
_UPDATE = "update public.engineers set ({}) = row ({}) where id = {} returning " + _COLUMNS  # noqa: S608 - our own names


def _one(conn: Connection, engineer_id: int) -> Engineer:
    found = row(conn, Engineer, f"{_ENGINEERS} where id = %s", engineer_id)
    if found is None:
        raise not_found("engineer")
    return found


def _changed(conn: Connection, engineer_id: int, header: Editing, values: dict[str, Any]) -> Done:
    _one(conn, engineer_id)
    held = row(conn, Engineer, f"{_ENGINEERS} where id = %s for no key update", engineer_id)
    if held is None:  # seen, and not to be changed
        raise Refused("You may not do that.", "Only admins change engineers.", sqlstate="42501")
    require_version(header, tag_of(held))
    return _done(_written(conn, _UPDATE, values, engineer_id) if values else held)


def _written(conn: Connection, statement: str, values: dict[str, Any], *more: int) -> Engineer:
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(sql.Placeholder() * len(values))
    query = sql.SQL(statement).format(names, places, *more)
    with conn.cursor(row_factory=class_row(Engineer)) as cursor:
        found = cursor.execute(query, list(values.values())).fetchone()
    if found is None:
        raise not_found("engineer")
    return found


def _done(found: Engineer, status: int = 200) -> Done:
    headers = {"ETag": tag_of(found)}
    if status == 201:
        headers["Location"] = f"{PREFIX}/engineers/{found.id}"
    return Done(found, status, headers)
