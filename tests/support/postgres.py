"""One throw-away server a test process and major, one template, one cloned database a test."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from shiftbot.local.database import prepare_database
from shiftbot.local.postgres import EmbeddedPostgres
from shiftbot.migrate import migrate
from tests.support.debian import postgres_of

API_ROLES = frozenset({"anon", "authenticated", "service_role"})
ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "shiftbot_template"
ROOM = 3 * 2**30  # bytes for the servers of a whole run


class Database:
    """A clone of the migrated template; every connection it gives out is closed when the test ends."""

    def __init__(self, server: EmbeddedPostgres, name: str) -> None:
        self.server = server
        self.name = name
        self._connections = contextlib.ExitStack()

    @property
    def dsn(self) -> str:
        """As `postgres`, the non-superuser that owns the product's schema."""
        return self.server.dsn(self.name)

    @property
    def admin_dsn(self) -> str:
        """As supabase_admin, the superuser no part of the product may be."""
        return self.server.dsn(self.name, "supabase_admin")

    def connect(
        self, role: str | None = None, claims: Mapping[str, Any] | None = None, **options: Any
    ) -> psycopg.Connection[Any]:
        """An autocommit connection; a role is taken on as PostgREST does, claims make a signed-in person."""
        conn = psycopg.connect(self._dsn_for(role), autocommit=True, **options)
        self._connections.callback(conn.close)
        if role is not None:
            conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        if claims is not None:
            conn.execute("select set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))
        return conn

    def _dsn_for(self, role: str | None) -> str:
        if role is None:
            return self.dsn
        return self.server.dsn(self.name, "authenticator") if role in API_ROLES else self.admin_dsn

    def close(self) -> None:
        self._connections.close()


class TestServer:
    """The server of one test process; it dies with that process, whatever kills it."""

    __test__ = False

    def __init__(self, version: int) -> None:
        self._home = Path(tempfile.mkdtemp(prefix=f"shiftbot-pg{version}-", dir=_in_memory()))
        self.server = postgres_of(self._home / "data", version)
        self._numbers = itertools.count(1)
        self._guardian: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        """Up until the block ends, and stopped even where it did not come up."""
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        # The guardian is there before the server, so that no moment exists in which it could be orphaned.
        arguments = ["-m", "tests.support.guardian", str(self.server.data_dir), str(self.server.version)]
        self._guardian = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True
        )
        self.server.start()
        self._create(TEMPLATE, "template1")
        prepare_database(self.server.dsn(TEMPLATE, "supabase_admin"))
        self.fill(TEMPLATE)

    def fill(self, database: str) -> None:
        """Gives a prepared database the product's schema."""
        migrate(self.server.dsn(database))

    def stop(self) -> None:
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.close()
            self._guardian.wait(60)

    @contextlib.contextmanager
    def clone(self, template: str = TEMPLATE) -> Iterator[Database]:
        """A database of its own, dropped with whoever is still connected."""
        database = Database(self.server, f"test_{next(self._numbers)}")
        self._create(database.name, template)
        try:
            yield database
        finally:
            database.close()
            self._execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database.name)))

    def _create(self, name: str, template: str) -> None:
        self._execute(
            sql.SQL("create database {} template {} owner postgres strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server.dsn(user="supabase_admin"), autocommit=True) as conn:
            conn.execute(statement)


def _in_memory() -> Path | None:
    """Where copying a database costs no disk, if there is room for that: a test takes half the time."""
    shared = Path("/dev/shm")  # noqa: S108 - each server has a directory of its own in it
    has_room = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM
    return shared if has_room else None
