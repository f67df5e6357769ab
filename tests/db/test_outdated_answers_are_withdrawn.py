"""An answer that the conversation has left behind is not sent; drafts wait for an engineer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import claim, claim_part, deliver, finish, settle, triage
from tests.db.world import World


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


def test_an_answer_that_a_message_outdated_is_withdrawn(world: World) -> None:
    ticket, number, _ = answer_waits(world)
    world.says("Never mind", message=6, thread_key="msg:5")

    assert claim_part(world, number)["outcome"] == "withdrawn"
    assert claim_part(world, number)["outcome"] == "done"
    assert attempts(world) == []
    assert reply(world) == ("answer", "withdrawn")
    assert world.journal(ticket)[-1] == "reply_withdrawn"
    assert world.status(ticket) == "open"
    assert len(world.queue("triage")) == 1


@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_an_answer_that_an_edit_outdated_is_withdrawn_and_triaged_again(world: World, change: str) -> None:
    """Unlike a message, an edit moves nothing by itself: the ticket must not be left answered by nobody."""
    ticket, number, _ = answer_waits(world)
    world.says(
        "It works",
        event=change,
        external_id="telegram:-1001/5#x",
        refers_to="telegram:-1001/5",
        needs_ticket=True,
    )

    assert claim_part(world, number)["outcome"] == "withdrawn"
    assert world.status(ticket) == "open"
    if change == "edited":
        assert triage(world, ticket, reply="Fine!") == "triaged_answer"
        deliver(world)
        assert world.status(ticket) == "awaiting_feedback"
    else:
        ((message, _, _),) = world.take("triage")
        assert claim(world, ticket, message) == ("nothing_to_do", None)
        assert world.status(ticket) == "closed"


def test_an_answer_is_not_sent_once_a_human_has_the_ticket(world: World) -> None:
    ticket, number, _ = answer_waits(world)
    world.append(ticket, "escalated_manually")

    assert claim_part(world, number)["outcome"] == "withdrawn"
    assert world.status(ticket) == "escalation_pending"


def test_the_second_half_of_an_answer_is_sent_though_the_conversation_went_on(world: World) -> None:
    _, number, _ = answer_waits(world)
    settle(world, claim_part(world, number)["attempt_id"], "sent", "telegram:-1001/9")
    world.says("More", message=6, thread_key="msg:5")

    assert claim_part(world, number, part=1)["outcome"] == "claimed"


def test_a_newer_answer_is_sent_though_an_older_one_waited_before_it(world: World) -> None:
    """In a backlog of replies both wait. The older one's withdrawal must not take the ticket from the newer."""
    ticket, older, _ = answer_waits(world)
    world.says("More", message=6, thread_key="msg:5")
    assert triage(world, ticket, reply="Newer") == "triaged_answer"

    assert world.journal(ticket)[-2:] == ["reply_withdrawn", "triaged_answer"]
    assert claim_part(world, older)["outcome"] == "done"
    assert world.status(ticket) == "auto_answered"
    newer = deliver(world)
    assert world.rows("select id, state from public.replies order by id") == [
        (older, "withdrawn"),
        (newer, "delivered"),
    ]
    assert world.status(ticket) == "awaiting_feedback"


def test_an_older_answer_that_has_begun_is_not_withdrawn(world: World) -> None:
    ticket, older, number = answer_waits(world)
    begun = claim_part(world, older)["attempt_id"]
    world.says("More", message=6, thread_key="msg:5")
    triage(world, ticket, reply="Newer")
    settle(world, begun, "sent", "telegram:-1001/9")
    finish(world, older, number, "delivered")

    assert world.value("select state from public.replies where id = %s", older) == "delivered"
    deliver(world)
    assert world.status(ticket) == "awaiting_feedback"


def test_an_engineers_reply_is_never_withdrawn(world: World) -> None:
    world.source()
    ticket = world.says(message=5).ticket_id
    world.append(ticket or 0, "public_reply", "Looking")
    world.says("More", message=6, thread_key="msg:5")
    ((_, _, body),) = world.take("replies")

    assert claim_part(world, body["reply_id"])["outcome"] == "claimed"


def test_a_draft_waits_for_an_engineer_who_lets_it_go(world: World) -> None:
    world.engineer()
    world.source(reply_mode="draft")
    ticket = world.says(message=5).ticket_id or 0
    triage(world, ticket)
    assert (reply(world), world.queue("replies")) == (("draft", "draft"), [])
    world.append(ticket, "reply_approved", conn=world.signed_in())

    assert world.rows("select kind, state, body from public.replies order by id") == [
        ("draft", "discarded", "Please reload the page."),
        ("public_reply", "pending", "Please reload the page."),
    ]
    deliver(world)
    assert world.status(ticket) == "awaiting_feedback"


def test_an_engineer_may_change_the_words_of_a_draft(world: World) -> None:
    world.source(reply_mode="draft")
    ticket = world.says(message=5).ticket_id or 0
    triage(world, ticket)
    world.append(ticket, "reply_approved", "Better words")

    assert world.value("select body from public.replies where state = 'pending'") == "Better words"


@pytest.mark.parametrize("event", ["draft_discarded", "message"])
def test_a_draft_that_was_discarded_or_replaced_waits_no_longer(world: World, event: str) -> None:
    world.source(reply_mode="draft")
    ticket = world.says(message=5).ticket_id or 0
    triage(world, ticket)
    if event == "message":
        world.says("More", message=6, thread_key="msg:5")
        triage(world, ticket, reply="Newer")
        assert world.rows("select body from public.replies where state = 'draft'") == [("Newer",)]
    else:
        world.append(ticket, "draft_discarded")
        assert world.rows("select body from public.replies where state = 'draft'") == []

    assert world.queue("replies") == []
    assert world.status(ticket) == "open"
