"""Law 9: claim before the send, outcome after; what died in between is unknown, visible, and never sent again by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import claim_part, finish, settle, triage
from tests.db.world import GROUP, World, at_once, counted, refused


def answer_waits(world: World, **settings: Any) -> tuple[int, int, int]:
    """A ticket with an answer that waits to be sent, its reply, and the queue message a worker holds."""
    world.source(**settings)
    ticket = world.says("It is down", message=5, payload={"message_thread_id": 4}).ticket_id
    assert ticket is not None
    triage(world, ticket)
    ((number, _, body),) = world.take("replies")
    return ticket, body["reply_id"], number


def attempts(world: World) -> list[tuple[Any, ...]]:
    return world.rows("select part, state, external_id from public.reply_attempts order by id")


def reply(world: World) -> tuple[str, str]:
    kind, state = world.row("select kind, state from public.replies")
    return kind, state


def test_a_claim_says_where_and_what_to_send(world: World) -> None:
    ticket, number, _ = answer_waits(world)
    claimed = claim_part(world, number)

    assert claimed == {
        "outcome": "claimed",
        "wait_seconds": 0,
        "attempt_id": claimed["attempt_id"],
        "ticket_id": ticket,
        "platform": "telegram",
        "chat": GROUP,
        "thread_key": "msg:5",
        "anchor": "telegram:-1001/5",
        "topic": 4,
        "body": "Please reload the page.",
        "buttons": [
            {"text": "This helped", "event": "feedback_positive"},
            {"text": "Get me a human", "event": "human_requested"},
        ],
    }
    assert attempts(world) == [(0, "claimed", None)]


def test_only_an_answer_has_buttons(world: World) -> None:
    ticket = world.ticket("awaiting_feedback")
    world.append(ticket, "public_reply", "On it")
    ((_, _, body),) = world.take("replies")

    assert claim_part(world, body["reply_id"])["buttons"] == []


def test_a_reply_goes_where_the_chat_is_today(world: World) -> None:
    _, number, _ = answer_waits(world)
    world.rows("select private.move_source('telegram', %s, '-100777')", GROUP, conn=world.worker)

    assert claim_part(world, number)["chat"] == "-100777"


def test_what_was_claimed_just_now_is_left_to_its_worker(world: World) -> None:
    _, number, _ = answer_waits(world)
    claim_part(world, number)
    second = claim_part(world, number, stale=90)

    assert (second["outcome"], second["wait_seconds"]) == ("wait", 90)
    assert attempts(world) == [(0, "claimed", None)]


def test_of_many_claims_at_once_one_wins(world: World) -> None:
    _, number, _ = answer_waits(world)
    results = at_once(
        world.database,
        "shiftbot_worker",
        20,
        lambda conn, n: conn.execute(
            "select outcome from private.claim_reply_part(%s, 0, 60)", (number,)
        ).fetchone()[0],  # type: ignore[index]
    )

    assert counted(results) == {"claimed": 1, "wait": 19}
    assert len(attempts(world)) == 1


@pytest.mark.parametrize("state", ["claimed", "sent", "unknown"])
def test_a_second_attempt_at_a_part_is_refused_by_an_index(world: World, state: str) -> None:
    _, number, _ = answer_waits(world)
    claim_part(world, number)
    with refused("reply_part_is_sent_at_most_once"):
        world.do(
            "insert into public.reply_attempts (reply_id, part, state, external_id) values (%s, 0, %s, 'x')",
            *(number, state),
        )

    assert (
        world.do("insert into public.reply_attempts (reply_id, part, state) values (%s, 0, 'failed')", number)
        == 1
    )


def test_a_part_that_was_sent_is_not_sent_again(world: World) -> None:
    _, number, _ = answer_waits(world)
    settle(world, claim_part(world, number)["attempt_id"], "sent", "telegram:-1001/9")

    assert claim_part(world, number)["outcome"] == "sent"
    assert claim_part(world, number, part=1)["outcome"] == "claimed"
    assert attempts(world) == [(0, "sent", "telegram:-1001/9"), (1, "claimed", None)]


def test_a_part_that_surely_failed_is_claimed_again(world: World) -> None:
    _, number, _ = answer_waits(world)
    settle(world, claim_part(world, number)["attempt_id"], "failed", error="502")

    assert claim_part(world, number)["outcome"] == "claimed"
    assert attempts(world) == [(0, "failed", None), (0, "claimed", None)]


def test_a_worker_that_died_leaves_unknown(world: World) -> None:
    _, number, _ = answer_waits(world)
    first = claim_part(world, number)
    world.superuser.execute(
        "update public.reply_attempts set claimed_at = clock_timestamp() - interval '61 s'"
    )
    again = claim_part(world, number)

    assert (again["outcome"], again["attempt_id"]) == ("unknown", first["attempt_id"])
    assert world.row("select state, error from public.reply_attempts") == (
        *("unknown", "the worker died between claim and outcome"),
    )
    assert claim_part(world, number)["outcome"] == "unknown"


def test_the_truth_may_come_late(world: World) -> None:
    ticket, number, message = answer_waits(world)
    attempt = claim_part(world, number)["attempt_id"]
    settle(world, attempt, "unknown", error="timed out")
    finish(world, number, message, "unknown", "timed out")
    assert world.rows("select reply_id, ticket_id, part, error from ops.unknown_replies") == [
        (number, ticket, 0, "timed out")
    ]
    settle(world, attempt, "sent", "telegram:-1001/9")
    finish(world, number, message, "delivered")

    assert attempts(world) == [(0, "sent", "telegram:-1001/9")]
    assert reply(world) == ("answer", "delivered")
    assert world.rows("select * from ops.unknown_replies") == []
    assert world.journal(ticket)[-2:] == ["reply_unknown", "reply_delivered"]
    # and what is known to be sent stays so
    settle(world, attempt, "failed")
    assert attempts(world) == [(0, "sent", "telegram:-1001/9")]


def test_sent_needs_its_message(world: World) -> None:
    _, number, _ = answer_waits(world)
    with refused("sent_attempt_knows_its_message"):
        settle(world, claim_part(world, number)["attempt_id"], "sent")
    with refused("reply_attempt_state_is_known"):
        settle(world, claim_part(world, number)["attempt_id"], "lost")


@pytest.mark.parametrize(
    ("state", "event", "status"),
    [
        ("delivered", "reply_delivered", "awaiting_feedback"),
        ("unknown", "reply_unknown", "awaiting_feedback"),
        ("failed", "reply_failed", "escalation_pending"),
    ],
)
def test_how_an_answer_ends_moves_its_ticket_once(world: World, state: str, event: str, status: str) -> None:
    ticket, number, message = answer_waits(world)
    attempt = claim_part(world, number)["attempt_id"]
    if state == "delivered":
        settle(world, attempt, "sent", "telegram:-1001/9")
    for _ in range(2):
        finish(world, number, message, state, "why")

    assert world.journal(ticket) == ["message", "triaged_answer", event]
    assert world.status(ticket) == status
    assert reply(world)[1] == state
    assert world.queue("replies") == []
    facts, error = world.row(
        "select payload -> 'facts', payload ->> 'error' from public.ticket_actions where event = %s", event
    )
    assert error == "why"
    assert facts == {
        "reply_id": number,
        "kind": "answer",
        "messages": ["telegram:-1001/9"] if state == "delivered" else [],
    }


def test_a_state_nobody_knows_is_refused(world: World) -> None:
    _, number, message = answer_waits(world)
    with refused("reply_state_is_known"):
        finish(world, number, message, "lost")

    assert len(world.queue("replies")) == 1


def test_a_reply_nobody_knows_is_done(world: World) -> None:
    assert claim_part(world, 404)["outcome"] == "done"
