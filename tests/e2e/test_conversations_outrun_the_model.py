"""People write while the model thinks: nothing outdated is posted, and what waited is thought about once."""

from __future__ import annotations

import pytest

from tests.support.customers import Pondering, SlackCustomer, TelegramCustomer, at_work, bodies, recorded
from tests.support.product import GROUP, Product

pytestmark = pytest.mark.newest_postgres
PATIENT = {"enable_llm": True, "openai_timeout_seconds": 25}
QUESTION = "How do I export my invoices as CSV?"


def test_an_outdated_answer_is_not_posted(story: Product) -> None:
    alice, model = SlackCustomer(story), Pondering(story)
    with at_work(story, **PATIENT):
        root = alice.says(QUESTION)
        assert story.until(lambda: model.asked == 1)
        alice.says("Production is down, forget the invoices!", thread=root)
        assert recorded(story, 2)
        model.answers()
        alice.hears()

    assert len(alice.everything_heard()) == 1
    assert story.events(1) == [
        "message",
        "message",
        "triage_discarded",
        "triaged_escalate",
        "reply_delivered",
    ]
    assert model.asked == 2
    story.assert_sound()


def test_ten_messages_during_one_call_cost_one_further_call(story: Product) -> None:
    alice, model = SlackCustomer(story), Pondering(story)
    with at_work(story, **PATIENT):
        root = alice.says(QUESTION)
        assert story.until(lambda: model.asked == 1)
        for number in range(10):
            alice.says(f"Invoice {number} matters as well", thread=root)
        assert recorded(story, 11)
        model.answers()
        alice.hears()

    assert model.asked == 2
    assert len(alice.everything_heard()) == 1
    assert all(f"Invoice {n} matters" in str(story.model.requests[1]) for n in range(10))
    story.assert_sound()


def test_a_burst_of_three_costs_two_calls_at_most(story: Product) -> None:
    ann, model = TelegramCustomer(story), Pondering(story)
    with at_work(story, **PATIENT):
        for text in ("Hello, a question", "about my invoices", "how do I export them as CSV?"):
            ann.says(text)
        assert recorded(story, 3)
        model.answers()
        ann.hears()

    assert model.asked <= 2
    assert story.statuses() == ["awaiting_feedback"]
    assert len(ann.everything_heard()) == 1
    story.assert_sound()


def test_an_edit_before_triage_changes_what_triage_reads(story: Product) -> None:
    ann = TelegramCustomer(story)
    report = ann.says("Production is down, nobody can log in!")
    assert recorded(story, 1)
    story.telegram.edit(GROUP, report, QUESTION)
    assert story.until(lambda: story.events(1) == ["message", "edited"])
    with at_work(story, enable_llm=True):
        ann.hears()

    (asked,) = story.model.requests
    assert QUESTION in str(asked)
    assert "Production is down" not in str(asked)
    assert story.statuses() == ["awaiting_feedback"]
    assert bodies(story, 1, "message") == ["Production is down, nobody can log in!"]
    story.assert_sound()


def test_an_edit_while_the_model_thinks_is_thought_about_again(story: Product) -> None:
    ann, model = TelegramCustomer(story), Pondering(story)
    with at_work(story, **PATIENT):
        report = ann.says(QUESTION)
        assert story.until(lambda: model.asked == 1)
        story.telegram.edit(GROUP, report, "Production is down, nobody can log in!")
        assert story.until(lambda: "edited" in story.events(1))
        model.answers()
        ann.hears()

    assert model.asked == 2
    assert story.statuses() == ["escalation_pending"]
    assert len(ann.everything_heard()) == 1
    story.assert_sound()


def test_a_deletion_in_slack_is_journaled_and_not_read(story: Product) -> None:
    alice = SlackCustomer(story)
    root = alice.says(QUESTION)
    secret = alice.says("My password is hunter2", thread=root)
    assert recorded(story, 2)
    story.slack.delete(alice.channel, secret)
    assert story.until(lambda: story.events(1) == ["message", "message", "deleted"])
    with at_work(story, enable_llm=True):
        alice.hears()

    (asked,) = story.model.requests
    assert "hunter2" not in str(asked)
    story.assert_sound()


def test_a_human_asked_for_while_the_model_thinks_is_called_and_no_answer_follows(story: Product) -> None:
    ann, model = TelegramCustomer(story), Pondering(story)
    with at_work(story, **PATIENT):
        report = ann.says(QUESTION)
        assert story.until(lambda: model.asked == 1)
        ann.says("/human", reply_to=report)
        assert ann.hears()[0]["text"].startswith("I am handing this to an engineer.")
        model.answers()

    assert len(ann.everything_heard()) == 1
    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()
