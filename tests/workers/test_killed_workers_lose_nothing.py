"""SIGKILL at every step of both handlers: nothing is lost, no customer reply is doubled, the journal is sound."""

from __future__ import annotations

import pytest

from tests.support.product import CHANNEL, GROUP, Product
from tests.workers.worker_process import expire_everything, is_waiting, kill, ticket_held, worker

pytestmark = pytest.mark.newest_postgres
QUESTION = "How do I export my invoices as CSV?"


def ask_in_telegram(story: Product) -> int:
    report = story.telegram.say(GROUP, 7, QUESTION)

    assert story.until(lambda: story.statuses() == ["open"])
    return int(report["message_id"])


def ask_in_slack(story: Product) -> str:
    report = story.slack.say(CHANNEL, "U0ALICE", QUESTION)

    assert story.until(lambda: story.statuses() == ["open"])
    return str(report["ts"])


def assert_answered_once(story: Product, events: list[str] | None = None) -> None:
    """A fresh worker finishes the job; the customer sees one answer."""
    expire_everything(story)
    with worker(story):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        assert story.until(lambda: story.rows("select from ops.queues where length > 0") == [])
    answers = story.telegram.messages(GROUP, sender="bot") + story.slack.messages(CHANNEL, sender="bot")

    assert len(answers) == 1
    assert story.events(1) == (events or ["message", "triaged_answer", "reply_delivered"])
    story.assert_sound()


def test_killed_after_the_read(story: Product) -> None:
    ask_in_telegram(story)
    with ticket_held(story), worker(story, "triage") as process:
        assert story.until(lambda: is_waiting(story, "claim_triage"))
        kill(story, process)

    assert story.events(1) == ["message"]
    assert_answered_once(story)


def test_killed_while_the_model_thinks(story: Product) -> None:
    ask_in_telegram(story)
    story.model.fault("timeout", seconds=30, count=1)
    with worker(story, "triage", enable_llm=True) as process:
        assert story.until(lambda: story.model.calls["chat.completions"] == 1)
        kill(story, process)

    assert_answered_once(story)


def test_killed_after_the_models_answer(story: Product) -> None:
    ask_in_telegram(story)
    story.model.latency = 0.3
    with worker(story, "triage", enable_llm=True) as process:
        assert story.until(lambda: len(story.model.requests) == 1)
        with ticket_held(story):
            assert story.until(lambda: is_waiting(story, "record_verdict"))
            kill(story, process)

    assert story.events(1) == ["message"]
    assert_answered_once(story)


def test_killed_while_the_verdict_commits(story: Product) -> None:
    """The session outlives its worker and commits: the verdict stands, and nobody triages again."""
    ask_in_telegram(story)
    story.model.latency = 0.3
    with worker(story, "triage", enable_llm=True) as process:
        assert story.until(lambda: len(story.model.requests) == 1)
        with ticket_held(story):
            assert story.until(lambda: is_waiting(story, "record_verdict"))
            kill(story, process, take_session_along=False)
        assert story.until(lambda: story.statuses() == ["auto_answered"])

    assert_answered_once(story)
    assert len(story.model.requests) == 1


def test_killed_before_the_claim_of_a_reply(story: Product) -> None:
    ask_in_telegram(story)
    with worker(story, "triage"):
        assert story.until(lambda: story.statuses() == ["auto_answered"])
    with ticket_held(story), worker(story, "replies") as process:
        assert story.until(lambda: is_waiting(story, "claim_reply_part"))
        kill(story, process)

    assert_answered_once(story)


def test_killed_between_claim_and_send_in_slack(story: Product) -> None:
    """Claimed, never sent: Slack is asked, says no, and the reply goes out."""
    ask_in_slack(story)
    story.slack.fault("timeout", method="chat.postMessage", seconds=30, count=1)
    with worker(story) as process:
        assert story.until(lambda: story.slack.calls["chat.postMessage"] == 1)
        kill(story, process)

    assert_answered_once(story)


def test_killed_after_the_send_in_slack(story: Product) -> None:
    """Sent, outcome not recorded: Slack is asked, says yes, and nothing is sent again."""
    ask_in_slack(story)
    story.slack.fault("slow", method="chat.postMessage", seconds=30, count=1)
    with worker(story) as process:
        assert story.until(lambda: len(story.slack.messages(CHANNEL, sender="bot")) == 1)
        kill(story, process)

    assert_answered_once(story)


def test_killed_after_the_send_in_telegram(story: Product) -> None:
    """Telegram cannot be asked: the reply is of unknown outcome, visible, and not sent again."""
    ask_in_telegram(story)
    story.telegram.fault("slow", method="sendMessage", seconds=30, count=1)
    with worker(story) as process:
        assert story.until(lambda: len(story.telegram.messages(GROUP, sender="bot")) == 1)
        kill(story, process)

    assert_answered_once(story, ["message", "triaged_answer", "reply_unknown"])
    assert story.rows("select reply_id, ticket_id from ops.unknown_replies") == [(1, 1)]


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_killed_before_the_archive(story: Product, platform: str) -> None:
    """The platform has answered; outcome, journal and archive are one transaction that does not commit."""
    simulator = story.telegram if platform == "telegram" else story.slack
    (ask_in_telegram if platform == "telegram" else ask_in_slack)(story)
    method = "sendMessage" if platform == "telegram" else "chat.postMessage"
    simulator.fault("slow", method=method, seconds=0.5, count=1)
    with worker(story) as process:
        assert story.until(lambda: simulator.calls[method] == 1)
        with ticket_held(story):
            assert story.until(lambda: is_waiting(story, "settle_reply"))
            kill(story, process)

    last = "reply_unknown" if platform == "telegram" else "reply_delivered"
    assert_answered_once(story, ["message", "triaged_answer", last])


def test_sigterm_finishes_what_is_in_hand(story: Product) -> None:
    ask_in_telegram(story)
    story.model.latency = 1.0
    with worker(story, "triage", enable_llm=True) as process:
        assert story.until(lambda: len(story.model.requests) == 1)
        process.terminate()

        assert process.wait(20) == 0
    assert story.statuses() == ["auto_answered"]
    assert_answered_once(story)
