"""Erasing while triage or a reply is at work: the words do not come back, and the ticket does not hang."""

from __future__ import annotations

from typing import Any

from tests.db.conversation import claim, claim_part, finish, record, settle, triage
from tests.db.world import World

ERASE = "select private.erase_content(%s, 'asked', %s)"


def answer_waits(world: World) -> int:
    world.source()
    ticket = world.says(message=5).ticket_id or 0
    triage(world, ticket)
    assert world.status(ticket) == "auto_answered"
    return ticket


def replies(world: World) -> list[tuple[Any, ...]]:
    return world.rows("select state, body from public.replies order by id")


def test_an_answer_erased_with_its_question_ends_the_matter(world: World) -> None:
    ticket = answer_waits(world)
    world.value(ERASE, ticket, None)
    assert replies(world) == [("withdrawn", None)]
    assert world.journal(ticket)[-2:] == ["content_erased", "reply_withdrawn"]
    ((message, _, _),) = world.take("triage")

    assert claim(world, ticket, message) == ("nothing_to_do", None)
    assert world.status(ticket) == "closed"
    assert world.rows("select * from ops.verify_journal()") == []


def test_where_only_the_answer_was_erased_another_is_given(world: World) -> None:
    ticket = answer_waits(world)
    world.value(ERASE, ticket, [2])

    assert triage(world, ticket, reply="Other words.") == "triaged_answer"
    assert replies(world) == [("withdrawn", None), ("pending", "Other words.")]


def test_an_answer_erased_on_its_way_is_recorded_when_it_arrives(world: World) -> None:
    ticket = answer_waits(world)
    ((message, _, _),) = world.take("replies")
    attempt = claim_part(world, 1)["attempt_id"]
    world.value(ERASE, ticket, None)
    assert (world.status(ticket), replies(world)) == ("awaiting_feedback", [("unknown", None)])
    settle(world, attempt, "sent", "telegram:-1001/9")
    finish(world, 1, message, "delivered")

    assert replies(world) == [("delivered", None)]
    assert world.journal(ticket)[-1] == "reply_delivered"


def test_an_answer_erased_under_a_dead_worker_is_left_to_a_human(world: World) -> None:
    ticket = answer_waits(world)
    claim_part(world, 1)
    world.value(ERASE, ticket, None)

    assert claim_part(world, 1, stale=0)["outcome"] == "done"
    assert world.value("select count(*) from ops.unknown_replies") == 1


def test_a_verdict_on_words_erased_meanwhile_is_dropped(world: World) -> None:
    world.source()
    ticket = world.says("I am Jane Doe and it is down", message=5).ticket_id or 0
    ((message, _, _),) = world.take("triage")
    outcome, upto = claim(world, ticket, message)
    world.value(ERASE, ticket, None)

    assert outcome == "claimed"
    assert record(world, ticket, message, upto, summary="Jane Doe says it is down.") == "superseded"
    assert world.value("select summary from public.tickets") is None
    ((message, _, _),) = world.take("triage")
    assert claim(world, ticket, message) == ("nothing_to_do", None)
    assert world.status(ticket) == "closed"
