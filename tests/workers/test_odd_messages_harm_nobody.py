"""A queue message that no program of ours wrote takes no slot away; what Postgres refuses is told without its words."""

from __future__ import annotations

import pytest

from tests.support.product import CHANNEL, Product

pytestmark = pytest.mark.newest_postgres


@pytest.mark.parametrize("odd", ["[1]", '"ticket"', "7", "{}"])
def test_a_message_of_another_shape_is_buried_and_the_rest_is_served(story: Product, odd: str) -> None:
    story.conn.execute("update public.app_settings set queue_max_attempts = 1")
    story.conn.execute("select private.enqueue('triage', %s)", (odd,))
    story.conn.execute("select private.enqueue('replies', %s)", (odd,))
    with story.workers(triage_concurrency=1, reply_concurrency=1):
        story.slack.say(CHANNEL, "U0ALICE", "How do I export my invoices?")
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])

    assert story.rows("select queue, dead from ops.queues order by queue") == [
        ("attachments", 0),
        ("deliveries", 0),
        ("escalations", 0),
        ("replies", 1),
        ("triage", 1),
    ]


def test_a_refused_row_is_quoted_neither_in_the_log_nor_among_the_dead(
    story: Product, caplog: pytest.LogCaptureFixture
) -> None:
    story.conn.execute("update public.app_settings set queue_max_attempts = 1")
    story.conn.execute(
        "alter table public.ticket_actions add constraint nobody_answers check (event <> 'triaged_answer')"
    )
    story.slack.say(CHANNEL, "U0ALICE", "How do I export my invoices?")
    with story.workers():
        assert story.until(lambda: bool(story.rows("select from ops.dead_letters")))

    ((reason,),) = story.rows("select reason from ops.dead_letters")
    assert reason == (
        "CheckViolation (23514 nobody_answers): "
        'new row for relation "ticket_actions" violates check constraint "nobody_answers"'
    )
    assert "Failing row" not in caplog.text
