"""What keeps failing is buried with its reason, and comes back when asked; an outage is nobody's failure."""

from __future__ import annotations

import threading

import pytest

from shiftbot import queue
from shiftbot.db import open_pool
from shiftbot.queue import Message, QueueName
from tests.support.postgres import Database
from tests.support.product import CHANNEL, Product
from workers.loop import ROLE, Loop


class Poisoned:
    """A handler that cannot deal with anything."""

    queue: QueueName = "triage"

    def __init__(self) -> None:
        self.seen: list[int] = []

    def handle(self, message: Message) -> str:
        self.seen.append(message.attempts)
        raise ValueError("no such thing, xoxb-1234567890-secret")


def test_poison_is_buried_with_its_reason_and_requeued(database: Database) -> None:
    conn = database.connect()
    conn.execute("update public.app_settings set queue_max_attempts = 2")
    conn.execute("select private.enqueue('triage', '{\"ticket_id\": 1}')")
    stop, handler = threading.Event(), Poisoned()
    with open_pool(database.dsn, ROLE, 2, "worker") as pool:
        loop = Loop(database.dsn, pool, handler, 1, 30, stop)
        loop.start()
        try:
            for _ in range(600):
                conn.execute("update pgmq.q_triage set vt = clock_timestamp() where read_ct = 1")
                if conn.execute("select 1 from ops.dead_letters").fetchone():
                    break
                stop.wait(0.05)
        finally:
            stop.set()
            loop.join()

    assert handler.seen == [1, 2]
    assert conn.execute("select queue, reason, attempts, message from ops.dead_letters").fetchall() == [
        ("triage", "ValueError: no such thing, [redacted]", 2, {"ticket_id": 1})
    ]
    assert conn.execute("select private.requeue_dead('triage')").fetchone() == (1,)
    assert [m.body for m in queue.read(conn, "triage", 30, 5)] == [{"ticket_id": 1}]


@pytest.mark.newest_postgres
def test_a_reply_for_a_platform_without_token_waits_among_the_dead(story: Product) -> None:
    story.conn.execute("update public.app_settings set queue_max_attempts = 1")
    story.slack.say(CHANNEL, "U0ALICE", "How do I export my invoices?")
    with story.workers(slack_bot_token=type(story.settings.slack_bot_token)("")):
        assert story.until(lambda: bool(story.rows("select from ops.dead_letters")))

    assert story.rows("select queue, reason from ops.dead_letters") == [
        ("replies", "NotConfigured: no token for slack is configured")
    ]
    story.conn.execute("select private.requeue_dead('replies')")
    with story.workers():
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
    story.assert_sound()


@pytest.mark.newest_postgres
def test_workers_outlive_a_lost_database_session(story: Product) -> None:
    with story.workers():
        story.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and application_name like 'shiftbot-%%' and pid <> pg_backend_pid()"
        )
        story.slack.say(CHANNEL, "U0ALICE", "How do I export my invoices?")

        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
    story.assert_sound()


@pytest.mark.newest_postgres
def test_a_loop_outlives_what_it_does_not_understand(database: Database) -> None:
    """Started before its migrations were applied, a worker works once they are."""
    admin = database.connect()
    admin.execute("alter function private.read_queue(text, integer, integer) rename to not_there_yet")
    stop, handler = threading.Event(), Poisoned()
    with open_pool(database.dsn, ROLE, 2, "worker") as pool:
        loop = Loop(database.dsn, pool, handler, 1, 30, stop)
        loop.start()
        try:
            stop.wait(0.5)
            admin.execute("alter function private.not_there_yet(text, integer, integer) rename to read_queue")
            admin.execute("select private.enqueue('triage', '{\"ticket_id\": 1}')")
            for _ in range(600):
                if handler.seen:
                    break
                stop.wait(0.05)
        finally:
            stop.set()
            loop.join()

    assert handler.seen[:1] == [1]
