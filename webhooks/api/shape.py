"""The shapes that the API's requests and answers are made of."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_BIG = 2**63 - 1
# A database text holds everything but NUL; something must be said.
_SAID = r"^[^\x00]*[^\s\x00][^\x00]*$"
_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")


def _number(value: Any) -> Any:
    if isinstance(value, str | bool):  # pydantic would take "7" and true for numbers
        raise ValueError("must be a number")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("must be a date and time with an offset, such as 2026-03-01T09:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Id = Annotated[int, Field(ge=1, le=_BIG)]
Number = Annotated[
    int, Field(ge=1, le=_BIG), BeforeValidator(_number)
]  # in this order the document tells the bounds
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=_LINE),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_SAID)]
Remark = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]


class Request(BaseModel):
    """What is sent; a word nobody knows is refused instead of being left out of account."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What is answered."""


class Versioned(Answer):
    """What is answered with its version, for If-Match."""

    # A key of flask-openapi3's.
    model_config = cast(ConfigDict, {"openapi_extra": {"headers": {"ETag": {"schema": {"type": "string"}}}}})


class ById(Request):
    """The number in the path."""

    id: Id


class Writing(BaseModel):
    """The header of every request that changes something."""

    key: str = Field(
        alias="Idempotency-Key",
        description="Made up by the sender, one for each thing to be done. Sent again with it, the same request has one "
        "effect and one answer; kept for a day.",
        pattern=r"^[\x21-\x7e]{8,255}$",
    )


class Editing(Writing):
    """The headers of a request that changes what somebody else may be changing too."""

    version: str = Field(
        alias="If-Match",
        description="The ETag of what was read: the change is refused (412) where somebody was faster.",
        pattern=r'^"[0-9a-zA-Z-]{1,64}"$',
    )


class MaybeEditing(Writing):
    """The headers of a request that may say what it was decided on."""

    version: str | None = Field(
        None,
        alias="If-Match",
        description="The ETag of the ticket as it was read; where it moved on since, nothing is done (412).",
        pattern=r'^"[0-9a-zA-Z-]{1,64}"$',
        json_schema_extra={"type": "string"},
    )


class Span(Request):
    """How much of a list, and from where on."""

    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    after: Id | None = Field(None, description="`next` of the answer before.")
