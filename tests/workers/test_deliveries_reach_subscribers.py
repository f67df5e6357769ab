"""Journal rows reach who subscribed: signed per Standard Webhooks, again under the same id, never to where they may not go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from shiftbot.db import open_pool
from shiftbot.outgoing import Poster, secret_of
from shiftbot.queue import Message
from shiftbot.sim.subscriber import SubscriberSim
from tests.db.world import World
from tests.support.postgres import Database
from tests.workers.handled import handled
from workers.deliveries import DeliveriesHandler

pytestmark = pytest.mark.newest_postgres
MASTER = "a-master-secret-of-the-test"


class Work:
    """A worker's handler, who it posts to, and what is on its queue."""

    def __init__(self, world: World, subscriber: SubscriberSim, handler: DeliveriesHandler) -> None:
        self.world, self.subscriber, self.handler = world, subscriber, handler
        self.id = self.subscribe(subscriber.hooks_url)

    def subscribe(self, url: str) -> int:
        number: int = self.world.value(
            "insert into public.subscriptions (name, url) values ('test', %s) returning id", url
        )
        return number

    def all(self) -> list[str]:
        """What everything that is due came to."""
        return [
            handled(self.world.worker, self.handler, Message(*taken))
            for taken in self.world.take("deliveries")
        ]

    def come_back(self) -> None:
        """What is hidden becomes visible: the row is moved, not the clock."""
        self.world.superuser.execute("update pgmq.q_deliveries set vt = clock_timestamp()")

    def retried(self, seconds: int) -> bool:
        """Handles the one message that is due; whether it is put off by so many seconds."""
        clock = "select clock_timestamp()"
        before = self.world.value(clock)
        outcomes = self.all()
        after = self.world.value(clock)
        ((due,),) = self.world.superuser.execute("select vt from pgmq.q_deliveries").fetchall()
        wait = timedelta(seconds=seconds)
        return outcomes == ["retry"] and before + wait <= due <= after + wait

    def dead(self) -> list[str]:
        query = "select reason from ops.dead_letters where queue = 'deliveries' order by msg_id"
        return [reason for (reason,) in self.world.rows(query)]


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.source()
    return world


@pytest.fixture
def subscriber() -> Iterator[SubscriberSim]:
    with SubscriberSim() as sim:
        yield sim


@pytest.fixture
def work(world: World, subscriber: SubscriberSim) -> Iterator[Work]:
    with (
        open_pool(world.database.dsn, "shiftbot_worker", 8, "worker") as pool,
        closing(Poster(allow_http=True, timeout=2)) as poster,
    ):
        yield Work(world, subscriber, DeliveriesHandler(pool, poster, MASTER))


def test_a_row_arrives_signed_once(work: Work) -> None:
    ticket = work.world.says("It is down").ticket_id

    assert work.all() == ["delivered"]

    (came,) = work.subscriber.deliveries
    read: Any = Webhook(secret_of(MASTER, work.id, 1)).verify(came.body, came.headers)

    assert came.id == f"sub_{work.id}_ticket_{ticket}_1"
    assert read["type"] == "ticket.message"
    assert (read["data"]["ticket_id"], read["data"]["seq"]) == (ticket, 1)
    assert "It is down" not in came.body.decode()
    assert work.all() == []
    assert work.world.value("select delivered_at is not null and error is null from ops.subscriptions")


def test_another_secret_does_not_verify(work: Work) -> None:
    work.world.says()
    work.all()
    (came,) = work.subscriber.deliveries
    for other in (secret_of(MASTER, work.id, 2), secret_of(MASTER, work.id + 1, 1)):
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(came.body, came.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(MASTER, work.id, 1)).verify(came.body + b" ", came.headers)


def test_after_a_rotation_both_secrets_verify(work: Work) -> None:
    work.world.do("update public.subscriptions set secret_version = 2")
    work.world.says()
    work.all()
    (came,) = work.subscriber.deliveries
    for version in (1, 2):
        Webhook(secret_of(MASTER, work.id, version)).verify(came.body, came.headers)


@pytest.mark.parametrize("fault", ["server_error", "drop_before_work", "bad_gateway"])
def test_who_is_away_is_asked_again(work: Work, fault: str) -> None:
    work.world.says()
    work.subscriber.fault(fault, count=2)

    assert work.retried(5)
    assert work.all() == []

    work.come_back()

    assert work.retried(30)

    work.come_back()

    assert work.all() == ["delivered"]
    assert len(work.subscriber.deliveries) == 1


def test_what_was_taken_and_not_answered_comes_again_under_its_id(work: Work) -> None:
    work.world.says()
    work.subscriber.fault("drop_after_work", count=1)

    assert work.all() == ["retry"]

    work.come_back()

    assert work.all() == ["delivered"]

    first, again = work.subscriber.deliveries

    assert (first.id, first.body) == (again.id, again.body)


