"""Applies supabase/migrations in order and keeps the same record of it as `supabase db push`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

MIGRATIONS = Path(__file__).resolve().parents[1] / "supabase" / "migrations"

_FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>\w+)\.sql")
_LOCK = (7343, 2)
_RECORD = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key,
  statements text[],
  name text
);
"""


class MigrationError(Exception):
    """The migrations cannot be applied; the text says which file and why."""


@dataclass(frozen=True)
class Migration:
    """One file: `0001_create_support_schema.sql` is version 0001, name create_support_schema."""

    version: str
    name: str
    path: Path

    def __str__(self) -> str:
        return f"{self.version}_{self.name}"


def migrate(dsn: str, directory: Path = MIGRATIONS) -> list[str]:
    """Applies what is pending, one transaction a file, and returns its names. Raises MigrationError."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("select pg_catalog.pg_advisory_lock(%s, %s)", _LOCK)  # released with the connection
        applied = []
        for migration in pending(conn, directory):
            _apply(conn, migration)
            applied.append(str(migration))
        return applied


def pending(conn: psycopg.Connection[Any], directory: Path = MIGRATIONS) -> list[Migration]:
    """The migrations the database has not seen. Raises MigrationError when files and record disagree."""
    files = _files(directory)
    applied = _applied(conn)
    _refuse_disagreement(files, applied)
    return [migration for migration in files if migration.version not in applied]


def newest(directory: Path = MIGRATIONS) -> str | None:
    """The version a database must have for this program; None where the files are not there to tell."""
    names = (_FILE_NAME.fullmatch(path.name) for path in directory.glob("*.sql"))
    return max((match["version"] for match in names if match), default=None)


def _files(directory: Path) -> list[Migration]:
    if not directory.is_dir():
        raise MigrationError(f"{directory} is not a directory: run this from a checkout of the project.")
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: a migration is named like 0001_what_it_does.sql.")
        migrations.append(Migration(match["version"], match["name"], path))
    _refuse_gap(migrations)
    return migrations


def _refuse_gap(migrations: Sequence[Migration]) -> None:
    for expected, migration in enumerate(migrations, start=1):
        if int(migration.version) != expected:
            raise MigrationError(
                f"{migration.path.name}: number {expected:04} comes here, migrations count up without gaps."
            )


def _applied(conn: psycopg.Connection[Any]) -> dict[str, str]:
    known = conn.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if known is None or known[0] is None:
        return {}
    return dict(conn.execute("select version, coalesce(name, '') from supabase_migrations.schema_migrations"))


def _refuse_disagreement(files: Sequence[Migration], applied: dict[str, str]) -> None:
    by_version = {migration.version: migration for migration in files}
    for version, name in sorted(applied.items()):
        if version not in by_version:
            raise MigrationError(f"The database has applied {version}_{name} and no such file exists.")
        if by_version[version].name != name:
            raise MigrationError(
                f"The database has applied {version}_{name}, the file is now {by_version[version].path.name}."
            )
    newest = max(applied, default="")
    for migration in files:
        if migration.version < newest and migration.version not in applied:
            raise MigrationError(f"{migration.path.name} was never applied, yet {newest} after it was.")


def _apply(conn: psycopg.Connection[Any], migration: Migration) -> None:
    text = migration.path.read_text()
    # A `set` in one file must not reach the next; the Supabase CLI resets in the same way.
    conn.execute("reset all")
    try:
        with conn.transaction():
            conn.execute(text.encode())
            _record(conn, migration, text)
    except psycopg.Error as error:
        raise MigrationError(f"{migration.path.name}{_where(error, text)}: {_why(error)}") from error


def _record(conn: psycopg.Connection[Any], migration: Migration, text: str) -> None:
    known = conn.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if known is None or known[0] is None:
        conn.execute(_RECORD)
    conn.execute(
        "insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)",
        (migration.version, [text], migration.name),
    )


def _where(error: psycopg.Error, text: str) -> str:
    position = error.diag.statement_position
    return f":{text.count(chr(10), 0, int(position) - 1) + 1}" if position else ""


def _why(error: psycopg.Error) -> str:
    said = [error.diag.message_primary or str(error), error.diag.message_detail, error.diag.message_hint]
    return " ".join(part for part in said if part)
