"""A reply that may or may not have arrived, or did not, is decided by a person, once."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.db.conversation import claim_part, deliver, finish, settle, triage
from tests.db.world import World, at_once, refused


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


def unknown(world: World) -> tuple[int, int, int]:
    ticket, number, message = answer_waits(world)
    attempt = claim_part(world, number)["attempt_id"]
    settle(world, attempt, "unknown", error="timed out")
    finish(world, number, message, "unknown", "timed out")
    assert world.queue("replies") == []
    return ticket, number, attempt


def test_a_human_has_it_sent_again(world: World) -> None:
    world.engineer()
    ticket, number, _ = unknown(world)

    assert world.value("select private.resolve_reply(%s, true)", number, conn=world.signed_in()) == "pending"
    assert deliver(world) == number
    assert attempts(world) == [(0, "failed", None), (0, "sent", "telegram:-1001/9001")]
    assert world.journal(ticket)[-1] == "reply_delivered"
    assert world.rows("select * from ops.unknown_replies") == []


def test_a_human_takes_it_as_delivered(world: World) -> None:
    ana = world.engineer()
    ticket, number, _ = unknown(world)

    assert (
        world.value("select private.resolve_reply(%s, false)", number, conn=world.signed_in()) == "delivered"
    )
    assert world.queue("replies") == []
    assert world.row(
        "select actor, payload #>> '{facts,by}' from public.ticket_actions order by seq desc limit 1"
    ) == (f"engineer:{ana}", f"engineer:{ana}")
    assert world.status(ticket) == "awaiting_feedback"


def test_a_reply_that_failed_can_be_sent_again_though_a_human_has_the_ticket(world: World) -> None:
    _, number, message = answer_waits(world)
    settle(world, claim_part(world, number)["attempt_id"], "failed")
    finish(world, number, message, "failed", "kicked")

    assert world.value("select private.resolve_reply(%s, true)", number) == "pending"
    assert deliver(world) == number


@pytest.mark.parametrize("resend", [True, False])
def test_what_waits_for_no_decision_is_not_decided(world: World, resend: bool) -> None:
    _, number, _ = answer_waits(world)
    for reply_id in (number, 404):
        with refused("only_unknown_or_failed_replies_are_resolved") as refusal:
            world.value("select private.resolve_reply(%s, %s)", reply_id, resend)
        assert "ops.unknown_replies" in refusal.hint


def test_of_many_decisions_at_once_one_counts(world: World) -> None:
    _, number, _ = unknown(world)
    results = at_once(
        world.database,
        None,
        8,
        lambda conn, n: conn.execute("select private.resolve_reply(%s, %s)", (number, n % 2 == 0)).fetchone()[
            0
        ],  # type: ignore[index]
    )
    decided = [result for result in results if isinstance(result, str)]

    assert len(decided) == 1
    assert len(world.queue("replies")) == (decided == ["pending"])
    for result in results:
        if isinstance(result, psycopg.Error):
            assert result.diag.constraint_name == "only_unknown_or_failed_replies_are_resolved"


def test_late_outcomes_claims_and_decisions_do_not_block_each_other(world: World) -> None:
    """All of them lock the ticket first: no deadlock, whatever meets whatever."""
    _, number, message = answer_waits(world)
    attempt = claim_part(world, number)["attempt_id"]
    world.superuser.execute("update public.reply_attempts set claimed_at = '-infinity'")

    def act(conn: Any, n: int) -> Any:
        with conn.transaction():
            match n % 4:
                case 0:
                    conn.execute(
                        "select private.record_reply_part(%s, 'sent', 'telegram:-1001/9')", (attempt,)
                    )
                    conn.execute("select private.finish_reply(%s, %s, 'delivered')", (number, message))
                case 1:
                    conn.execute("select * from private.claim_reply_part(%s, 0, 60)", (number,))
                case 2:
                    conn.execute("select private.record_reply_part(%s, 'unknown')", (attempt,))
                    conn.execute("select private.finish_reply(%s, %s, 'unknown')", (number, message))
                case 3:
                    conn.execute("set local role postgres")
                    conn.execute("select private.resolve_reply(%s, false)", (number,))
        return "done"

    results = at_once(world.database, "shiftbot_worker", 20, act)
    errors = {r.diag.constraint_name for r in results if isinstance(r, psycopg.Error)}

    assert errors <= {"only_unknown_or_failed_replies_are_resolved"}
    assert reply(world)[1] == "delivered"
    assert attempts(world) == [(0, "sent", "telegram:-1001/9")]
