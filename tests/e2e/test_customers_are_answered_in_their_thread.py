"""The main job, end to end over HTTP: a report becomes a ticket, is triaged, and is answered where it was made."""

from __future__ import annotations

from tests.support.product import CHANNEL, GROUP, Product


def test_telegram_report_is_answered_as_a_reply(story: Product) -> None:
    with story.workers():
        report = story.telegram.say(GROUP, 7, "How do I export my invoices as CSV?")
        answers = story.telegram.messages(GROUP, after=report["message_id"], wait=10, sender="bot")

        assert [a["reply_to"] for a in answers] == [report["message_id"]]
        assert answers[0]["buttons"] == ["This helped", "Get me a human"]
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        story.telegram.press(GROUP, 7, "This helped")
        assert story.until(lambda: len(story.events(1)) == 5)

    assert story.events(1) == [
        "message",
        "triaged_answer",
        "reply_delivered",
        "feedback_positive",
        "reply_delivered",
    ]
    story.assert_sound()


def test_slack_outage_is_escalated_in_its_thread(story: Product) -> None:
    with story.workers():
        report = story.slack.say(
            CHANNEL, "U0ALICE", "Production is down, nobody can log in, all customers affected!"
        )
        answers = story.slack.messages(CHANNEL, thread=report["ts"], wait=10, sender="bot")

        assert len(answers) == 1
        assert story.until(lambda: len(story.events(1)) == 3)

    assert story.statuses() == ["escalation_pending"]
    assert story.events(1) == ["message", "triaged_escalate", "reply_delivered"]
    story.assert_sound()
