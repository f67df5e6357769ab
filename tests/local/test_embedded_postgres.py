from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shiftbot.local.postgres import HOST, EmbeddedPostgres, PostgresError
from tests.support.postgres import ROOT


@pytest.fixture
def server(tmp_path: Path, major: int) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "pg" / "data", major, durable=False)
    yield server
    server.stop()


def value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def test_postgres_is_no_superuser_and_owns_its_database(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.dsn()) as conn:
        powers = conn.execute(
            "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
            " current_setting('is_superuser') from pg_roles where rolname = current_user"
        ).fetchone()
        owner = conn.execute(
            "select datdba::regrole::text from pg_database where datname = 'postgres'"
        ).fetchone()

    assert powers == (False, True, True, True, True, "off")
    assert owner == ("postgres",)
    assert value(server.dsn(user="supabase_admin"), "show is_superuser") == "on"


def test_only_passwords_over_tcp_open_it(server: EmbeddedPostgres) -> None:
    server.start()
    wrong = server.dsn().replace("postgres:", "postgres:wrong", 2).replace("postgreswrong", "postgres")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert value(server.dsn(user="supabase_admin"), "show unix_socket_directories") == ""
    assert value(server.dsn(user="supabase_admin"), "show listen_addresses") == HOST
    secrets = server.data_dir.with_name("data.secrets")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


def test_a_restart_keeps_data_and_passwords(server: EmbeddedPostgres, major: int) -> None:
    server.start()
    with psycopg.connect(server.dsn()) as conn:
        conn.execute("create table kept as select 7 as n")
    dsn = server.dsn()
    server.stop()
    assert not server.is_running
    again = EmbeddedPostgres(server.data_dir, major, port=server.port, durable=False)
    again.start()

    assert again.dsn() == dsn
    assert value(dsn, "select n from kept") == 7


def test_a_server_whose_parent_was_killed_is_adopted(server: EmbeddedPostgres) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from shiftbot.local.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1]), int(sys.argv[2]), durable=False).start();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    arguments = [sys.executable, "-W", "ignore", "-c", program, str(server.data_dir), str(server.version)]
    orphaned = subprocess.run(arguments, cwd=ROOT, check=False)
    pid = int((server.data_dir / "postmaster.pid").read_text().splitlines()[0])
    server.start()

    assert orphaned.returncode == -signal.SIGKILL
    assert int((server.data_dir / "postmaster.pid").read_text().splitlines()[0]) == pid
    assert value(server.dsn(), "select 1") == 1


def test_a_stale_lock_file_that_names_a_living_process_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.start()
    lock = server.data_dir / "postmaster.pid"
    lines = lock.read_text().splitlines()
    server.stop()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server.is_running
    server.start()

    assert value(server.dsn(), "select 1") == 1


def test_a_killed_server_recovers(server: EmbeddedPostgres) -> None:
    server.start()
    os.kill(int((server.data_dir / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    server.start()

    assert value(server.dsn(), "select 1") == 1


def test_a_taken_port_is_named(tmp_path: Path, major: int) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PostgresError) as refusal:
            EmbeddedPostgres(tmp_path / "data", major, port=port, durable=False).start()

    assert str(refusal.value) == f"Port {port} on 127.0.0.1 is already in use."


def test_another_majors_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")

    with pytest.raises(PostgresError, match="was made by Postgres 16 and this is Postgres 18"):
        EmbeddedPostgres(tmp_path, 18).start()


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not overwrite")

    with pytest.raises(PostgresError, match="neither empty nor a Postgres data directory"):
        EmbeddedPostgres(tmp_path, 18).start()


def test_lost_passwords_are_said(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    server.data_dir.with_name("data.secrets").unlink()

    with pytest.raises(PostgresError, match="is gone"):
        server.start()


def test_unknown_majors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="Postgres 15 is not in the wheel"):
        EmbeddedPostgres(tmp_path, 15)
