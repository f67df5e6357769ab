"""What became of an earlier reply is often known late: the answer that came after it is sent all the same."""

from __future__ import annotations

import pytest

from tests.db.conversation import claim_part, finish, settle, triage
from tests.db.world import World


def second_answer_waits(world: World) -> tuple[int, int]:
    """A ticket whose first answer is under way while the second waits; both replies' queue messages are in hand."""
    world.source()
    ticket = world.says("It is down", message=5).ticket_id or 0
    triage(world, ticket)
    ((first, _, _),) = world.take("replies")
    attempt = claim_part(world, 1)["attempt_id"]
    world.says("And the app too?", message=6, thread_key="msg:5")
    triage(world, ticket, reply="The app too.")
    settle(world, attempt, "sent", "telegram:-1001/9")
    return ticket, first


@pytest.mark.parametrize("outcome", ["delivered", "unknown"])
def test_the_next_answer_is_sent(world: World, outcome: str) -> None:
    ticket, message = second_answer_waits(world)
    finish(world, 1, message, outcome)

    assert world.status(ticket) == "awaiting_feedback"
    assert claim_part(world, 2)["outcome"] == "claimed"


def test_an_answer_that_an_engineer_was_faster_than_is_withdrawn(world: World) -> None:
    ticket, _ = second_answer_waits(world)
    world.append(ticket, "public_reply", "I am Ana, I am looking at it.")
    finish(world, 3, -1, "delivered")

    assert world.status(ticket) == "open"  # as long as an engineer talks, until somebody closes it
    assert world.value("select state from public.replies where id = 2") == "withdrawn"
    assert claim_part(world, 2)["outcome"] == "done"


def test_the_next_answer_is_withdrawn_once_the_customer_is_content(world: World) -> None:
    ticket, message = second_answer_waits(world)
    finish(world, 1, message, "delivered")
    world.says(
        event="feedback_positive",
        external_id="telegram:callback/1",
        refers_to="telegram:-1001/9",
        needs_ticket=True,
    )

    assert world.status(ticket) == "closed"
    assert claim_part(world, 2)["outcome"] == "withdrawn"
