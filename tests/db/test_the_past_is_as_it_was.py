"""A shadow decision reads what had been said until then, and the one rule of the database decides it, writing nothing."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.db.conversation import answered, claim_part, deliver, triage, verdict
from tests.db.world import World, refused

DECISIONS = "('triaged_answer', 'triaged_escalate', 'triaged_ignore')"


def before(world: World, ticket: int, seq: int) -> list[tuple[str, str]]:
    said = world.value("select private.conversation_before(%s, %s)", ticket, seq)
    return [(item["role"], item["text"]) for item in said]


def decision(world: World, ticket: int, number: int = 0) -> int:
    found: list[tuple[int]] = world.rows(
        f"select seq from public.ticket_actions where ticket_id = %s and event in {DECISIONS} order by seq",
        ticket,
    )
    return found[number][0]


def test_what_was_said_later_was_not_said(world: World) -> None:
    world.source()
    ticket = answered(world, body="It is down", message=1)
    world.says("Still down", message=2, thread_key="msg:1")
    triage(world, ticket, escalate=True)
    world.says(
        "edited since",
        event="edited",
        external_id="telegram:-1001/1/e",
        refers_to="telegram:-1001/1",
        thread_key="msg:1",
    )

    assert before(world, ticket, decision(world, ticket)) == [("customer", "It is down")]
    assert before(world, ticket, decision(world, ticket, 1)) == [
        ("customer", "It is down"),
        ("bot", "Please reload the page."),
        ("customer", "Still down"),
    ]
    assert before(world, ticket, 1) == []


def test_what_was_changed_or_deleted_by_then_was(world: World) -> None:
    world.source()
    ticket = world.says("It is down", message=1).ticket_id
    assert ticket is not None
    world.says("nonsense", message=2, thread_key="msg:1")
    world.says(
        "It is slow",
        event="edited",
        external_id="telegram:-1001/1/e",
        refers_to="telegram:-1001/1",
        thread_key="msg:1",
    )
    world.says(
        "",
        event="deleted",
        external_id="telegram:-1001/2/d",
        refers_to="telegram:-1001/2",
        thread_key="msg:1",
    )
    triage(world, ticket)

    assert before(world, ticket, decision(world, ticket)) == [("customer", "It is slow")]
    assert before(world, ticket, 3) == [("customer", "It is down"), ("customer", "nonsense")]


def withdraw_the_answer(world: World) -> None:
    """A worker finds that the conversation went on before it could send."""
    _, _, body = world.take("replies", quantity=1)[0]

    assert claim_part(world, body["reply_id"])["outcome"] == "withdrawn"


def test_a_reply_that_was_withdrawn_later_was_under_way_then(world: World) -> None:
    world.source()
    ticket = answered(world, body="It is down", message=1)
    world.says("And now?", message=2, thread_key="msg:1")
    triage(world, ticket, reply="Please wait.")
    under_way = decision(world, ticket, 1) + 1
    world.says("Hello?", message=3, thread_key="msg:1")
    withdraw_the_answer(world)
    triage(world, ticket)

    assert before(world, ticket, under_way)[-2:] == [("customer", "And now?"), ("bot", "Please wait.")]
    assert before(world, ticket, decision(world, ticket, 2))[-2:] == [
        ("customer", "And now?"),
        ("customer", "Hello?"),
    ]


@pytest.mark.parametrize("story", ["answered", "escalated", "withdrawn"])
def test_before_the_next_row_it_is_what_triage_would_read(world: World, story: str) -> None:
    """Two functions tell one story: whoever changes the one hears of the other."""
    world.source()
    ticket = answered(world, body="It is down", message=1, payload={"attachments": [{"kind": "photo"}]})
    if story != "answered":
        world.says("Still down", message=2, thread_key="msg:1")
        triage(world, ticket, escalate=story == "escalated")
    if story == "escalated":
        deliver(world, "telegram:-1001/9002")
        world.append(ticket, "public_reply", "We are on it.")
    if story == "withdrawn":
        world.says("Hello?", message=3, thread_key="msg:1")
        withdraw_the_answer(world)
    upto = world.value("select last_action_seq + 1 from public.tickets where id = %s", ticket)

    now = world.value("select private.conversation(%s)", ticket)
    assert len(now) >= 2
    assert world.value("select private.conversation_before(%s, %s)", ticket, upto) == now


def test_what_was_erased_cannot_be_judged_again(world: World) -> None:
    world.source()
    ticket = answered(world)
    seq = decision(world, ticket)
    erased = "select private.has_erased_before(%s, %s)"

    assert not world.value(erased, ticket, seq)
    world.rows("select private.erase_content(%s, 'the test')", ticket)
    assert world.value(erased, ticket, seq)
    assert before(world, ticket, seq) == []


@pytest.mark.parametrize(
    ("settings", "threshold", "given", "event"),
    [
        ({}, None, {"severity": 0.69}, "triaged_answer"),
        ({}, None, {"severity": 0.7}, "triaged_escalate"),
        ({}, 0.5, {"severity": 0.5}, "triaged_escalate"),
        ({}, 0.5, {"severity": 0.49}, "triaged_answer"),
        ({}, 0.9, {"severity": 0.8}, "triaged_answer"),
        ({}, 0.9, {"severity": 0.8, "escalate": True}, "triaged_escalate"),
        ({}, 0.9, {"category": "noise"}, "triaged_ignore"),
        ({"escalation_threshold": 0.3}, None, {"severity": 0.3}, "triaged_escalate"),
        ({"escalation_threshold": 0.3}, 0.9, {"severity": 0.3}, "triaged_escalate"),  # the source's own stays
        ({"escalation_threshold": 0.9}, 0.3, {"severity": 0.8}, "triaged_answer"),
        ({"reply_mode": "draft"}, None, {}, "reply_drafted"),
        ({"reply_mode": "off"}, 0.5, {}, "summarised"),
    ],
)
def test_the_one_rule_decides(
    world: World, settings: dict[str, Any], threshold: float | None, given: dict[str, Any], event: str
) -> None:
    world.source(**settings)
    ticket = world.ticket("closed")  # whatever became of it: it waited for a verdict then
    rows = world.journal(ticket)

    assert (
        world.value(
            "select private.shadow_decision(%s, %s, %s::numeric)", ticket, Jsonb(verdict(**given)), threshold
        )
        == event
    )
    assert world.journal(ticket) == rows


@pytest.mark.parametrize(
    "call",
    ["conversation_before(1, 9)", "has_erased_before(1, 9)", "shadow_decision(1, '{}', 0.5)"],
)
def test_it_is_for_the_owner(world: World, call: str) -> None:
    world.engineer("Ana", is_admin=True)
    conns = [world.database.connect(role) for role in ("anon", "service_role")]
    for conn in (world.signed_in("Ana"), world.worker, world.webhook, *conns):
        with refused("42501"):
            conn.execute(f"select private.{call}".encode())
