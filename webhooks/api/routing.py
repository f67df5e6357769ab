"""What every route has in common: who may call it, as whom it acts, and that a write is done once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, LiteralString, TypeVar, cast

from flask import Response, current_app, g, request
from flask_openapi3 import APIBlueprint
from psycopg.rows import class_row
from psycopg.types.json import Json
from pydantic import BaseModel

from shiftbot.acting import Connection, Database, Refused
from webhooks.api.introspection import Caller, Doorkeeper
from webhooks.api.problems import MEDIA_TYPE, Problem
from webhooks.api.shape import Answer, Editing, Writing

PREFIX = "/api/v1"
SCOPES = {
    "tickets:read": "read tickets, their timelines, sources, engineers and the rota",
    "tickets:write": "raise tickets, answer, note, acknowledge, escalate, close and reopen them",
    "oncall:write": "put engineers on call, hand over, override shifts; read engineers and the rota",
    "admin": "change engineers and the plan, read dead letters and put them back to work",
}
SCHEME = "bearer"
_PATIENCE_SECONDS = 1.0
_View = TypeVar("_View", bound=Callable[..., Response])
_ALWAYS = (401, 403, 422, 429, 500, 503)
_WITH_ID = (404,)
_WITH_BODY = (400, 413, 415)
_WRITES = (400, 409)
_HEADERS = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
Method = Literal["get", "post", "put", "patch", "delete"]


@dataclass(frozen=True)
class Done:
    """The answer of a write, before it is sent and kept."""

    body: Answer
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)


class Room:
    """So many requests of the API at once: a slow provider never takes the threads that platforms' messages need."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    def enter(self) -> None:
        """Takes a place. Raises where none gets free within a second."""
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            words = "Too many requests of the API are in hand."
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, words, {"Retry-After": "1"})
        g.api_has_place = True

    def leave(self, _: BaseException | None) -> None:
        """Gives the place back, where the request had one."""
        if g.pop("api_has_place", False):
            self._places.release()


class Routes:
    """The routes of one resource. Every one of them names the scopes of which a token must have one."""

    def __init__(self, name: str, database: Database, doorkeeper: Doorkeeper, room: Room) -> None:
        self.blueprint = APIBlueprint(f"api_{name}", __name__, url_prefix=PREFIX)
        self._database = database
        self._doorkeeper = doorkeeper
        self.blueprint.before_request(room.enter)
        self.blueprint.before_request(self._admit)
        self.blueprint.teardown_request(room.leave)

    def route(
        self, method: Method, rule: str, scopes: tuple[str, ...], gives: type[Answer], *statuses: int
    ) -> Callable[[_View], _View]:
        """Registers a view with its scopes and its possible answers in the document.

        `statuses` are those of success, 200 where none is named.
        """

        def register(view: _View) -> _View:
            vars(view)["scopes"] = scopes
            problems = _statuses(method, "<" in rule, view.__annotations__.get("header"))
            answers: dict[str, Any] = {str(status): _problem(status) for status in problems}
            answers |= {str(status): gives for status in statuses or (200,)}
            getattr(self.blueprint, method)(
                rule,
                operation_id=view.__name__,
                tags=None,
                summary=(view.__doc__ or "").split("\n")[0].rstrip("."),
                description=f"{view.__doc__ or ''}\n\nScope: {' or '.join(f'`{scope}`' for scope in scopes)}.",
                security=[{SCHEME: [scope]} for scope in scopes],
                responses=answers,
            )(view)
            return view

        return register

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction as the caller, who is an active engineer."""
        with self._database.acting_as(_caller().person) as conn:
            found = conn.execute("select private.is_engineer()").fetchone()
            if not (found and found[0]):
                raise Refused(
                    "The token belongs to no active engineer.",
                    "An admin records its subject as auth_subject on a row of engineers.",
                    sqlstate="42501",
                )
            yield conn

    def writing(self, header: Writing, work: Callable[[Connection], Done]) -> Response:
        """Does the work and keeps its answer in one transaction; where that was done before, the same answer."""
        with self.reading() as conn:
            known = conn.execute(
                "select status, answer from private.begin_request(%s, %s)", (header.key, _fingerprint())
            ).fetchone()
            if known:
                return _sent(known[0], known[1] | {"replayed": True})
            done = work(conn)
            answer = {"body": done.body.model_dump(mode="json", by_alias=True), "headers": done.headers}
            conn.execute("select private.finish_request(%s, %s, %s)", (header.key, done.status, Json(answer)))
        return _sent(done.status, answer)

    def _admit(self) -> None:
        view = current_app.view_functions[request.endpoint or ""]
        g.api_caller = self._doorkeeper.admit(vars(view)["scopes"])
        _check_body()


def shown(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    """A plain answer."""
    return _sent(
        HTTPStatus.OK, {"body": answer.model_dump(mode="json", by_alias=True), "headers": headers or {}}
    )


def tag_of(answer: BaseModel) -> str:
    """The version of what is shown (ETag)."""
    return f'"{hashlib.sha256(answer.model_dump_json().encode()).hexdigest()[:32]}"'


def require_version(header: Editing, current: str) -> None:
    """Raises where somebody changed it since it was read."""
    if header.version != current:
        raise stale()


def stale() -> Problem:
    """Somebody was faster."""
    return Problem(
        HTTPStatus.PRECONDITION_FAILED, "It was changed since you read it: read it again and decide anew."
    )


_Row = TypeVar("_Row", bound=BaseModel)


def rows(conn: Connection, kind: type[_Row], query: LiteralString, *args: Any) -> list[_Row]:
    """What a query finds, as models."""
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, args).fetchall()


def row(conn: Connection, kind: type[_Row], query: LiteralString, *args: Any) -> _Row | None:
    """The first thing a query finds."""
    return next(iter(rows(conn, kind, query, *args)), None)


def cut(found: list[_Row], limit: int) -> tuple[list[_Row], bool]:
    """The first `limit` of what was found, and whether there are more."""
    return found[:limit], len(found) > limit


def _caller() -> Caller:
    return cast(Caller, g.api_caller)


def _check_body() -> None:
    """A body is a JSON object, said to be one; how it is filled the document says."""
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    if not request.get_data(cache=True):
        return  # the model of the body misses it, where there is one
    if request.mimetype != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send a body as application/json.")
    try:
        body = request.get_json(silent=False)
    except (ValueError, RecursionError, UnicodeError):
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None
    except Exception as error:
        if getattr(error, "code", None) != HTTPStatus.BAD_REQUEST:
            raise
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The body is no JSON object.")


def _fingerprint() -> bytes:
    asked = [
        request.method,
        request.full_path,
        request.headers.get("If-Match"),
        request.get_json(silent=True),
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()


def _sent(status: int, answer: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store"} | answer["headers"]
    if answer.get("replayed"):
        headers["Idempotent-Replayed"] = "true"
    return Response(json.dumps(answer["body"]), status, headers, mimetype="application/json")


def _statuses(method: str, has_id: bool, header: Any) -> list[int]:
    edits = {"Editing": {412, 428}, "MaybeEditing": {412}}.get(str(header), set())
    return sorted(
        {*_ALWAYS}
        | ({*_WITH_ID} if has_id else set())
        | ({*_WITH_BODY} if method in ("post", "put", "patch") else set())
        | ({*_WRITES} if method != "get" else set())
        | edits
    )


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    headers = {name: {"schema": {"type": "string"}} for name in _HEADERS.get(status, ())}
    return {"description": HTTPStatus(status).phrase, "content": content, "headers": headers}
