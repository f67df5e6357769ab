"""Rate limits, errors, cut lines and blocked bots: each reply arrives once, or somebody is told that it did not."""

from __future__ import annotations

import pytest

from tests.support.customers import Engineer, SlackCustomer, TelegramCustomer, at_work, monitor, rests
from tests.support.product import CHANNEL, GROUP, Product

pytestmark = pytest.mark.newest_postgres
QUESTION = "How do I export my invoices as CSV?"


@pytest.mark.parametrize("fault", ["rate_limited", "server_error"])
def test_telegram_in_trouble_gets_the_answer_later_and_once(story: Product, fault: str) -> None:
    story.telegram.fault(fault, "sendMessage", count=2, seconds=1)
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        ann.hears()

    assert len(ann.everything_heard()) == 1
    assert story.telegram.calls["sendMessage"] == 3
    assert story.events(1) == ["message", "triaged_answer", "reply_delivered"]
    assert story.rows("select state from public.reply_attempts order by id") == [
        ("failed",),
        ("failed",),
        ("sent",),
    ]
    story.assert_sound()


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "drop_before_work", "drop_after_work"])
def test_slack_in_trouble_gets_the_answer_once(story: Product, fault: str) -> None:
    story.slack.fault(fault, "chat.postMessage", count=1, seconds=1)
    alice = SlackCustomer(story)
    with at_work(story):
        alice.says(QUESTION)
        assert story.until(lambda: "reply_delivered" in story.events(1))

    assert len(alice.everything_heard()) == 1
    assert story.events(1) == ["message", "triaged_answer", "reply_delivered"]
    assert story.statuses() == ["awaiting_feedback"]
    story.assert_sound()


def test_what_slack_took_before_the_line_was_cut_is_found_and_its_buttons_work(story: Product) -> None:
    story.slack.fault("drop_after_work", "chat.postMessage", count=1)
    alice = SlackCustomer(story)
    with at_work(story):
        alice.says(QUESTION)
        assert story.until(lambda: "reply_delivered" in story.events(1))
        alice.hears()
        alice.presses("This helped")
        assert story.until(lambda: story.statuses() == ["closed"])

    assert story.slack.calls["chat.postMessage"] == 2
    assert story.rows("select state from public.reply_attempts order by id") == [("sent",), ("sent",)]
    story.assert_sound()


def test_what_telegram_may_have_taken_is_not_doubled_until_a_human_decides(story: Product) -> None:
    story.telegram.fault("drop_after_work", "sendMessage", count=1)
    ann, erin = TelegramCustomer(story), Engineer(story)
    with at_work(story):
        ann.says(QUESTION)
        assert story.until(lambda: "reply_unknown" in story.events(1))
        assert rests(story)
        assert len(ann.everything_heard()) == 1
        unknown = story.rows("select reply_id, ticket_id from ops.unknown_replies")
        assert unknown == [(1, 1)]
        assert erin.asks("select private.resolve_reply(1, true)") == [("pending",)]
        ann.hears(2)

    assert len(ann.everything_heard()) == 2
    assert story.rows("select * from ops.unknown_replies") == []
    assert story.events(1)[-1] == "reply_delivered"
    story.assert_sound()


def test_a_human_may_say_that_it_arrived(story: Product) -> None:
    story.telegram.fault("drop_after_work", "sendMessage", count=1)
    ann, erin = TelegramCustomer(story), Engineer(story)
    with at_work(story):
        ann.says(QUESTION)
        assert story.until(lambda: "reply_unknown" in story.events(1))
        assert erin.asks("select private.resolve_reply(1, false)") == [("delivered",)]

    assert len(ann.everything_heard()) == 1
    assert story.rows("select * from ops.unknown_replies") == []
    story.assert_sound()


def test_a_customer_who_cannot_be_answered_gets_a_human(story: Product) -> None:
    story.telegram.create_chat("private", chat_id=77)
    ann = TelegramCustomer(story, chat=77, user=77)
    ann.says(QUESTION)
    assert story.until(lambda: story.statuses() == ["open"])
    story.telegram.block(77)
    with at_work(story):
        assert story.until(lambda: story.statuses() == ["escalation_pending"])

    assert story.events(1) == ["message", "triaged_answer", "reply_failed"]
    why = story.rows("select payload ->> 'error' from public.ticket_actions where event = 'reply_failed'")
    assert "blocked by the user" in why[0][0]
    story.assert_sound()


def test_a_bot_thrown_out_of_the_channel_calls_a_human(story: Product) -> None:
    alice = SlackCustomer(story)
    alice.says(QUESTION)
    assert story.until(lambda: story.statuses() == ["open"])
    story.slack.set_channel(CHANNEL, is_member=False, is_archived=True)
    with at_work(story):
        assert story.until(lambda: story.statuses() == ["escalation_pending"])

    assert story.events(1) == ["message", "triaged_answer", "reply_failed"]
    story.assert_sound()


def test_a_group_that_moved_while_the_answer_waited_is_followed(story: Product) -> None:
    monitor(story, {"platform": "telegram", "external_id": "-4000001"})
    story.telegram.create_chat("group", "Pilot", chat_id=-4000001)
    ann = TelegramCustomer(story, chat=-4000001)
    ann.says(QUESTION)
    assert story.until(lambda: story.statuses() == ["open"])
    story.telegram.set_webhook("")  # the bot learns of the move only by its own send
    new = story.telegram.migrate(-4000001)
    with at_work(story):
        assert story.until(lambda: len(story.telegram.messages(new, sender="bot")) == 1)

    assert story.rows("select chat_external_id, status from public.tickets") == [
        (str(new), "awaiting_feedback")
    ]
    story.assert_sound()


def test_one_chat_in_trouble_does_not_hold_up_another(story: Product) -> None:
    story.telegram.fault("rate_limited", "sendMessage", count=1, seconds=3)
    ann, alice = TelegramCustomer(story), SlackCustomer(story)
    ann.says(QUESTION)
    with at_work(story):
        assert story.until(lambda: story.telegram.calls["sendMessage"] == 1)
        alice.says(QUESTION)
        alice.hears()
        assert ann.everything_heard() == []
        ann.hears()

    assert len(story.telegram.messages(GROUP, sender="bot")) == 1
    story.assert_sound()
