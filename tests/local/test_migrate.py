from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shiftbot.migrate import MigrationError, migrate, pending
from tests.support.postgres import Database, TestServer


@pytest.fixture
def empty(postgres_server: TestServer) -> Iterator[Database]:
    with postgres_server.clone("template1") as clone:
        yield clone


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("create table first (n int);\ninsert into first values (1);\n")
    (tmp_path / "0002_second.sql").write_text("-- 100% sure\nalter table first add column m int;\n")
    return tmp_path


def recorded(database: Database) -> list[tuple[object, ...]]:
    return (
        database.connect()
        .execute("select version, name, statements from supabase_migrations.schema_migrations order by 1")
        .fetchall()
    )


def test_files_are_applied_in_order_and_recorded(empty: Database, folder: Path) -> None:
    assert migrate(empty.dsn, folder) == ["0001_first", "0002_second"]
    assert migrate(empty.dsn, folder) == []
    assert recorded(empty) == [
        (version, name, [(folder / f"{version}_{name}.sql").read_text()])
        for version, name in [("0001", "first"), ("0002", "second")]
    ]


def test_a_record_made_by_the_supabase_cli_is_respected(empty: Database, folder: Path) -> None:
    conn = empty.connect()
    conn.execute("create schema supabase_migrations")
    conn.execute(
        "create table supabase_migrations.schema_migrations"
        " (version text primary key, statements text[], name text, created_by text)"
    )
    conn.execute("create table first (n int)")
    conn.execute("insert into supabase_migrations.schema_migrations values ('0001', '{a,b}', 'first')")

    assert [str(migration) for migration in pending(conn, folder)] == ["0002_second"]
    assert migrate(empty.dsn, folder) == ["0002_second"]


def test_a_failing_file_leaves_nothing_and_names_its_line(empty: Database, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("create table second ();\n\nalter table nowhere add x int;\n")

    with pytest.raises(MigrationError, match=r'^0002_second\.sql: relation "nowhere" does not exist$'):
        migrate(empty.dsn, folder)
    assert [version for version, *_ in recorded(empty)] == ["0001"]
    assert empty.connect().execute("select to_regclass('second')").fetchone() == (None,)


def test_a_syntax_error_is_placed(empty: Database, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("select 1;\n\nselec 2;\n")

    with pytest.raises(MigrationError, match=r"^0002_second\.sql:3: syntax error"):
        migrate(empty.dsn, folder)


def test_a_setting_does_not_reach_the_next_file(empty: Database, folder: Path) -> None:
    (folder / "0001_first.sql").write_text("create table public.first (n int); set search_path = '';")

    assert migrate(empty.dsn, folder) == ["0001_first", "0002_second"]


def test_two_at_once_share_the_work(empty: Database, folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: migrate(empty.dsn, folder), range(2)))

    assert sorted(both) == [[], ["0001_first", "0002_second"]]


def test_a_gap_is_refused(empty: Database, folder: Path) -> None:
    (folder / "0004_fourth.sql").write_text("select 1")

    with pytest.raises(MigrationError, match=r"^0004_fourth\.sql: number 0003 comes here"):
        migrate(empty.dsn, folder)


def test_a_number_used_twice_is_refused(empty: Database, folder: Path) -> None:
    (folder / "0002_other.sql").write_text("select 1")

    with pytest.raises(MigrationError, match=r"^0002_second\.sql: number 0003 comes here"):
        migrate(empty.dsn, folder)


def test_an_odd_name_is_refused(empty: Database, folder: Path) -> None:
    (folder / "third.sql").write_text("select 1")

    with pytest.raises(MigrationError, match=r"^third\.sql: a migration is named like"):
        migrate(empty.dsn, folder)


def test_a_vanished_file_is_refused(empty: Database, folder: Path) -> None:
    migrate(empty.dsn, folder)
    (folder / "0002_second.sql").unlink()

    with pytest.raises(MigrationError, match="has applied 0002_second and no such file exists"):
        migrate(empty.dsn, folder)


def test_a_renamed_file_is_refused(empty: Database, folder: Path) -> None:
    migrate(empty.dsn, folder)
    (folder / "0002_second.sql").rename(folder / "0002_renamed.sql")

    with pytest.raises(MigrationError, match=r"has applied 0002_second, the file is now 0002_renamed\.sql"):
        migrate(empty.dsn, folder)


def test_an_older_file_that_was_skipped_is_refused(empty: Database, folder: Path) -> None:
    migrate(empty.dsn, folder)
    empty.connect().execute("delete from supabase_migrations.schema_migrations where version = '0001'")

    with pytest.raises(MigrationError, match=r"^0001_first\.sql was never applied, yet 0002 after it was"):
        migrate(empty.dsn, folder)


def test_a_missing_directory_is_said(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="is not a directory"):
        migrate(empty.dsn, tmp_path / "nowhere")
