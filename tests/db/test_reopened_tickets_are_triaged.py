"""A ticket closed before triage came to it is triaged once it is open again; one that was triaged is an engineer's."""

from __future__ import annotations

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
