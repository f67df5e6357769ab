"""Triage is told what the customer heard: not an answer that was withdrawn, but a draft that was let go."""

from __future__ import annotations

from tests.db.conversation import claim_part, deliver, triage
from tests.db.world import World


def said(world: World, ticket: int) -> list[tuple[str, str]]:
    conversation = world.value("select private.conversation(%s)", ticket)
    return [(each["role"], each["text"]) for each in conversation]


def test_an_answer_that_was_withdrawn_was_not_said(world: World) -> None:
    world.source()
    ticket = world.says("It is down", message=5).ticket_id or 0
    triage(world, ticket)
    world.says("Only the app", message=6, thread_key="msg:5")
    assert claim_part(world, 1)["outcome"] == "withdrawn"

    assert said(world, ticket) == [("customer", "It is down"), ("customer", "Only the app")]


def test_a_draft_that_was_let_go_was_said(world: World) -> None:
    world.engineer()
    world.source(reply_mode="draft")
    ticket = world.says("It is down", message=5).ticket_id or 0
    triage(world, ticket, reply="Please reload.")
    assert said(world, ticket) == [("customer", "It is down")]
    world.append(ticket, "reply_approved", conn=world.signed_in())
    deliver(world)

    assert said(world, ticket) == [("customer", "It is down"), ("engineer", "Please reload.")]


def test_what_the_bot_confirms_is_not_put_into_the_customers_mouth(world: World) -> None:
    world.source()
    ticket = world.says("It is down", message=5).ticket_id or 0
    world.says(
        "",
        event="human_requested",
        external_id="telegram:callback/1",
        refers_to="telegram:-1001/5",
        needs_ticket=True,
    )

    assert world.value("select body from public.replies") != ""
    assert said(world, ticket) == [("customer", "It is down"), ("customer", "")]
