"""Whether a reply arrived is asked for an hour; after that a human decides, and the ticket does not hang."""

from __future__ import annotations

import pytest

from tests.support.customers import Engineer, at_work, rests
from tests.support.product import CHANNEL, Product

pytestmark = pytest.mark.newest_postgres


def test_a_thread_that_cannot_be_read_leaves_the_reply_to_a_human(story: Product) -> None:
    erin = Engineer(story)
    story.slack.say(CHANNEL, "U0ALICE", "How do I export my invoices?")
    story.slack.fault("drop_after_work", "chat.postMessage", count=1)
    story.slack.fault("server_error", "conversations.replies")
    with story.workers():
        assert story.until(lambda: story.slack.calls["conversations.replies"] == 1)
        assert story.until(
            lambda: bool(story.rows("select from pgmq.q_replies where read_ct = 0"))
        )  # put off
        assert story.statuses() == ["auto_answered"]
        story.conn.execute(
            "update public.reply_attempts set finished_at = finished_at - interval '1 hour' where state = 'unknown'"
        )
        story.conn.execute("update pgmq.q_replies set vt = clock_timestamp()")
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        assert rests(story)

    assert story.events(1) == ["message", "triaged_answer", "reply_unknown"]
    assert story.rows("select reply_id, state from ops.unknown_replies") == [(1, "unknown")]
    story.slack.clear_faults()
    assert erin.asks("select private.resolve_reply(1, false)") == [("delivered",)]
    with at_work(story):
        pass
    assert len(story.slack.messages(CHANNEL, sender="bot")) == 1
    story.assert_sound()
