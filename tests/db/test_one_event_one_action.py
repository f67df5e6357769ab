"""Law 5: an event delivered fifty times at once is recorded once; fifty first messages of a thread make one ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.db.world import World, at_once, counted, ingest

MANY = 50
ROUNDS = 3
Events = Callable[[World, int, int], dict[str, Any]]


def fire(world: World, make: Events, around: int) -> list[Any]:
    events = [make(world, around, n) for n in range(MANY)]
    return at_once(world.database, "shiftbot_ingest", MANY, lambda conn, n: ingest(conn, events[n]).outcome)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event": "human_requested"},
        {"payload": {"same_as": "telegram:-2002/9"}},
        {"merges_with_author": True},
        {"merge_group": "album"},
    ],
    ids=["message", "human", "forward", "loose", "album"],
)
def test_one_event_many_times_at_once_is_one_action(world: World, event: dict[str, Any]) -> None:
    world.source()
    for around in range(ROUNDS):
        results = fire(
            world, lambda w, a, n: w.event(message=100 + a, author=f"telegram:{a}", **event), around
        )
        assert counted(results) == {"created": 1, "duplicate": MANY - 1}

    assert world.value("select count(*) from public.ticket_actions where external_id is not null") == ROUNDS
    assert world.rows("select * from ops.verify_journal()") == []


def slack_thread(world: World, around: int, n: int) -> dict[str, Any]:
    return world.event(
        platform="slack",
        chat="C1",
        external_id=f"slack:C1/{around}.{n:04}",
        thread_key=f"{around}.0000",
        refers_to=f"slack:C1/{around}.0000" if n else None,
        author=f"slack:U{around}N{n}",  # one of his own each round: what he said just before, elsewhere, would go on
        merges_with_author=n == 0,
    )


def telegram_chain(world: World, around: int, n: int) -> dict[str, Any]:
    """Replies to one message that the bot never saw, each by another person."""
    root = 10_000 * (around + 1)
    return world.event(
        message=root + n + 1,
        thread_key=f"msg:{root}",
        refers_to=f"telegram:-1001/{root}",
        author=f"telegram:{n}",
    )


def album(world: World, around: int, n: int) -> dict[str, Any]:
    """Every picture of an album is a message of its own, and the root of its own thread."""
    return world.event(
        message=10_000 * (around + 1) + n, merge_group=f"album{around}", author=f"telegram:{around}"
    )


def loose_messages(world: World, around: int, n: int) -> dict[str, Any]:
    return world.event(
        message=10_000 * (around + 1) + n, merges_with_author=True, author=f"telegram:{around}"
    )


def private_chat(world: World, around: int, n: int) -> dict[str, Any]:
    chat = str(500 + around)
    return world.event(
        message=n + 1,
        chat=chat,
        thread_key="chat",
        author=f"telegram:{chat}",
        payload={"chat_type": "private"},
    )


@pytest.mark.parametrize("make", [slack_thread, telegram_chain, album, loose_messages, private_chat])
def test_many_first_messages_at_once_make_one_ticket(world: World, make: Events) -> None:
    world.source()
    world.source("C1", "slack")
    world.source("private")
    for around in range(ROUNDS):
        results = fire(world, make, around)
        assert counted(results) == {"created": 1, "appended": MANY - 1}

    assert world.rows("select last_action_seq from public.tickets") == [(MANY,)] * ROUNDS
    assert world.value("select count(distinct external_id) from public.ticket_actions") == MANY * ROUNDS
    assert world.rows("select * from ops.verify_journal()") == []
    assert world.rows("select * from ops.status_drift") == []


def test_messages_of_many_threads_at_once_do_not_wait_for_each_other_forever(world: World) -> None:
    world.source()
    events = [
        world.event(
            message=n + 1,
            thread_key=f"msg:{n % 7}",
            author=f"telegram:{n % 5}",
            merges_with_author=n % 2 == 0,
            merge_group=f"album{n % 3}" if n % 3 else None,
        )
        for n in range(MANY)
    ]
    results = at_once(
        world.database, "shiftbot_ingest", MANY, lambda conn, n: ingest(conn, events[n]).outcome
    )

    assert set(results) <= {"created", "appended"}
    assert world.value("select count(*) from public.ticket_actions") == MANY


def test_many_who_follow_a_closed_ticket_at_once_open_one(world: World) -> None:
    """By the thread, and by answering different messages of it: keys that no advisory lock has in common."""
    world.source()
    for around in range(ROUNDS):
        first = world.says(message=10_000 * (around + 1), author=f"telegram:{around}").ticket_id
        for n in range(1, 9):
            world.says(message=10_000 * (around + 1) + n, thread_key=f"msg:{10_000 * (around + 1)}")
        world.do("update public.tickets set status = 'closed' where id = %s", first)

        def follow(conn: Any, n: int, root: int = 10_000 * (around + 1)) -> str:
            answers = f"telegram:-1001/{root + n % 9}"
            return ingest(
                conn,
                world.event(message=root + 100 + n, thread_key=f"msg:{root + n % 9}", refers_to=answers),
            ).outcome

        results = at_once(world.database, "shiftbot_ingest", 20, follow)
        assert counted(results) == {"created_linked": 1, "appended": 19}

    assert world.value("select count(*) from public.tickets") == 2 * ROUNDS


def test_a_message_that_meets_the_closing_of_its_ticket_is_not_lost(world: World) -> None:
    world.source()
    for around in range(ROUNDS):
        root = 10_000 * (around + 1)
        ticket = world.says(message=root, author=f"telegram:{around}").ticket_id

        def act(conn: Any, n: int, root: int = root, ticket: int | None = ticket) -> Any:
            if n % 4 == 0:
                conn.execute("set role postgres")
                return conn.execute(
                    "update public.tickets set status = 'closed' where id = %s and status <> 'closed'",
                    (ticket,),
                ).statusmessage
            return ingest(conn, world.event(message=root + n, thread_key=f"msg:{root}")).outcome

        results = at_once(world.database, "shiftbot_ingest", 20, act)
        assert set(results) <= {"appended", "created_linked", "UPDATE 0", "UPDATE 1"}, results
        assert results.count("created_linked") <= 1

    assert world.value("select count(*) from public.ticket_actions where event = 'message'") == 16 * ROUNDS
