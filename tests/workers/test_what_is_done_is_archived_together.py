"""What handlers are done with is archived by the loop, many at once; SIGKILL in between brings it back, to be found done."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from shiftbot.db import open_pool
from shiftbot.queue import Message, QueueName
from tests.support.postgres import Database
from tests.support.product import GROUP, Product
from tests.support.waiting import eventually
from tests.workers.worker_process import expire_everything, is_waiting, kill, worker
from workers.archiving import Archiving, Done
from workers.loop import ROLE, Loop

pytestmark = pytest.mark.newest_postgres
LEFT = "select count(*)::integer from pgmq.q_deliveries"


class Idle:
    """A handler for which nothing is to do."""

    queue: QueueName = "deliveries"

    def __init__(self) -> None:
        self.seen: list[int] = []

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing."""

    def handle(self, message: Message) -> Done:
        self.seen.append(message.id)
        return Done("nothing")


def test_all_is_archived_though_no_handler_does(database: Database) -> None:
    conn = database.connect()
    conn.execute("select private.enqueue('deliveries', '{}') from generate_series(1, 250)")
    stop, handler = threading.Event(), Idle()
    with open_pool(database.dsn, ROLE, 2, "worker") as pool:
        loop = Loop(database.dsn, pool, handler, 8, 30, stop)
        loop.start()
        try:
            assert eventually(lambda: conn.execute(LEFT).fetchone() == (0,))
            conn.execute("select private.enqueue('deliveries', '{}')")  # to a loop that waits
            assert eventually(lambda: len(handler.seen) == 251)
        finally:
            stop.set()
            loop.join()

    assert sorted(handler.seen) == list(range(1, 252))
    assert conn.execute(LEFT).fetchone() == (0,)


def test_what_could_not_be_archived_is_tried_again(database: Database) -> None:
    owner, conn = database.connect(), database.connect(ROLE)
    owner.execute("select private.enqueue('deliveries', '{}') from generate_series(1, 3)")
    archiving = Archiving("deliveries")
    for number in (1, 2, 3):
        archiving.add(number)
    conn.close()
    with pytest.raises(Exception, match="closed"):
        archiving.flush(conn)
    assert owner.execute(LEFT).fetchone() == (3,)

    archiving.flush(database.connect(ROLE))
    archiving.close()
    assert owner.execute(LEFT).fetchone() == (0,)


def test_a_loop_that_waits_archives_at_once(database: Database) -> None:
    owner, conn = database.connect(), database.connect(ROLE)
    owner.execute("select private.enqueue('deliveries', '{}')")
    archiving = Archiving("deliveries")
    waiting = threading.Thread(target=archiving.wait, args=(conn, 30))
    conn.execute("listen shiftbot_deliveries")
    waiting.start()
    archiving.add(1)

    assert eventually(lambda: owner.execute(LEFT).fetchone() == (0,))
    assert waiting.is_alive()
    owner.execute("notify shiftbot_deliveries")
    waiting.join(20)
    assert not waiting.is_alive()
    archiving.close()


def test_killed_before_what_is_done_is_archived(story: Product) -> None:
    """A reply that was delivered is asked for a second time: a dead worker's message is found done by the next one."""
    story.telegram.say(GROUP, 7, "How do I export my invoices as CSV?")
    with worker(story):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
    story.conn.execute("select private.enqueue('replies', '{\"reply_id\": 1, \"ticket_id\": 1}')")
    with story.database.connect() as barrier:
        barrier.execute("begin")
        barrier.execute("lock table pgmq.a_replies in exclusive mode")
        with worker(story, "replies") as process:
            assert story.until(lambda: is_waiting(story, "archive_messages"))
            kill(story, process)
        barrier.execute("rollback")
    assert story.rows("select read_ct from pgmq.q_replies") == [(1,)]

    expire_everything(story)
    with worker(story, "replies"):
        assert story.until(lambda: story.rows("select from pgmq.q_replies") == [])
    assert len(story.telegram.messages(GROUP, sender="bot")) == 1
    assert story.events(1) == ["message", "triaged_answer", "reply_delivered"]
    story.assert_sound()
