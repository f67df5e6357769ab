"""What the commands of the rota share: times as people write them, and refusals in words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg

from shiftbot.cli.failure import Failed
from shiftbot.db import constraint_of

Connection = psycopg.Connection[Any]

_LATER = re.compile(r"\+(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SENTENCES = {
    "at_most_one_engineer_on_call": "somebody else is being put on call right now; look with `shiftbot on-call show`",
    "rotation_names_differ": "there is a rotation of that name; `shiftbot on-call rotation list` shows it",
    "rotation_has_a_name": "a rotation has a name",
    "rotation_has_engineers": "a rotation has 1 to 100 engineers",
    "rotation_shift_is_1_to_366_days": "a turn lasts 1 to 366 days",
    "rotation_starts_on_a_date": "a rotation starts on a date between 2000-01-01 and 2999-12-31",
}


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turns the rules' refusals into Failed: their own sentence, or ours where Postgres speaks in names."""
    try:
        yield
    except psycopg.IntegrityError as error:
        rule = constraint_of(error)
        if not rule:
            raise
        said = _SENTENCES.get(rule) or error.diag.message_primary or rule
        hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
        raise Failed(f"{said}.{hint}") from None


def zone(conn: Connection, given: str | None = None) -> str:
    """The time zone of times without one: as given, or of the newest rotation, or UTC. Raises Failed."""
    if given is None:
        row = conn.execute(
            "select time_zone from public.rotations order by is_active desc, starts_on desc, id desc limit 1"
        ).fetchone()
        return str(row[0]) if row else "UTC"
    row = conn.execute(
        "select name from pg_catalog.pg_timezone_names where lower(name) = lower(%s)", (given,)
    ).fetchone()
    if row is None:
        raise Failed(f"there is no time zone '{given}'; write it as Europe/Berlin or America/New_York.", 2)
    return str(row[0])


def moment(conn: Connection, text: str, time_zone: str, since: datetime) -> datetime:
    """`now`, `+4h` after `since`, or a date and time, local in the zone unless it has an offset. Raises Failed."""
    if text == "now":
        return since
    if later := _LATER.fullmatch(text):
        return since + timedelta(**{_UNITS[later[2]]: int(later[1])})
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise Failed(
            f"'{text}' is no time: write 2026-11-02T09:00 (or with an offset, 2026-11-02T09:00+01:00), now, or +4h.",
            2,
        ) from None
    if said.tzinfo is not None:
        return said
    row = conn.execute("select %s::timestamp at time zone %s", (said, time_zone)).fetchone()
    assert row is not None  # noqa: S101  a select without a table gives one row
    local: datetime = row[0]
    return local


def now(conn: Connection) -> datetime:
    """The database's clock: the one that counts."""
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None  # noqa: S101  a select without a table gives one row
    moment: datetime = row[0]
    return moment
