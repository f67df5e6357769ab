"""Reading JSON that may hold anything: every reader takes one type and refuses the rest."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from shiftbot.platforms.base import Dropped, Incoming, PageVerb, Parsed, UserEvent
from shiftbot.platforms.text import clean_json

Json = dict[str, object]
P = TypeVar("P", bound=Parsed)

BUTTON_EVENTS: dict[str, UserEvent] = {
    "feedback_positive": "feedback_positive",
    "feedback_negative": "feedback_negative",
    "human_requested": "human_requested",
}
PAGE_VERBS: dict[str, PageVerb] = {
    "page_ack": "acknowledge",
    "page_pass": "pass_on",
    "page_needless": "not_needed",
}
LARGEST_ID = 2**63 - 1  # Postgres bigint

log = logging.getLogger(__name__)


class UnknownShape(ValueError):
    """A field that is needed is missing or of another type."""


def guarded(parse: Callable[[Json], P], raw: object) -> P | Dropped:
    """What `parse` makes of the cleaned JSON; whatever it cannot read is dropped, never raised."""
    try:
        return _sound(parse(as_object(clean_json(raw))))
    except Exception as error:  # the libraries check no types, so a wrong one surfaces as any error at all
        # Only the error's type: its text may quote the person's words.
        log.warning("unknown shape", extra={"action": "unknown_shape", "error": type(error).__name__})
        return Dropped("unknown_shape")


def _sound(parsed: P) -> P:
    """The same, with what the libraries pass on unchecked being of its type. Raises UnknownShape."""
    if isinstance(parsed, Incoming):
        texts = (parsed.external_id, parsed.thread_key, parsed.author, parsed.author_name, parsed.body)
        if not all(isinstance(text, str) for text in texts) or not isinstance(parsed.sent_at, datetime):
            raise UnknownShape
    return parsed


def as_object(value: object) -> Json:
    """The value as a JSON object. Raises UnknownShape."""
    if not isinstance(value, dict):
        raise UnknownShape
    return value


def child(parent: Json, key: str) -> Json:
    """The object under the key; an empty one where there is none."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def children(parent: Json, key: str) -> list[Json]:
    """The objects in the list under the key; anything else in it is skipped."""
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: object) -> str:
    """The value if it is text, else empty."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int:
    """The value as an id that Postgres can hold. Raises UnknownShape."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_ID:
        raise UnknownShape
    return value


def name(value: object) -> str:
    """The value as an id in text: one word, short enough for an index. Raises UnknownShape."""
    if not isinstance(value, str) or not re.fullmatch(r"\S{1,200}", value):
        raise UnknownShape
    return value


def ticket_number(value: object) -> int | None:
    """The id written on a button, a ticket's or an attempt's, or None."""
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{0,18}", value):
        return None
    return int(value) if int(value) <= LARGEST_ID else None


def instant(timestamp: str) -> datetime:
    """A Slack timestamp ("1718.000100") as a time, exact to the microsecond. Raises UnknownShape."""
    match = re.fullmatch(r"([0-9]{1,11})(?:\.([0-9]{1,6})[0-9]*)?", timestamp)
    if match is None:
        raise UnknownShape
    fraction = (match[2] or "").ljust(6, "0")
    return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(microseconds=int(fraction))


def present(**fields: object) -> dict[str, object]:
    """The fields that hold something."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}
