"""A message is hidden while in hand, comes back when its worker dies, and is buried with its reason, never dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from shiftbot import queue
from tests.db.world import World

QUEUES = ("triage", "replies", "escalations", "attachments", "deliveries")


def put(world: World, name: str, delay: int = 0, **message: object) -> int:
    number: int = world.value("select private.enqueue(%s, %s, %s)", name, Jsonb(message or {"n": 1}), delay)
    return number


def come_back(world: World, name: str) -> None:
    """What is hidden becomes visible: the row is moved, not the clock."""
    world.superuser.execute(f"update pgmq.q_{name} set vt = clock_timestamp() - interval '1 second'".encode())


def fail(world: World, name: str, msg_id: int, reason: str = "boom") -> str:
    return queue.fail(world.worker, name, msg_id, reason)  # type: ignore[arg-type]


def now(world: World) -> datetime:
    moment: datetime = world.value("select clock_timestamp()")
    return moment


def due(world: World, name: str, msg_id: int) -> datetime:
    moment: datetime = world.value(
        f"select vt from pgmq.q_{name} where msg_id = %s", msg_id, conn=world.superuser
    )
    return moment


def looked_through(world: World, name: str) -> int:
    """How often somebody read the queue's table from its beginning to its end."""
    for conn in (world.worker, world.superuser):
        conn.execute("select pg_stat_force_next_flush()")
    world.superuser.execute("select pg_stat_clear_snapshot()")
    scans: int = world.value(
        "select seq_scan from pg_stat_all_tables where relid = %s::regclass",
        f"pgmq.q_{name}",
        conn=world.superuser,
    )
    return scans


def is_due_after(seconds: int, before: datetime, moment: datetime, after: datetime) -> bool:
    """Whether the moment is that much later than some time between the two."""
    return before + timedelta(seconds=seconds) <= moment <= after + timedelta(seconds=seconds)


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_in_hand_is_hidden_until_its_time_is_over(world: World, name: str) -> None:
    number = put(world, name, n=7)

    assert world.take(name) == [(number, 1, {"n": 7})]
    assert world.take(name) == []

    come_back(world, name)

    assert world.take(name) == [(number, 2, {"n": 7})]


def test_messages_come_oldest_first_and_no_more_than_asked(world: World) -> None:
    numbers = [put(world, "triage", n=n) for n in range(5)]

    assert [m.id for m in queue.read(world.worker, "triage", 60, 3)] == numbers[:3]
    assert [m.id for m in queue.read(world.worker, "triage", 60, 3)] == numbers[3:]


@pytest.mark.parametrize("name", ["triage", "replies"])
def test_a_crowd_that_came_later_is_not_looked_through(world: World, name: str) -> None:
    """A session keeps its plans, and made them when nobody waited; a read or an archive still goes by index."""
    for n in range(8):  # by then Postgres has settled on a plan
        queue.archive(world.worker, name, put(world, name, n=n))  # type: ignore[arg-type]
        assert world.take(name) == []
    world.superuser.execute(
        f"insert into pgmq.q_{name} (vt, message) select clock_timestamp() + interval '1 hour', '{{}}'"
        " from generate_series(1, 5000)".encode()
    )
    number = put(world, name, n=9)
    before = looked_through(world, name)

    assert world.take(name) == [(number, 1, {"n": 9})]
    queue.archive(world.worker, name, number)  # type: ignore[arg-type]

    assert looked_through(world, name) == before


def test_two_readers_get_different_messages(world: World) -> None:
    numbers = [put(world, "triage", n=n) for n in range(4)]
    other = world.database.connect("shiftbot_worker")
    with world.worker.transaction():
        mine = [number for number, _, _ in world.take("triage", quantity=2)]
        theirs = [m.id for m in queue.read(other, "triage", 60, 10)]

    assert sorted(mine + theirs) == numbers


def test_a_delayed_message_waits(world: World) -> None:
    before = now(world)
    number = put(world, "triage", delay=60)

    assert world.take("triage") == []
    assert is_due_after(60, before, due(world, "triage", number), now(world))


def test_what_is_done_is_kept_in_the_archive(world: World) -> None:
    number = put(world, "triage", n=7)
    archived = "select private.archive_message('triage', %s)"

    assert world.value(archived, number, conn=world.worker) is True
    assert world.value(archived, number, conn=world.worker) is False
    assert world.queue("triage") == []
    assert world.row("select msg_id, message from pgmq.a_triage", conn=world.superuser) == (number, {"n": 7})


def test_many_that_are_done_are_archived_together(world: World) -> None:
    numbers = [put(world, "triage", n=n) for n in range(3)]
    archived = "select private.archive_messages('triage', %s)"

    assert world.value(archived, [*numbers[:2], 999], conn=world.worker) == 2
    assert world.value(archived, numbers, conn=world.worker) == 1
    assert world.queue("triage") == []
    kept = world.rows("select msg_id from pgmq.a_triage order by msg_id", conn=world.superuser)
    assert kept == [(number,) for number in numbers]


def test_those_come_first_that_are_due_for_longest(world: World) -> None:
    numbers = [put(world, "triage", n=n) for n in range(3)]
    world.do("update pgmq.q_triage set vt = vt - interval '1 hour' where msg_id = %s", numbers[2])

    assert [m.id for m in queue.read(world.worker, "triage", 60, 1)] == [numbers[2]]
    assert [m.id for m in queue.read(world.worker, "triage", 60, 9)] == numbers[:2]


