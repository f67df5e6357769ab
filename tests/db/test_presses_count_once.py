"""Buttons, reactions and /human: whose press counts, on which ticket, and that it is answered once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import answered, deliver
from tests.db.world import GROUP, Ingested, World

BOT = "telegram:-1001/9001"


def press(world: World, event: str, ticket_id: int | None, who: str = "telegram:7", **more: Any) -> Ingested:
    """A press on a button under the bot's answer."""
    world.presses = number = getattr(world, "presses", 0) + 1  # type: ignore[attr-defined]
    return world.says(
        "",
        **(
            {
                "event": event,
                "external_id": f"telegram:callback/{number}",
                "refers_to": BOT,
                "thread_key": "msg:9001",
                "author": who,
                "needs_ticket": True,
                "ticket_id": ticket_id,
            }
            | more
        ),
    )


def react(world: World, event: str, on: str, who: str = "telegram:7") -> Ingested:
    return press(world, event, None, who, external_id=f"{on}#reaction:{who}:1", refers_to=on)


def confirmations(world: World) -> list[str]:
    return [
        body
        for (body,) in world.rows("select body from public.replies where kind = 'confirmation' order by id")
    ]


@pytest.mark.parametrize(
    ("event", "status", "words"),
    [
        ("feedback_positive", "closed", "Glad it helped"),
        ("feedback_negative", "escalation_pending", "I am handing this to an engineer"),
        ("human_requested", "escalation_pending", "I am handing this to an engineer"),
    ],
)
def test_a_press_moves_and_is_confirmed_once(world: World, event: str, status: str, words: str) -> None:
    world.source()
    ticket = answered(world)
    for _ in range(3):
        pressed = press(world, event, ticket)
        assert (pressed.outcome, pressed.ticket_id) == ("appended", ticket)

    assert world.status(ticket) == status
    (confirmed,) = confirmations(world)
    assert confirmed.startswith(words)


def test_a_confirmation_answers_the_customers_message_and_not_the_press(world: World) -> None:
    world.source()
    ticket = answered(world, message=5)
    press(world, "human_requested", ticket)
    world.says(
        "!",
        event="edited",
        external_id="telegram:-1001/5#edit:1",
        refers_to="telegram:-1001/5",
        needs_ticket=True,
    )
    world.append(ticket, "public_reply", "Here I am")
    for _, _, body in world.take("replies"):
        chat, anchor = world.row(
            "select chat, anchor from private.claim_reply_part(%s, 0, 60)",
            body["reply_id"],
            conn=world.worker,
        )
        assert (chat, anchor) == (GROUP, "telegram:-1001/5")


def test_an_edit_before_the_press_does_not_hide_it(world: World) -> None:
    """The same on Slack, whose presses have ids of their own shape."""
    world.source("C1", "slack")
    slack: dict[str, Any] = {"platform": "slack", "chat": "C1", "author": "slack:U1"}
    ticket = world.says(external_id="slack:C1/1.1", thread_key="1.1", **slack).ticket_id
    press(world, "human_requested", ticket, external_id="slack:action/C1/2.2:U1:3", refers_to=None, **slack)
    world.says(
        "!",
        event="edited",
        external_id="slack:C1/1.1#edit:1",
        refers_to="slack:C1/1.1",
        needs_ticket=True,
        **slack,
    )
    world.append(ticket or 0, "public_reply", "Here I am")
    anchors = {
        world.row(
            "select chat, anchor from private.claim_reply_part(%s, 0, 60)",
            body["reply_id"],
            conn=world.worker,
        )
        for _, _, body in world.take("replies")
    }

    assert anchors == {("C1", "slack:C1/1.1")}


@pytest.mark.parametrize("event", ["feedback_positive", "feedback_negative"])
def test_a_strangers_feedback_does_not_count(world: World, event: str) -> None:
    world.source()
    ticket = answered(world)
    pressed = press(world, event, ticket, "telegram:666")

    assert (pressed.outcome, pressed.ticket_id) == ("ignored_not_the_reporter", ticket)
    assert world.status(ticket) == "awaiting_feedback"


def test_whoever_wrote_on_the_ticket_may_say_that_it_helped(world: World) -> None:
    world.source()
    ticket = answered(world, message=5)
    world.says(message=6, thread_key="msg:5", author="telegram:8")

    assert press(world, "feedback_positive", ticket, "telegram:8").outcome == "appended"


