"""What triage has not covered is triaged once the ticket is open: it was closed before, or words changed after the verdict."""

from __future__ import annotations

import pytest

from tests.db.conversation import answered, claim, triage
from tests.db.world import World


def test_words_that_triage_let_pass_are_triaged_after_all(world: World) -> None:
    world.source()
    ticket = world.says().ticket_id or 0
    world.append(ticket, "closed")
    ((message, _, _),) = world.take("triage")
    assert claim(world, ticket, message) == ("nothing_to_do", None)
    world.append(ticket, "reopened")

    assert triage(world, ticket) == "triaged_answer"


def test_an_edit_in_studio_counts_too(world: World) -> None:
    world.source()
    ticket = world.says().ticket_id or 0
    world.do("update public.tickets set status = 'closed'")
    ((message, _, _),) = world.take("triage")
    claim(world, ticket, message)
    world.do("update public.tickets set status = 'open'")

    assert triage(world, ticket) == "triaged_answer"


def test_what_was_triaged_is_not_triaged_again(world: World) -> None:
    world.source()
    ticket = answered(world)
    world.append(ticket, "closed")
    world.append(ticket, "reopened")

    assert world.queue("triage") == []


@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_words_changed_after_the_verdict_are_triaged_where_a_draft_waits(world: World, change: str) -> None:
    world.source(reply_mode="draft")
    ticket = world.says(message=1).ticket_id or 0
    world.says("It really is", message=2, thread_key="msg:1")
    assert triage(world, ticket) == "reply_drafted"
    empty(world, ticket)
    changes(world, change)
    changes(world, change, message=2)  # waits with the first
    assert world.queue("triage") == [{"ticket_id": ticket}]

    message, _, _ = world.take("triage")[0]
    assert claim(world, ticket, message)[0] == ("claimed" if change == "edited" else "nothing_to_do")


def test_words_changed_before_the_verdict_cost_no_further_message(world: World) -> None:
    world.source()
    ticket = world.says(message=1).ticket_id or 0
    changes(world, "edited")

    assert world.queue("triage") == [{"ticket_id": ticket, "seq": 1}]


@pytest.mark.parametrize("who", ["studio", "engineer"])
def test_words_changed_after_the_answer_are_triaged_once_the_ticket_is_open(world: World, who: str) -> None:
    world.source()
    ticket = world.says(message=1).ticket_id or 0
    assert triage(world, ticket) == "triaged_answer"
    changes(world, "edited")
    assert world.queue("triage") == []
    if who == "studio":
        world.do("update public.tickets set status = 'open'")
    else:
        world.engineer("Ana")
        world.append(ticket, "public_reply", "I look into it", conn=world.signed_in("Ana"))

    assert world.status(ticket) == "open"
    assert world.queue("triage") == [{"ticket_id": ticket}]


def changes(world: World, change: str, message: int = 1) -> None:
    """The customer edits or deletes one of his messages."""
    number = f"telegram:-1001/{message}"
    said = world.says(
        "No, it is slow", event=change, external_id=f"{number}#{change}", refers_to=number, thread_key="msg:1"
    )
    assert said.outcome == "appended"


def empty(world: World, ticket: int) -> None:
    """A worker finds that the messages that wait are covered."""
    for message, _, _ in world.take("triage"):
        assert claim(world, ticket, message) == ("nothing_to_do", None)
