"""shiftbot migrate."""

from __future__ import annotations

import argparse

from shiftbot import pooler
from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.migrate import MigrationError, migrate


def add(commands: command.Commands) -> None:
    """Adds the command."""
    command.add(
        commands,
        "migrate",
        _migrate,
        "bring the database up to date",
        "Applies what is new in supabase/migrations, one transaction a file, and records it as\n"
        "`supabase db push` does. Running it again changes nothing.",
    )


def _migrate(_: argparse.Namespace) -> int:
    with database.explained():
        # Its lock belongs to a session: a pooled one would go on holding it for whoever comes next.
        if said := pooler.problem(database.dsn()):
            raise Failed(f"DATABASE_URL {said}.", 2)
        try:
            applied = migrate(database.dsn())
        except MigrationError as error:
            raise Failed(str(error)) from None
    for name in applied:
        print(f"applied {name}")
    print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")
    return 0
