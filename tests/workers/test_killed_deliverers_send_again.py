"""SIGKILL while a subscriber is being told: it is told again, under the same id, and nothing of the journal is missed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from shiftbot.outgoing import secret_of
from shiftbot.sim.subscriber import SubscriberSim
from tests.support.product import GROUP, Product
from tests.workers.worker_process import kill, worker

pytestmark = pytest.mark.newest_postgres
MASTER = "a-master-secret-of-the-test"
SETTINGS = {"outgoing_webhook_secret": SecretStr(MASTER), "outgoing_webhook_allow_http": True}


@pytest.fixture
def subscriber(story: Product) -> Iterator[SubscriberSim]:
    with SubscriberSim() as sim:
        story.conn.execute(
            "insert into public.subscriptions (name, url) values ('test', %s)", (sim.hooks_url,)
        )
        yield sim


def told(subscriber: SubscriberSim) -> list[int]:
    return [delivery.event["data"]["seq"] for delivery in subscriber.deliveries]


def test_killed_between_the_post_and_the_settling(story: Product, subscriber: SubscriberSim) -> None:
    subscriber.fault("slow", seconds=8, count=1)  # it has the event, and is slow to say so
    story.telegram.say(GROUP, 7, "How do I export my invoices as CSV?")
    with worker(story, "deliveries", **SETTINGS) as process:
        assert story.until(lambda: len(subscriber.deliveries) == 1)
        kill(story, process)

    assert story.rows("select length from ops.queues where queue = 'deliveries'") == [(1,)]

    story.conn.execute("update pgmq.q_deliveries set vt = clock_timestamp()")
    with worker(story, "deliveries", **SETTINGS):
        assert story.until(lambda: len(subscriber.deliveries) == 2)
        assert story.until(
            lambda: story.rows("select length from ops.queues where queue = 'deliveries'") == [(0,)]
        )
    first, again = subscriber.deliveries

    assert (first.id, first.body) == (again.id, again.body)
    Webhook(secret_of(MASTER, 1, 1)).verify(again.body, again.headers)


def test_the_whole_life_of_a_ticket_is_told(story: Product, subscriber: SubscriberSim) -> None:
    story.telegram.say(GROUP, 7, "How do I export my invoices as CSV?")
    with story.workers(**SETTINGS):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        assert story.until(lambda: sorted(told(subscriber)) == [1, 2, 3])

    in_order = sorted(subscriber.deliveries, key=lambda delivery: int(delivery.event["data"]["seq"]))

    assert [d.event["data"]["event"] for d in in_order] == ["message", "triaged_answer", "reply_delivered"]
    assert [d.event["data"]["status_after"] for d in in_order] == [
        "open",
        "auto_answered",
        "awaiting_feedback",
    ]
    assert not any(b"export" in d.body for d in in_order)
    story.assert_sound()
