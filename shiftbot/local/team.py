"""The demo's engineers: three people of supabase/seed.sql, and a pace at which one can watch them being rung."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from shiftbot.local.people import People, PeopleError

SEED = Path(__file__).resolve().parents[2] / "supabase" / "seed.sql"
PICKS_UP_AFTER = 2.0
# Nobody wants to watch forty seconds of silence. Everything else is the default policy.
_PACE = (
    "update public.escalation_steps set wait_seconds = 4 where position = 3",
    "update public.app_settings set storm_window = interval '15 seconds'",
)


def hire(conn: psycopg.Connection[Any]) -> None:
    """Puts the demo's engineers into a database that has none."""
    if conn.execute("select from public.engineers limit 1").fetchone():
        return
    conn.execute(SEED.read_bytes())
    for statement in _PACE:
        conn.execute(statement)


def phones(settings: Mapping[str, str]) -> People:
    """The people whom the simulated Twilio rings."""
    return People(settings["TWILIO_SIM_URL"])


@contextlib.contextmanager
def awake(settings: Mapping[str, str]) -> Iterator[None]:
    """While inside, whoever is rung picks up after a moment and presses 1; then phones just ring again."""
    people = phones(settings)
    people.do("behaves", number="", does="answers", keys="1", after=PICKS_UP_AFTER)
    try:
        yield
    finally:
        with contextlib.suppress(PeopleError):  # the rung is being stopped: nobody will be rung
            people.do("behaves", number="", does="rings")
