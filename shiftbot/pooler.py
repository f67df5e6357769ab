"""Whether each connection keeps a server session to itself, as every program here needs it.

A pooler in transaction mode (Supabase's port 6543) hands out any free session for every transaction: `set role`, `listen`,
advisory locks and prepared statements are lost, or found by somebody else.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from shiftbot.settings import SettingsError

log = logging.getLogger(__name__)
ADVICE = (
    "leads to a pooler in transaction mode, which forgets `set role` and `listen` after every transaction:"
    " use its session mode (on Supabase port 5432 instead of 6543) or the direct connection"
)
_ROUNDS = 5


class TransactionPooling(Exception):
    """The database is behind a pooler in transaction mode; the text says what to do."""


def problem(dsn: str) -> str | None:
    """What is wrong with the way to the database, in words; None where sessions are kept. Raises OperationalError."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5, application_name="shiftbot-check") as conn:
        return None if keeps_sessions(conn, dsn) else ADVICE


def refuse(dsn: str, setting: str = "DATABASE_URL") -> None:
    """Raises SettingsError where transactions are pooled. A database that is away is found out later, by the pools."""
    try:
        said = problem(dsn)
    except psycopg.OperationalError as error:
        log.warning("the database is away", extra={"action": "database_away", "error": type(error).__name__})
        return
    if said:
        raise SettingsError(f"{setting}: {said}")


def keeps_sessions(conn: psycopg.Connection[Any], dsn: str) -> bool:
    """Whether this autocommit connection, and another one beside it, each meet one server process and not the same.

    A pooler that gives out the session it got back last gives both the same one. One that takes turns gives this one another
    each time, or, where there is only one session, both the same. Other clients that come in between only mix them more.
    """
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5, application_name="shiftbot-check") as other:
        pairs = {(_server(conn), _server(other)) for _ in range(_ROUNDS)}
    (first, second), *more = pairs
    return not more and first != second


def _server(conn: psycopg.Connection[Any]) -> int:
    # Never prepared: of all statements this one must not fail on a pooler.
    row = conn.execute("select pg_catalog.pg_backend_pid()", prepare=False).fetchone()
    return int(row[0]) if row else 0
