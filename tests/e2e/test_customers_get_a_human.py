"""Every answer leaves a way to a human; once a human is in charge, the bot keeps out of the conversation."""

from __future__ import annotations

import pytest

from tests.support.customers import (
    HELPED,
    HUMAN,
    Engineer,
    SlackCustomer,
    TelegramCustomer,
    at_work,
    bodies,
    recorded,
)
from tests.support.product import GROUP, Product

pytestmark = pytest.mark.newest_postgres
QUESTION = "How do I export my invoices as CSV?"
CALLED = "I am handing this to an engineer. You will hear from a human here in this thread."


def test_slash_human_calls_one(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        asked = ann.says("/human the export is empty since monday")
        heard = ann.hears()[0]

    assert (heard["text"], heard["reply_to"], heard["buttons"]) == (CALLED, asked, [])
    assert story.statuses() == ["escalation_pending"]
    assert bodies(story, 1, "human_requested") == ["the export is empty since monday"]
    assert (
        story.events(1).count("summarised") == 1
    )  # the engineer who comes has a title, a summary and a severity
    assert (
        story.rows("select from public.tickets where title is null or summary is null or severity is null")
        == []
    )
    story.assert_sound()


def test_slash_human_as_a_reply_calls_one_for_that_report(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        answer = ann.hears()[0]
        ann.says("/human", reply_to=answer["message_id"])
        assert ann.hears()[0]["text"] == CALLED

    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()


def test_this_helped_closes_and_says_so(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        ann.hears()
        ann.presses(HELPED)
        assert ann.hears()[0]["text"].startswith("Glad it helped! I have closed this report.")
        assert story.until(lambda: story.statuses() == ["closed"])

    assert [toast["text"] for toast in story.telegram.toasts] == ["Thank you, glad it helped."]
    story.assert_sound()


def test_a_human_can_be_called_from_every_answer(story: Product) -> None:
    """Not only from the last one: a customer scrolls up and presses what is there."""
    ann = TelegramCustomer(story)
    with at_work(story):
        first = ann.says(QUESTION)
        answer = ann.hears()[0]
        ann.says("And as PDF?", reply_to=first)
        again = ann.hears()[0]
        assert answer["buttons"] == again["buttons"] == [HELPED, HUMAN]
        ann.presses(HUMAN, answer["message_id"])
        assert ann.hears()[0]["text"] == CALLED

    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()


def test_a_human_can_be_called_after_the_end(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        answer = ann.hears()[0]
        ann.presses(HELPED)
        ann.hears()
        ann.presses(HUMAN, answer["message_id"])
        assert ann.hears()[0]["text"] == CALLED

    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()


@pytest.mark.parametrize("button", [HELPED, HUMAN])
def test_five_presses_are_confirmed_in_the_thread_once(story: Product, button: str) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        ann.hears()
        for _ in range(5):
            ann.presses(button)
        assert story.until(lambda: len(story.telegram.toasts) == 5)
        ann.hears()

    assert len(ann.everything_heard()) == 2
    assert len({toast["text"] for toast in story.telegram.toasts}) == 1
    story.assert_sound()


def test_five_presses_on_slack_are_confirmed_once(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story):
        alice.says(QUESTION)
        answer = alice.hears()[0]
        for _ in range(5):
            story.slack.press(alice.channel, answer["ts"], HUMAN, "U0ALICE")
        assert story.until(lambda: story.events(1).count("human_requested") == 5)
        assert alice.hears()[0]["text"] == CALLED

    assert len(alice.everything_heard()) == 2
    story.assert_sound()


def test_a_stranger_cannot_close_somebody_elses_report(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        ann.says(QUESTION)
        ann.hears()
        story.telegram.press(GROUP, 66, HELPED)
        assert story.until(lambda: len(story.telegram.toasts) == 1)

    assert story.telegram.toasts[0]["text"] == "Only the person who reported this can close it."
    assert story.statuses() == ["awaiting_feedback"]
    story.assert_sound()


def test_thanks_after_an_answer_closes_silently(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story):
        root = alice.says(QUESTION)
        alice.hears()
        alice.says("thanks!", thread=root)
        assert story.until(lambda: story.statuses() == ["closed"])

    assert story.events(1)[-1] == "triaged_ignore"
    assert len(alice.everything_heard()) == 1
    story.assert_sound()


def test_silence_after_an_answer_is_taken_as_consent(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story):
        root = alice.says(QUESTION)
        alice.hears()
        story.conn.execute("update public.app_settings set feedback_timeout = '1 second'")
        assert story.until(lambda: story.statuses() == ["closed"])
        story.conn.execute("update public.app_settings set feedback_timeout = '72 hours'")
        alice.says("I was on holiday. And as PDF, how?", thread=root)
        alice.hears()

    assert story.events(1)[-1] == "feedback_timeout"
    assert story.rows("select parent_ticket_id, status from public.tickets where id = 2") == [
        (1, "awaiting_feedback")
    ]
    story.assert_sound()


def test_while_a_human_is_in_charge_the_bot_only_summarises(story: Product) -> None:
    alice, erin = SlackCustomer(story), Engineer(story)
    with at_work(story):
        root = alice.says("Production is down, nobody can log in!")
        alice.hears()
        alice.says("It is every customer in Europe", thread=root)
        assert story.until(lambda: "summarised" in story.events(1))
        erin.does("acknowledged", 1)
        alice.says("And now the API is down as well", thread=root)
        assert story.until(lambda: story.events(1).count("summarised") == 2)

    assert story.statuses() == ["escalated"]
    _, taken = alice.everything_heard()
    assert taken["text"] == "An engineer has this now and is looking into it."
    story.assert_sound()


def test_a_note_among_engineers_is_not_posted(story: Product) -> None:
    alice, erin = SlackCustomer(story), Engineer(story)
    with at_work(story):
        alice.says(QUESTION)
        alice.hears()
        erin.does("note", 1, "This customer pays too little to care")
        erin.does("public_reply", 1, "Under Settings, Export.")
        assert alice.hears()[0]["text"] == "Under Settings, Export."

    assert len(alice.everything_heard()) == 2
    assert "too little" not in str(alice.everything_heard())
    story.assert_sound()


LONG = "\n\n".join(
    f"Step {n}. " + f"Open the settings page number {n} and wait for it. " * 12 for n in range(1, 16)
)


def words(text: str) -> list[str]:
    return text.split()


def test_a_long_answer_is_posted_in_order_in_its_thread_on_telegram(story: Product) -> None:
    ann, erin = TelegramCustomer(story), Engineer(story)
    with at_work(story):
        report = ann.says(QUESTION)
        ann.hears()
        erin.does("public_reply", 1, LONG)
        assert story.until(lambda: "public_reply" in story.events(1) and len(ann.everything_heard()) >= 4)
        parts = ann.hears(len(ann.everything_heard()) - 1)

    assert words(" ".join(part["text"] for part in parts)) == words(LONG)
    assert all(len(part["text"]) <= 4096 for part in parts)
    assert parts[0]["reply_to"] == report
    assert [part["buttons"] for part in parts] == [[]] * len(parts)
    assert story.events(1)[-1] == "reply_delivered"
    assert story.events(1).count("reply_delivered") == 2
    story.assert_sound()


def test_a_long_answer_is_posted_in_order_in_its_thread_on_slack(story: Product) -> None:
    alice, erin = SlackCustomer(story), Engineer(story)
    with at_work(story):
        root = alice.says(QUESTION)
        alice.hears()
        erin.does("public_reply", 1, LONG)
        assert story.until(lambda: story.events(1).count("reply_delivered") == 2)
        parts = alice.everything_heard()[1:]

    assert len(parts) > 2
    assert words(" ".join(part["text"] for part in parts)) == words(LONG)
    assert {part["thread"] for part in parts} == {root}
    story.assert_sound()


def test_a_long_answer_of_the_bot_has_its_buttons_under_the_last_part(story: Product) -> None:
    """Models write at most 3500 characters, but on Slack each & < > counts as an entity."""
    story.model.respond = lambda messages, form: {
        "title": "Export",
        "summary": "Asks how to export.",
        "severity": 0.2,
        "escalate": False,
        "reason": "a question",
        "category": "question",
        "reply": "Choose Settings & Export, then CSV & wait. " * 75,
        "language": "en",
    }
    alice = SlackCustomer(story)
    with at_work(story, enable_llm=True):
        alice.says(QUESTION)
        parts = alice.hears(2)

    assert [part["buttons"] for part in parts] == [[], [HELPED, HUMAN]]
    assert recorded(story, 1)
    story.assert_sound()
