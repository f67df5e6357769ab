from __future__ import annotations

from shiftbot.migrate import migrate
from tests.support.postgres import Database
from tests.support.supabase import supabase

RECORD = "select version, name from supabase_migrations.schema_migrations order by version"
OWNERS = """
select distinct pg_get_userbyid(relowner) from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
"""
NOTHING = "Remote database is up to date."


def record(database: Database) -> list[tuple[str, str]]:
    return database.connect().execute(RECORD).fetchall()


def test_migrate_has_nothing_to_do_after_a_push(pushed: Database) -> None:
    before = record(pushed)

    assert migrate(pushed.dsn) == []
    assert record(pushed) == before != []


def test_a_second_push_has_nothing_to_do(pushed: Database) -> None:
    done = supabase("db", "push", dsn=pushed.dsn)

    assert (done.returncode, NOTHING in done.stdout + done.stderr) == (0, True)


def test_a_push_has_nothing_to_do_after_migrate(prepared: Database, pushed: Database) -> None:
    migrate(prepared.dsn)
    before = record(prepared)
    done = supabase("db", "push", dsn=prepared.dsn)

    assert (done.returncode, NOTHING in done.stdout + done.stderr) == (0, True)
    assert record(prepared) == before == record(pushed)


def test_no_superuser_was_needed(pushed: Database) -> None:
    conn = pushed.connect()

    assert conn.execute(
        "select current_user::text, rolsuper from pg_roles where rolname = current_user"
    ).fetchone() == (
        "postgres",
        False,
    )
    assert conn.execute(OWNERS).fetchall() == [("postgres",)]
