"""A chat that moved is followed by every reply at once, without waiting for each other, and not for ever."""

from __future__ import annotations

import pytest

from shiftbot.platforms.base import ChatMoved, Outgoing
from shiftbot.platforms.telegram import Client
from tests.support.customers import monitor
from tests.support.product import SECRET, Product

pytestmark = pytest.mark.newest_postgres
PILOT = -4000001


def answers_wait(story: Product, count: int) -> None:
    """So many answers in a group that is about to move; the webhook does not hear of it."""
    monitor(
        story,
        {"platform": "telegram", "external_id": str(PILOT), "settings": {"merge_window_seconds": 0}},
    )
    story.telegram.create_chat("group", "Pilot", chat_id=PILOT)
    for user in range(count):
        story.telegram.say(PILOT, 70 + user, "How do I export my invoices?")
    assert story.until(lambda: len(story.statuses()) == count)
    with story.workers("triage"):
        assert story.until(lambda: story.statuses() == ["auto_answered"] * count)
    story.telegram.set_webhook("http://127.0.0.1:1/away", SECRET)


def waiting(story: Product) -> int:
    """How many workers wait to write the move down."""
    query = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like %s"
    return len(story.rows(query, "%move_source%"))


def test_many_replies_find_the_new_chat_together(story: Product) -> None:
    answers_wait(story, 6)
    story.telegram.migrate(PILOT)
    with story.workers("replies", reply_concurrency=6):
        with story.database.connect() as conn, conn.transaction():  # all hear of it before one writes it down
            conn.execute("lock table private.moved_chats in share row exclusive mode")
            assert story.until(lambda: waiting(story) == 6)
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"] * 6)

    assert story.rows("select state, count(*) from public.reply_attempts group by state order by state") == [
        ("failed", 6),
        ("sent", 6),
    ]
    story.assert_sound()


def test_a_chat_that_moves_on_and_on_calls_a_human(story: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    answers_wait(story, 1)
    sent_to: list[str] = []

    def moves_back_and_forth(_: Client, message: Outgoing) -> str:
        sent_to.append(message.source_external_id)
        raise ChatMoved("-1001" if message.source_external_id == "-1002" else "-1002")

    monkeypatch.setattr(Client, "send", moves_back_and_forth)
    with story.workers("replies"):
        assert story.until(lambda: story.statuses() == ["escalation_pending"])

    assert len(sent_to) <= 4
    assert story.events(1)[-1] == "reply_failed"
    story.assert_sound()


def test_a_chat_that_moved_twice_is_found_under_its_last_id(story: Product) -> None:
    answers_wait(story, 1)
    story.telegram.create_chat("supergroup", "Pilot", chat_id=-1003)
    for old, new in (("-4000001", "-1002"), ("-1002", "-1003")):
        story.conn.execute("select private.move_source('telegram', %s, %s)", (old, new))
    with story.workers("replies"):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])

    assert len(story.telegram.messages(-1003, sender="bot")) == 1
