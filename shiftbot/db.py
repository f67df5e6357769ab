"""The database as programs see it: a pool that acts as one program's role, and refusals by constraint name."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from shiftbot import pooler

Pool = ConnectionPool[psycopg.Connection[tuple[Any, ...]]]
TRUSTED_SECONDS = 0.5  # a connection used within these is taken to be alive


def open_pool(dsn: str, role: str, size: int, name: str, timeout: float = 5) -> Pool:
    """A pool of up to `size` autocommit connections that act as `role`; opened lazily, so it may be made before a fork.

    The login of `dsn` must be a member of `role`; whatever else the login may do, the program does not. Who gets no
    connection within `timeout` seconds gets PoolTimeout. Behind a pooler in transaction mode nobody gets any.
    """
    is_kept = threading.Event()

    def act_as_role(conn: psycopg.Connection[Any]) -> None:
        if not is_kept.is_set():
            _require_session(conn, dsn)
            is_kept.set()
        conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))

    freshness = _Freshness()
    return ConnectionPool(
        dsn,
        kwargs={"autocommit": True, "application_name": f"shiftbot-{name}", "connect_timeout": 5},
        min_size=1,
        max_size=size,
        open=False,
        configure=act_as_role,
        check=freshness.check,
        timeout=timeout,
        # A failed attempt is given up and made anew by the next caller: retrying by itself the pool waits ever longer,
        # and after an outage of a minute would be away for half a minute more.
        reconnect_timeout=2,
        name=name,
    )


def _require_session(conn: psycopg.Connection[Any], dsn: str) -> None:
    if not pooler.keeps_sessions(conn, dsn):
        raise pooler.TransactionPooling(f"the address {pooler.ADVICE}")


class _Freshness:
    """Asks a connection whether it is alive only after a pause: a question before every statement would double them."""

    def __init__(self) -> None:
        self._used: weakref.WeakKeyDictionary[psycopg.Connection[Any], float] = weakref.WeakKeyDictionary()

    def check(self, conn: psycopg.Connection[Any]) -> None:
        """Raises what the connection raises where it is dead; called whenever one is handed out."""
        now = time.monotonic()
        # Noted here and not by the pool's `reset`: with one, the pool returns every connection through a thread of its own.
        if now - self._used.get(conn, 0.0) > TRUSTED_SECONDS:
            ConnectionPool.check_connection(conn)
        self._used[conn] = now


def connect(dsn: str, role: str, name: str) -> psycopg.Connection[Any]:
    """One autocommit connection that acts as `role`, for listening and for commands."""
    conn = psycopg.connect(
        dsn, autocommit=True, application_name=f"shiftbot-{name}", connect_timeout=5, prepare_threshold=None
    )
    conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    return conn


def constraint_of(error: psycopg.Error) -> str:
    """The name of the rule that refused, or "" where no rule did."""
    return error.diag.constraint_name or ""


def described(error: Exception) -> str:
    """The error without what Postgres quotes: its DETAIL holds the refused row, and so people's words."""
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return f"{type(error).__name__}: {error}"
    # Of bad input the very first line quotes the value.
    said = "" if isinstance(error, psycopg.DataError) else error.diag.message_primary or ""
    facts = " ".join(filter(None, (error.sqlstate, constraint_of(error))))
    return f"{type(error).__name__} ({facts}): {said}".removesuffix(": ")


def is_outage(error: Exception) -> bool:
    """Whether the database was unreachable, full or shutting down, so that trying again is the answer.

    A deadlock or an over-complex statement is an OperationalError too, but the work's own failure: it is counted.
    """
    if isinstance(error, psycopg.OperationalError):  # PoolTimeout and PoolClosed included
        return error.sqlstate is None or error.sqlstate.startswith(("08", "53", "57", "58"))
    return isinstance(error, psycopg.InterfaceError)
