"""Version, roles, grants and migrations by whatever login, and whether the work flows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shiftbot.doctor import clock, database, work
from shiftbot.queue import QUEUES
from tests.db.conftest import world
from tests.db.world import World
from tests.doctor.conftest import found
from tests.support.postgres import Database

__all__ = ["world"]


def test_a_migrated_database_is_well(database_: psycopg.Connection) -> None:
    assert set(found(database.examine(database_)).values()) == {"ok"}
    assert found(clock.of_database(database_)) == {"database": "ok"}


@pytest.fixture
def database_(database: Database) -> psycopg.Connection:
    """As its owner."""
    return database.connect()


@pytest.mark.newest_postgres
@pytest.mark.parametrize(
    ("harm", "check"),
    [
        ("revoke execute on function private.sweep() from shiftbot_worker", "grants"),
        ("revoke usage on schema private from shiftbot_ingest", "grants"),
        ("delete from supabase_migrations.schema_migrations", "migrations"),
        ("drop function private.readiness(text)", "migrations"),
    ],
)
def test_harm_is_told_apart(database_: psycopg.Connection, harm: str, check: str) -> None:
    database_.execute(harm)  # type: ignore[call-overload]

    assert found(database.examine(database_))[check] == "problem"


@contextmanager
def login(database: Database, name: str, member_of: str = "") -> Iterator[psycopg.Connection]:
    """A connection of a login of its own, as docs/deploy-supabase.md makes them."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        admin.execute(f"create role {name} login noinherit password 'of-the-test'".encode())
        try:
            if member_of:
                admin.execute(f"grant {member_of} to {name}".encode())
            dsn = make_conninfo(database.dsn, user=name, password="of-the-test")
            with psycopg.connect(dsn, autocommit=True) as conn:
                yield conn
        finally:
            admin.execute(f"drop role {name}".encode())


@pytest.mark.newest_postgres
def test_a_superuser_and_a_stranger_are_refused(database: Database) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        assert found(examine(admin))["login"] == "problem"
    with login(database, "doctors_stranger") as stranger:
        seen = found(examine(stranger))
        nothing = list(work.examine(stranger))

    assert (seen["login"], seen["membership"], seen["migrations"], nothing) == (
        "ok",
        "problem",
        "problem",
        [],
    )


examine = database.examine  # the fixture of that name hides the module above


def gauges(world: World) -> dict[str, str]:
    return found(work.examine(world.conn))


@pytest.mark.newest_postgres
def test_work_that_flows_is_well_and_what_does_not_is_said(world: World) -> None:
    assert gauges(world) == {
        "queues": "ok",
        "dead letters": "ok",
        "workers": "problem",
        "pages": "ok",
        "on call": "problem",
        "engineers": "problem",
    }

    process = "00000000-0000-4000-8000-000000000001"
    for queue in QUEUES:
        world.rows("select private.sign_of_life(%s, %s, 'host', 1)", process, queue)
    world.engineer("Ana")
    world.do("update public.engineers set phone = '+15550100001', is_on_call = true")
    assert gauges(world) == dict.fromkeys(gauges(world), "ok")

    world.engineer("Ben")
    world.do("update public.engineers set is_on_call = false")
    world.source()
    world.says()
    world.do("update pgmq.q_triage set vt = clock_timestamp() - interval '90 seconds'")
    world.rows("select pgmq.send('replies_dead', '{}')")
    assert gauges(world) == {
        "queues": "warning",
        "dead letters": "warning",
        "workers": "ok",
        "pages": "ok",
        "on call": "problem",
        "engineers": "warning",
    }

    world.do("update pgmq.q_triage set vt = clock_timestamp() - interval '400 seconds'")
    world.ticket("escalation_pending")
    world.do("update public.escalations set due_at = due_at - interval '5 minutes'")
    assert (gauges(world)["queues"], gauges(world)["pages"]) == ("problem", "problem")


@pytest.mark.newest_postgres
@pytest.mark.parametrize("role", sorted(database.NEEDED))
def test_a_programs_own_login_sees_what_it_needs(database: Database, role: str) -> None:
    with login(database, f"doctors_{role}", role) as conn:
        assert set(found(examine(conn)).values()) == {"ok"}
        assert "workers" in found(work.examine(conn))
