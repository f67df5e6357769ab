"""Every error of the API is a problem document (RFC 9457), with the name of the rule that refused where one did."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Response, json
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from shiftbot.acting import Away, Refused

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_MISSING_HEADERS = {"Idempotency-Key": HTTPStatus.BAD_REQUEST, "If-Match": HTTPStatus.PRECONDITION_REQUIRED}
_RULES = {"42501": HTTPStatus.FORBIDDEN}
_LATER = frozenset(
    {"57014", "40P01"}
)  # it took too long, or two requests waited for each other: nothing was done
# The input is fine by its form: what refuses is a rule of the database. docs/errors.md explains each by its name.
_CONFLICTS = ("23", "40")
_NOT_FOUND = frozenset({"ticket_actions_ticket_id_fkey"})
_UNPROCESSABLE = frozenset({"idempotency_key_names_one_request"})


class Invalid(BaseModel):
    """One thing that is wrong with a request."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457. `constraint` is the rule's name in docs/errors.md; programs match it and never the sentences."""

    type: str
    title: str
    status: int
    detail: str
    constraint: str | None = None
    hint: str | None = None
    errors: list[Invalid] | None = None


class Problem(Exception):
    """What a request is answered that cannot be done."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def response(self) -> Response:
        """As it is sent; what is unknown is left out."""
        document = ProblemDocument(
            type="about:blank",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            **self.more,
        )
        body = json.dumps(document.model_dump(exclude_none=True))
        return Response(body, self.status, {"Cache-Control": "no-store"} | self.headers, mimetype=MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """Nothing has that number, or nobody may know that something has."""
    return Problem(HTTPStatus.NOT_FOUND, f"There is no such {what}.")


def answer(error: Exception) -> Response | HTTPException:
    """The problem document of whatever went wrong. What nobody expected is logged and told nobody."""
    match error:
        case Problem():
            return error.response()
        case Refused():
            return _refused(error).response()
        case Away():
            log.error(
                "the API has no database now", extra={"action": "api_unavailable", "reason": str(error)}
            )
            return _later("The database does not answer.").response()
        case HTTPException():
            return _of_http(error)
    log.error("an API request failed", exc_info=error, extra={"action": "api_failed"})
    return _unknown().response()


def invalid(error: ValidationError) -> Response:
    """Raises: the request is not what the document says."""
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    found = [
        Invalid(field=".".join(map(str, each["loc"])) or "body", message=str(each["msg"])) for each in errors
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if missing := [
        each for each in errors if each["type"] == "missing" and each["loc"][-1] in _MISSING_HEADERS
    ]:
        name = str(missing[0]["loc"][-1])
        raise Problem(_MISSING_HEADERS[name], f"The header {name} is missing.", errors=found)
    raise Problem(status, "The request is not as the API's document says.", errors=found)


def _refused(error: Refused) -> Problem:
    status = _RULES.get(error.sqlstate)
    if error.sqlstate in _LATER:
        return _later("The database is busy, and nothing was done.")
    if status is None and error.sqlstate.startswith("22"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return Problem(status, "The database cannot take a value of the request.")
    if status is None and error.sqlstate.startswith(_CONFLICTS):
        status = HTTPStatus.CONFLICT
    if error.constraint in _NOT_FOUND:
        return not_found("ticket")
    if error.constraint in _UNPROCESSABLE:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if status is None:
        extra = {"action": "api_failed", "sqlstate": error.sqlstate, "constraint": error.constraint}
        log.error("the database refuses an API request", extra=extra)  # without words: they may be people's
        return _unknown()
    return Problem(status, error.words, constraint=error.constraint or None, hint=error.hint or None)


def _of_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(error.code, error.description or HTTPStatus(error.code).phrase, kept).response()


def _later(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "2"})


def _unknown() -> Problem:
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong. It is in the log of the service.")
