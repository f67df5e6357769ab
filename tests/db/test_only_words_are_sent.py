"""A reply has words: approving a draft that is not there is refused, and blanks are never sent."""

from __future__ import annotations

from tests.db.conversation import triage
from tests.db.world import World, refused


def draft_waits(world: World) -> int:
    world.engineer()
    world.source(reply_mode="draft")
    ticket = world.says(message=5).ticket_id or 0
    assert triage(world, ticket) == "reply_drafted"
    return ticket


def test_a_draft_that_is_gone_cannot_be_approved(world: World) -> None:
    """Else the ticket would wait for ever for a reply that nobody sends."""
    ticket = draft_waits(world)
    ana = world.signed_in()
    world.append(ticket, "draft_discarded", conn=ana)
    with refused("approved_reply_says_something") as refusal:
        world.append(ticket, "reply_approved", conn=ana)

    assert "body" in refusal.hint
    assert world.status(ticket) == "open"


def test_an_engineer_may_answer_in_place_of_a_draft_that_is_gone(world: World) -> None:
    ticket = draft_waits(world)
    world.append(ticket, "draft_discarded")
    world.append(ticket, "reply_approved", "My own words", conn=world.signed_in())

    assert world.status(ticket) == "auto_answered"
    assert len(world.queue("replies")) == 1


def test_blanks_are_no_reply(world: World) -> None:
    ticket = draft_waits(world)
    world.append(ticket, "public_reply", " \n\t ", conn=world.signed_in())

    assert world.queue("replies") == []
    world.append(ticket, "draft_discarded")
    with refused("approved_reply_says_something"):
        world.append(ticket, "reply_approved", "  ", conn=world.signed_in())
