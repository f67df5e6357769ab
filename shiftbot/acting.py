"""What dashboard and API read and do is one transaction as the signed-in person: their claims, and RLS decides (law 8)."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from shiftbot.db import constraint_of, is_outage

Connection = psycopg.Connection[tuple[Any, ...]]
STATEMENT_SECONDS = 10
_WAIT_SECONDS = 3.0
_AWAY_SECONDS = 2.0  # after a failure nobody waits again for so long: pages say at once what they know


class Away(Exception):
    """The database cannot be reached now; what was read before is still worth showing."""


class TooMighty(Exception):
    """The login may do more than become `authenticated`: a fault of the program would be everybody's."""


class Refused(Exception):
    """A law or a policy said no; `words` and `hint` are for the person who tried."""

    def __init__(self, words: str, hint: str = "", constraint: str = "", sqlstate: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint
        self.constraint = constraint
        self.sqlstate = sqlstate


@dataclass(frozen=True)
class Person:
    """Whom the sign-in or the token vouches for. The database finds the engineer by these claims.

    `auth_subject` is whom a token of the API was given to, as its provider says it.
    """

    email: str
    subject: str = ""
    auth_subject: str = ""

    def claims(self) -> str:
        """As Supabase's Auth writes them; a subject of another kind of provider is not an auth.users id."""
        claims = {"role": "authenticated", "email": self.email, "auth_subject": self.auth_subject}
        if _is_uuid(self.subject):
            claims["sub"] = self.subject
        return json.dumps({name: value for name, value in claims.items() if value})


class Database:
    """The pool of one program's login. Opened at the first use, so it may be made before a fork."""

    def __init__(self, dsn: str, connections: int, name: str = "dashboard") -> None:
        self._pool = ConnectionPool[Connection](
            dsn,
            kwargs={"autocommit": True, "application_name": f"shiftbot-{name}", "connect_timeout": 3},
            min_size=1,
            max_size=connections,
            open=False,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=2,
            check=ConnectionPool.check_connection,
            name=name,
        )
        self._name = name
        self._away_until = 0.0

    @contextmanager
    def acting_as(self, person: Person) -> Iterator[Connection]:
        """A transaction as that person. Raises Away, and Refused for what the laws and policies refuse inside."""
        if time.monotonic() < self._away_until:
            raise Away("it was away a moment ago")
        try:
            self._pool.open()
            with self._pool.connection() as conn, conn.transaction():
                _act(conn, person)
                yield conn
        except psycopg.Error as error:
            if is_outage(error) and not isinstance(error, psycopg.errors.QueryCanceled):
                self._away_until = time.monotonic() + _AWAY_SECONDS
                raise Away(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
            raise _refused(error) from error

    def refuse_might(self) -> None:
        """Raises TooMighty where the login could become anybody else, and Away."""
        try:
            self._pool.open()
            with self._pool.connection() as conn:
                found = conn.execute(
                    "select string_agg(rolname, ', ' order by rolname) from pg_catalog.pg_roles"
                    " where rolname not in (session_user, 'authenticated') and pg_has_role(session_user, oid, 'member')"
                    " or rolname = session_user and (rolsuper or rolbypassrls or rolcreaterole)"
                ).fetchone()
        except psycopg.Error as error:
            raise Away(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
        if found and found[0]:
            raise TooMighty(
                f"{self._name.upper()}_DATABASE_URL: this login may be or become {found[0]}; use shiftbot_{self._name}"
            )

    def close(self) -> None:
        """Ends every connection."""
        self._pool.close()


def _act(conn: Connection, person: Person) -> None:
    try:
        conn.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true),"
            " set_config('statement_timeout', %s, true)",
            (person.claims(), f"{STATEMENT_SECONDS}s"),
        )
    except psycopg.errors.InsufficientPrivilege:  # no fault of the person's
        raise Away("its login may not become `authenticated`") from None


def _refused(error: psycopg.Error) -> Refused:
    diag = error.diag
    words = diag.message_primary or "The database refused."
    if isinstance(error, psycopg.errors.QueryCanceled):
        words = "That took too long."
    elif isinstance(error, psycopg.errors.InsufficientPrivilege) and "row-level security" in words:
        words = "You may not do that."
    return Refused(
        words[:1].upper() + words[1:], diag.message_hint or "", constraint_of(error), error.sqlstate or ""
    )


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