def test_a_failure_backs_off_and_is_then_buried_with_its_reason(world: World) -> None:
    number = put(world, "replies", reply_id=7)
    for attempt, seconds in ((1, 2), (2, 4), (3, 8), (4, 16)):
        assert world.take("replies") == [(number, attempt, {"reply_id": 7})]
        before = now(world)
        assert fail(world, "replies", number, f"reason {attempt}") == "retry"
        assert is_due_after(seconds, before, due(world, "replies", number), now(world))
        come_back(world, "replies")
    world.take("replies")

    assert fail(world, "replies", number, "reason 5") == "dead"
    assert world.queue("replies") == []
    assert world.rows("select queue, reason, attempts, message from ops.dead_letters") == [
        ("replies", "reason 5", 5, {"reply_id": 7})
    ]
    assert fail(world, "replies", number) == "gone"
    assert world.value("select count(*) from pgmq.a_replies", conn=world.superuser) == 1


def test_the_number_of_attempts_is_a_setting(world: World) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    number = put(world, "triage")
    world.take("triage")

    assert fail(world, "triage", number) == "dead"


def test_delays_grow_to_five_minutes_and_no_further(world: World) -> None:
    world.do("update public.app_settings set queue_max_attempts = 100")
    number = put(world, "triage")
    world.superuser.execute("update pgmq.q_triage set read_ct = 98")
    world.take("triage")
    before = now(world)

    assert fail(world, "triage", number) == "retry"
    assert is_due_after(300, before, due(world, "triage", number), now(world))


def test_a_long_reason_is_cut(world: World) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    number = put(world, "triage")
    world.take("triage")
    fail(world, "triage", number, "x" * 5000)

    assert world.value("select length(reason) from ops.dead_letters") == 2000


@pytest.mark.parametrize("name", QUEUES)
def test_the_dead_are_put_back(world: World, name: str) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    for n in range(3):
        put(world, name, n=n)
    for number, _, _ in world.take(name):
        fail(world, name, number)
    dead = [number for (number,) in world.rows("select msg_id from ops.dead_letters order by msg_id")]

    assert world.value("select private.requeue_dead(%s, %s)", name, dead[1]) == 1
    assert world.queue(name) == [{"n": 1}]
    assert world.value("select private.requeue_dead(%s)", name) == 2
    assert world.queue(name) == [{"n": 1}, {"n": 0}, {"n": 2}]
    assert world.rows("select * from ops.dead_letters") == []
    assert world.value("select private.requeue_dead(%s)", name) == 0
    assert [attempts for _, attempts, _ in world.take(name)] == [1, 1, 1]


def test_putting_off_counts_no_attempt(world: World) -> None:
    number = put(world, "replies", reply_id=7)
    for _ in range(10):
        ((number, attempts, body),) = world.take("replies")
        assert (attempts, body) == (1, {"reply_id": 7})
        queue.postpone(world.worker, "replies", number, 0.2)
        assert world.take("replies") == []
        come_back(world, "replies")

    assert world.value("select private.postpone_message('replies', 404, 1)", conn=world.worker) is False
    assert len(world.queue("replies")) == 1


def test_the_view_of_queues_counts(world: World) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    for n in range(3):
        put(world, "triage", n=n)
    (first, _, _), (_, _, _) = world.take("triage", quantity=2)
    fail(world, "triage", first)

    assert world.row(
        "select length, visible, in_hand_or_delayed, oldest_seconds >= 0, dead from ops.queues where queue = 'triage'"
    ) == (2, 1, 1, True, 1)


def listening(world: World) -> psycopg.Connection[object]:
    ear = world.database.connect("shiftbot_worker")
    for channel in ("shiftbot_triage", "shiftbot_replies", "the_end"):
        ear.execute(f"listen {channel}".encode())
    return ear


def heard(world: World, ear: psycopg.Connection[object]) -> list[str]:
    """What was announced so far: announcements come in the order of their commits, so one of our own ends them."""
    world.do("notify the_end")
    channels = []
    for notice in ear.notifies(timeout=30):
        if notice.channel == "the_end":
            return channels
        channels.append(notice.channel)
    raise AssertionError("not even the end was announced")


def test_a_worker_is_woken_only_while_it_said_that_it_is_idle(world: World) -> None:
    ear = listening(world)
    put(world, "triage")
    assert heard(world, ear) == []

    queue.declare_idle(world.worker, "triage", 3600)
    put(world, "replies")
    put(world, "triage", delay=5)
    assert heard(world, ear) == []

    put(world, "triage")
    assert heard(world, ear) == ["shiftbot_triage"]

    queue.declare_idle(world.worker, "triage", 0)
    put(world, "triage")
    assert heard(world, ear) == []


def test_idleness_runs_out(world: World) -> None:
    ear = listening(world)
    queue.declare_idle(world.worker, "triage", 3600)
    world.superuser.execute("update private.queues set idle_until = clock_timestamp() - interval '1 ms'")
    put(world, "triage")

    assert heard(world, ear) == []


def test_nobody_is_woken_for_what_is_rolled_back(world: World) -> None:
    ear = listening(world)
    queue.declare_idle(world.worker, "triage", 3600)
    world.source()
    with world.webhook.transaction(force_rollback=True):
        world.says()
    assert heard(world, ear) == []

    world.says()
    assert heard(world, ear) == ["shiftbot_triage"]
