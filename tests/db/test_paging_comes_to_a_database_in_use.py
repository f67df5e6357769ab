"""The migrations of paging meet tickets that wait already: those ring, and those that somebody has are held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shiftbot.migrate import migrate
from tests.db.earlier import database_at
from tests.db.paging import Pager
from tests.db.world import World
from tests.support.postgres import Database, TestServer

LAST_BEFORE = "0018"


@pytest.fixture
def before_paging(postgres_server: TestServer, tmp_path: Path) -> Iterator[Database]:
    """A database as it was before anybody was paged."""
    with database_at(postgres_server, LAST_BEFORE, tmp_path) as database:
        yield database


def test_what_waited_rings_as_one_storm_and_what_somebody_has_is_held(before_paging: Database) -> None:
    world = World(before_paging)
    ana = world.engineer("Ana")
    world.do("update public.engineers set phone = '+15550100001', is_on_call = true")
    waiting = [world.ticket("escalation_pending") for _ in range(3)]
    held = [world.ticket("escalated") for _ in range(2)]
    world.do("update public.tickets set assigned_engineer_id = %s where id = %s", ana, held[0])
    others = [world.ticket(status) for status in ("open", "auto_answered", "awaiting_feedback", "closed")]
    journals = {ticket: world.journal(ticket) for ticket in (*held, *others)}
    assert len(migrate(before_paging.dsn)) > 0
    pager = Pager(world)

    assert pager.states(waiting) == {"ringing": 1, "joined": 2}
    assert pager.state(waiting[0]) == "ringing"
    assert pager.rings(waiting[0])[0] == ("telegram_call", ana, None)
    assert [(pager.page(t)["state"], pager.page(t)["acknowledged_by"]) for t in held] == [
        ("acknowledged", ana),
        ("acknowledged", None),
    ]
    assert [pager.open_pages(ticket) for ticket in others] == [0] * len(others)
    assert {ticket: world.journal(ticket) for ticket in (*held, *others)} == journals
    assert pager.stalled() == []
    assert world.rows("select * from ops.status_drift", conn=world.superuser) == []
    assert world.rows("select * from ops.verify_journal()", conn=world.superuser) == []


def test_what_was_held_before_rings_when_its_time_is_over(before_paging: Database) -> None:
    world = World(before_paging)
    world.engineer("Ana")
    world.do("update public.engineers set is_on_call = true")
    held = world.ticket("escalated")
    migrate(before_paging.dsn)
    pager = Pager(world)
    pager.pass_time("61 minutes")
    pager.sweep()

    assert world.status(held) == "escalation_pending"
    assert [o for m, _, o in pager.rings(held) if m == "email"] == [None]


def test_a_database_in_use_without_any_engineer_is_migrated_and_loud(before_paging: Database) -> None:
    world = World(before_paging)
    waiting = world.ticket("escalation_pending")
    migrate(before_paging.dsn)

    assert Pager(world).stalled() == [(waiting, "nobody could be reached at all")]


def test_an_empty_database_is_migrated_quietly(before_paging: Database) -> None:
    migrate(before_paging.dsn)
    world = World(before_paging)

    assert world.rows("select from public.escalations") == []
    assert world.queue("escalations") == []