def test_anybody_may_ask_for_a_human(world: World) -> None:
    world.source()
    ticket = answered(world)

    assert press(world, "human_requested", ticket, "telegram:666").outcome == "appended"
    assert world.status(ticket) == "escalation_pending"


def test_a_press_with_a_foreign_ticket_is_refused(world: World) -> None:
    """The number on a button is what its presser says: it must belong to the chat he pressed it in."""
    world.source()
    world.source("-2002")
    world.source("C1", "slack")
    answered(world)
    foreign = world.says(chat="-2002", message=1).ticket_id
    slack = world.says(platform="slack", chat="C1", external_id="slack:C1/1.1", thread_key="1.1").ticket_id
    for ticket_id in (foreign, slack, 404):
        pressed = press(world, "human_requested", ticket_id)
        assert (pressed.outcome, pressed.ticket_id) == ("ignored_unknown_message", None)

    assert world.status(foreign or 0) == world.status(slack or 0) == "open"


def test_private_chats_cannot_press_each_others_buttons(world: World) -> None:
    world.source("private")
    private = {"payload": {"chat_type": "private"}, "thread_key": "chat"}
    anas = world.says(chat="11", message=1, author="telegram:11", **private).ticket_id
    bobs: dict[str, Any] = {"chat": "22", "refers_to": "telegram:22/9", **private}

    assert press(world, "human_requested", anas, "telegram:22", **bobs).outcome == "ignored_unknown_message"


@pytest.mark.parametrize(
    ("event", "status"), [("feedback_positive", "closed"), ("feedback_negative", "escalation_pending")]
)
def test_a_reaction_counts_on_the_bots_message(world: World, event: str, status: str) -> None:
    world.source()
    ticket = answered(world, message=5)

    assert react(world, event, "telegram:-1001/5").outcome == "ignored_not_the_reporter"
    assert react(world, event, "telegram:-1001/777").outcome == "ignored_unknown_message"
    assert react(world, event, BOT, "telegram:666").outcome == "ignored_not_the_reporter"
    assert world.status(ticket) == "awaiting_feedback"
    assert react(world, event, BOT).outcome == "appended"
    assert world.status(ticket) == status


def test_human_asked_for_in_words_opens_a_ticket(world: World) -> None:
    world.source()
    asked = world.says("/human", event="human_requested")

    assert asked.outcome == "created"
    assert world.status(asked.ticket_id or 0) == "escalation_pending"
    assert len(confirmations(world)) == 1
    assert deliver(world) is not None


def test_human_asked_for_in_words_finds_the_ticket(world: World) -> None:
    world.source()
    ticket = answered(world, message=5)
    asked = world.says("/human", event="human_requested", thread_key="msg:5")

    assert (asked.outcome, asked.ticket_id) == ("appended", ticket)
    assert world.status(ticket) == "escalation_pending"


def test_a_press_on_a_closed_report_wakes_it(world: World) -> None:
    world.source()
    ticket = answered(world)
    press(world, "feedback_positive", ticket)

    assert press(world, "human_requested", ticket).ticket_id == ticket
    assert world.status(ticket) == "escalation_pending"


def test_a_press_on_a_report_that_goes_on_in_another_counts_there(world: World) -> None:
    """A thread has one unclosed ticket: the old one cannot be woken beside it."""
    world.source()
    old = answered(world, message=5)
    press(world, "feedback_positive", old)
    new = world.says(message=6, thread_key="msg:5")
    assert new.outcome == "created_linked"
    pressed = press(world, "human_requested", old)

    assert (pressed.outcome, pressed.ticket_id) == ("appended", new.ticket_id)
    assert world.status(old) == "closed"
    assert world.status(new.ticket_id or 0) == "escalation_pending"


def test_the_hand_off_is_said_in_the_customers_language(world: World) -> None:
    world.source()
    ticket = answered(world)
    world.append(ticket, "note", facts={"language": "de-AT"})
    press(world, "human_requested", ticket)

    assert confirmations(world)[0].startswith("Ich gebe das an")
    assert world.value("select private.phrase('glad', 'xx')").startswith("Glad")
