"""shiftbot migrate."""

from __future__ import annotations

import argparse

import psycopg

from shiftbot import pooler
from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.local.database import prepare_database
from shiftbot.migrate import MigrationError, migrate


def add(commands: command.Commands) -> None:
    """Adds the command."""
    migrate_command = command.add(
        commands,
        "migrate",
        _migrate,
        "bring the database up to date",
        "Applies what is new in supabase/migrations, one transaction a file, and records it as\n"
        "`supabase db push` does. Running it again changes nothing.",
    )
    migrate_command.add_argument(
        "--plain",
        action="store_true",
        help="for a Postgres that is not Supabase: first make the roles, schemas and queues that a project has;"
        " DATABASE_URL must be a superuser's",
    )


def _migrate(arguments: argparse.Namespace) -> int:
    with database.explained():
        # Its lock belongs to a session: a pooled one would go on holding it for whoever comes next.
        if said := pooler.problem(database.dsn()):
            raise Failed(f"DATABASE_URL {said}.", 2)
        try:
            if arguments.plain:
                _prepare(database.dsn())
            applied = migrate(database.dsn())
        except MigrationError as error:
            raise Failed(str(error)) from None
    for name in applied:
        print(f"applied {name}")
    print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")
    return 0


def _prepare(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        row = conn.execute("select rolsuper from pg_catalog.pg_roles where rolname = session_user").fetchone()
    if row is None or not row[0]:
        raise Failed("--plain needs a superuser in DATABASE_URL, and is not for a Supabase project.", 2)
    prepare_database(dsn)
