"""Not every word is a report, and not every chat is ours to listen to."""

from __future__ import annotations

import pytest

from tests.support.customers import SlackCustomer, TelegramCustomer, at_work, monitor
from tests.support.product import CHANNEL, GROUP, Product
from tests.support.web import counted

pytestmark = pytest.mark.newest_postgres


@pytest.mark.parametrize("text", ["Good morning!", "thanks", "👍", "Danke!"])
def test_noise_is_closed_without_a_word(story: Product, text: str) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(text)
        assert story.until(lambda: story.statuses() == ["closed"])

    assert story.events(1) == ["message", "triaged_ignore"]
    assert ann.everything_heard() == []
    story.assert_sound()


def test_an_inactive_source_is_ignored_and_counted(story: Product) -> None:
    monitor(story, {"platform": "slack", "external_id": CHANNEL, "is_active": False})
    before = counted()
    SlackCustomer(story).says("Production is down!")
    assert story.until(lambda: (counted() - before)["slack dropped inactive_source"] == 1)

    assert story.statuses() == []
    story.assert_sound()


def test_an_unlisted_chat_is_ignored_and_counted(story: Product) -> None:
    story.telegram.create_chat("supergroup", "Elsewhere", chat_id=-1009)
    before = counted()
    TelegramCustomer(story, chat=-1009).says("Production is down!")
    assert story.until(lambda: (counted() - before)["telegram dropped unlisted_source"] == 1)

    assert story.statuses() == []
    story.assert_sound()


def test_where_only_mentions_count_the_rest_is_left_alone(story: Product) -> None:
    monitor(story, {"platform": "telegram", "external_id": str(GROUP), "settings": {"intake": "mentions"}})
    ann, before = TelegramCustomer(story), counted()
    with at_work(story):
        ann.says("Has anybody seen my umbrella?")
        assert story.until(lambda: (counted() - before)["telegram dropped not_addressed"] == 1)
        ann.says("@shift_sim_bot how do I export my invoices?")
        answer = ann.hears()[0]
        ann.says("As CSV, please", reply_to=answer["message_id"])
        ann.hears()

    assert story.statuses() == ["awaiting_feedback"]
    story.assert_sound()


def test_another_bot_is_not_answered(story: Product) -> None:
    """Two bots that answer each other would never stop."""
    before = counted()
    with at_work(story):
        story.slack.bot_message(CHANNEL, "Production is down!", username="Sentry")
        assert story.until(lambda: (counted() - before)["slack dropped other_bot"] == 1)

    assert story.statuses() == []
    story.assert_sound()


@pytest.mark.parametrize(("mode", "event"), [("off", "summarised"), ("draft", "reply_drafted")])
def test_the_bot_says_nothing_where_it_may_not(story: Product, mode: str, event: str) -> None:
    monitor(story, {"platform": "slack", "external_id": CHANNEL, "settings": {"reply_mode": mode}})
    alice = SlackCustomer(story)
    with at_work(story):
        alice.says("How do I export my invoices?")
        assert story.until(lambda: event in story.events(1))

    assert story.statuses() == ["open"]
    assert alice.everything_heard() == []
    story.assert_sound()
