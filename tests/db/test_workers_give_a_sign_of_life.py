"""Who works is on a list, who stops is off it, and who was killed stays on it for a day, silent."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.world import Connection, World, at_once


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def sign(world: World, process: UUID, queue: str = "triage", host: str = "one", pid: int = 7) -> None:
    world.rows("select private.sign_of_life(%s, %s, %s, %s)", process, queue, host, pid, conn=world.worker)


def seen(world: World, conn: Connection) -> list[tuple[Any, ...]]:
    return world.rows("select host, pid, queues, is_alive from private.worker_health()", conn=conn)


def pass_time(world: World, interval: str, queue: str = "%") -> None:
    world.do(
        f"update private.workers set seen_at = seen_at - interval '{interval}' where queue like %s", queue
    )


def test_a_process_is_seen_with_its_queues(world: World, ana: Connection) -> None:
    one, two = uuid4(), uuid4()
    for queue in ("triage", "replies"):
        sign(world, one, queue)
    sign(world, two, "escalations", pid=8)

    assert seen(world, ana) == [("one", 7, ["replies", "triage"], True), ("one", 8, ["escalations"], True)]
    assert world.row(
        "select silent_seconds < 15, started_at <= seen_at from private.worker_health() where pid = 7",
        conn=ana,
    ) == (True, True)


def test_a_silent_one_says_for_how_long_and_a_sign_brings_it_back(world: World, ana: Connection) -> None:
    process = uuid4()
    sign(world, process)
    started = world.value("select started_at from private.worker_health()", conn=ana)
    pass_time(world, "1 hour")

    assert seen(world, ana) == [("one", 7, ["triage"], False)]
    assert 3600 <= world.value("select silent_seconds from private.worker_health()", conn=ana) < 3700
    sign(world, process)
    assert seen(world, ana) == [("one", 7, ["triage"], True)]
    assert world.value("select started_at from private.worker_health()", conn=ana) == started


def test_one_stuck_loop_makes_its_process_silent(world: World, ana: Connection) -> None:
    process = uuid4()
    for queue in ("triage", "replies"):
        sign(world, process, queue)
    pass_time(world, "1 minute", "replies")

    assert seen(world, ana) == [("one", 7, ["replies", "triage"], False)]


def test_whoever_stops_is_off_the_list(world: World, ana: Connection) -> None:
    process, other = uuid4(), uuid4()
    for queue in ("triage", "replies"):
        sign(world, process, queue)
    sign(world, other, "triage", pid=8)
    world.rows("select private.sign_off(%s, 'triage')", process, conn=world.worker)

    assert seen(world, ana) == [("one", 7, ["replies"], True), ("one", 8, ["triage"], True)]
    world.rows("select private.sign_off(%s, 'replies')", process, conn=world.worker)
    world.rows("select private.sign_off(%s, 'replies')", process, conn=world.worker)
    assert seen(world, ana) == [("one", 8, ["triage"], True)]


def test_a_new_process_of_the_same_number_takes_the_place_of_the_dead_one(
    world: World, ana: Connection
) -> None:
    sign(world, uuid4())
    sign(world, uuid4(), host="two")
    pass_time(world, "1 minute")
    sign(world, uuid4())

    assert seen(world, ana) == [("one", 7, ["triage"], True), ("two", 7, ["triage"], False)]


def test_the_dead_are_forgotten_after_a_day(world: World, ana: Connection) -> None:
    sign(world, uuid4(), host="gone")
    sign(world, uuid4(), host="silent")
    world.do("update private.workers set seen_at = seen_at - interval '25 hours' where host = 'gone'")
    world.do("update private.workers set seen_at = seen_at - interval '23 hours' where host = 'silent'")
    sign(world, uuid4())

    assert [row[0] for row in seen(world, ana)] == ["one", "silent"]


def test_signing_at_once_is_one_row(world: World, ana: Connection) -> None:
    process = uuid4()

    def work(conn: Connection, _: int) -> bool:
        conn.execute("select private.sign_of_life(%s, 'triage', 'one', 7)", (process,))
        return True

    assert at_once(world.database, "shiftbot_worker", 10, work) == [True] * 10
    assert seen(world, ana) == [("one", 7, ["triage"], True)]
