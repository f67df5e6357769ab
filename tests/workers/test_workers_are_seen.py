"""A worker is on the list while it works, off it after a clean stop, and silent on it after a kill."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Sequence
from uuid import uuid4

import pytest

from shiftbot.db import open_pool
from shiftbot.queue import QUEUES, Message, QueueName
from tests.support.postgres import Database
from tests.support.product import Product
from tests.workers.worker_process import start, worker
from workers.loop import ROLE, Loop
from workers.presence import Presence

pytestmark = pytest.mark.newest_postgres
LISTED = "select host, pid, array_agg(queue order by queue), count(distinct process) from private.workers group by 1, 2"


def listed(story: Product) -> list[tuple[object, ...]]:
    return story.rows(LISTED)


def everything(pid: int) -> list[tuple[object, ...]]:
    """One process with all queues."""
    return [(socket.gethostname(), pid, sorted(QUEUES), 1)]


def test_a_worker_is_on_the_list_until_it_stops(story: Product) -> None:
    with story.workers():
        assert story.until(lambda: listed(story) == everything(os.getpid()))

    assert listed(story) == []


def test_a_worker_of_one_queue_says_so(story: Product) -> None:
    with story.workers("replies"):
        assert story.until(lambda: listed(story) == [(socket.gethostname(), os.getpid(), ["replies"], 1)])


def test_a_process_that_is_asked_to_end_signs_off(story: Product) -> None:
    process = start(story.settings)
    assert story.until(lambda: listed(story) == everything(process.pid))
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert listed(story) == []


def test_one_that_was_killed_stays_and_the_next_one_is_beside_it(story: Product) -> None:
    with worker(story) as process:
        assert story.until(lambda: listed(story) == everything(process.pid))
        before = story.rows("select max(seen_at) from private.workers")
    assert listed(story) == everything(process.pid)
    with story.workers():
        assert story.until(lambda: len(listed(story)) == 2)

        assert story.rows(f"select max(seen_at) from private.workers where pid = {process.pid}") == before


class Idle:
    """A handler that is never called."""

    queue: QueueName = "triage"

    def prepare(self, messages: Sequence[Message]) -> None:
        raise AssertionError(messages)

    def handle(self, message: Message) -> str:
        raise AssertionError(message)


def test_a_loop_signs_again_and_again_but_not_all_the_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn = database.connect("shiftbot_worker")
    owner = database.connect()

    def seen() -> object:
        return owner.execute("select seen_at from private.workers").fetchall()

    process = uuid4()
    seldom = Presence(process, "triage")
    seldom.sign_if_due(conn)
    first = seen()
    seldom.sign_if_due(conn)
    assert seen() == first
    monkeypatch.setattr("workers.presence.SIGN_SECONDS", 0.0)
    often = Presence(process, "triage")
    often.sign_if_due(conn)
    second = seen()
    often.sign_if_due(conn)
    assert first != second != seen()


def test_a_stop_that_cannot_be_told_is_a_stop(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    owner = database.connect()
    stop = threading.Event()
    with open_pool(database.dsn, ROLE, 2, "worker") as pool:
        loop = Loop(database.dsn, pool, Idle(), 1, 30, stop)
        loop.start()
        while owner.execute("select from private.workers").fetchone() is None:
            assert loop.is_alive()
        owner.execute("revoke execute on function private.sign_off(uuid, text) from shiftbot_worker")
        stop.set()
        loop.join(30)

    assert not loop.is_alive()
    assert [r.error for r in caplog.records if getattr(r, "action", "") == "sign_off_failed"] == [
        "InsufficientPrivilege (42501): permission denied for function sign_off"
    ]
    assert owner.execute("select queue from private.workers").fetchall() == [("triage",)]