def test_no_earlier_than_the_receiver_asked_for(work: Work) -> None:
    work.world.says()
    work.subscriber.fault("rate_limited", count=1, seconds=600)

    assert work.retried(600)


def test_after_ten_attempts_it_is_dead_and_can_be_requeued(work: Work) -> None:
    work.world.says()
    work.subscriber.fault("server_error", count=10)
    outcomes = []
    for _ in range(10):
        work.come_back()
        outcomes += work.all()

    assert outcomes == ["retry"] * 9 + ["dead"]
    assert work.dead() == ["the receiver answered 500"]
    assert work.world.value("select error from ops.subscriptions") == "the receiver answered 500"
    assert work.world.value("select private.requeue_dead('deliveries')") == 1
    assert work.all() == ["delivered"]


@pytest.mark.parametrize("status", [400, 401, 404, 301, 307])
def test_a_refusal_is_final(work: Work, status: int) -> None:
    work.world.says()
    work.subscriber.status = status
    work.subscriber.location = work.subscriber.hooks_url

    assert work.all() == ["dead"]
    assert work.subscriber.calls["hooks"] == 1  # a redirect is not followed
    assert work.dead()[0].startswith(f"the receiver answered {status}")


def test_who_is_gone_is_sent_nothing_more(work: Work) -> None:
    work.world.says()
    work.world.says()
    work.subscriber.status = 410

    assert work.all() == ["deactivated", "inactive"]
    assert work.subscriber.calls["hooks"] == 1
    assert work.world.row("select is_active, deactivated_because like '%410%' from public.subscriptions") == (
        False,
        True,
    )

    work.world.says()

    assert work.all() == []


def test_a_subscription_that_is_removed_or_inactive_is_sent_nothing(work: Work) -> None:
    work.world.says()
    work.world.do("update public.subscriptions set is_active = false")

    assert work.all() == ["inactive"]

    work.world.do("update public.subscriptions set is_active = true")
    work.world.says()
    work.world.do("delete from public.subscriptions")

    assert work.all() == ["gone"]
    assert work.subscriber.deliveries == []


def test_erased_words_are_not_sent(work: Work) -> None:
    work.world.do("update public.subscriptions set include_content = true")
    ticket = work.world.says("swordfish").ticket_id
    work.world.do("select private.erase_content(%s, 'asked for')", ticket)

    assert set(work.all()) == {"delivered"}
    assert [d.event["type"] for d in work.subscriber.deliveries] == [
        "ticket.message",
        "ticket.content_erased",
    ]
    assert not any(b"swordfish" in d.body for d in work.subscriber.deliveries)


def test_http_is_for_this_machine_and_only_where_it_is_allowed(work: Work) -> None:
    with closing(Poster(allow_http=False)) as poster:
        handler = DeliveriesHandler(work.handler._pool, poster, MASTER)
        work.world.says()
        (taken,) = work.world.take("deliveries")

        assert handler.handle(Message(*taken)) == "dead"
    assert "OUTGOING_WEBHOOK_ALLOW_HTTP" in work.dead()[0]
    assert work.subscriber.calls["hooks"] == 0


def test_nothing_leaves_unsigned(work: Work) -> None:
    work.world.says()
    handler = DeliveriesHandler(work.handler._pool, work.handler._poster, "")
    (taken,) = work.world.take("deliveries")

    assert handler.handle(Message(*taken)) == "retry"
    assert work.subscriber.calls["hooks"] == 0


def test_a_test_event_concerns_no_ticket(work: Work) -> None:
    number = work.world.value("select private.test_subscription(%s)", work.id)

    assert work.all() == ["delivered"]

    (came,) = work.subscriber.deliveries

    assert came.id == f"sub_{work.id}_test_{number}"
    assert (came.event["type"], came.event["data"]) == ("shiftbot.test", {"subscription_id": work.id})


def test_a_storm_arrives_once_each_by_many_hands(work: Work) -> None:
    tickets = [work.world.ticket() for _ in range(20)]
    before = len(work.world.queue("deliveries"))
    for ticket in tickets:
        work.world.append(ticket, "triaged_escalate")
    stop = threading.Event()

    def hand() -> None:
        while not stop.is_set():
            with work.handler._pool.connection() as conn:
                taken = conn.execute(
                    "select msg_id, read_ct, message from private.read_queue('deliveries', 60, 3)"
                ).fetchall()
            if not taken:
                return
            for message in taken:
                handled(work.world.worker, work.handler, Message(*message))

    with ThreadPoolExecutor(4) as hands:
        for done in [hands.submit(hand) for _ in range(4)]:
            done.result()
    rows = work.world.value("select count(*) from public.ticket_actions")
    ids = [d.id for d in work.subscriber.deliveries]

    assert before == 0
    assert len(ids) == len(set(ids)) == rows >= 20
