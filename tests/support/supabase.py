"""The Supabase CLI (tests/node) and a server that it has pushed the migrations to."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.support.debian import MAJOR
from tests.support.node import node_project
from tests.support.postgres import ROOT, TestServer

PREPARED = "prepared"
_QUIET = {"SUPABASE_TELEMETRY_DISABLED": "1", "SUPABASE_NO_UPDATE_NOTIFIER": "1", "SUPABASE_NO_KEYRING": "1"}
# The platform's databases have both to offer, in this schema, which every login's path ends with.
_EXTENSIONS = """
create extension plpgsql_check with schema extensions;
create extension pgtap with schema extensions;
"""
_PATH = "alter role postgres set search_path = '$user', public, extensions"


def supabase(*arguments: str, dsn: str, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs the CLI against a database, with nobody signed in, and waits for its end."""
    program = node_project() / "node_modules" / ".bin" / "supabase"
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            [program, *arguments, f"--remote={dsn}?sslmode=disable", "--workdir", project, "--yes", "--agent=no"],
            env=os.environ | _QUIET | {"HOME": home},
            check=False, capture_output=True, text=True, timeout=120,
        )  # fmt: skip


class PushedServer(TestServer):
    """Debian's Postgres, its template filled by `supabase db push` as the platform's `postgres`, no superuser."""

    def __init__(self) -> None:
        super().__init__(MAJOR)

    def fill(self, database: str) -> None:
        """Leaves beside the template an empty one, PREPARED."""
        with psycopg.connect(self.server.dsn(database, "supabase_admin"), autocommit=True) as conn:
            conn.execute(_EXTENSIONS)
            conn.execute(_PATH)
        self._create(PREPARED, database)
        done = supabase("db", "push", dsn=self.server.dsn(database))
        assert done.returncode == 0, done.stdout + done.stderr
