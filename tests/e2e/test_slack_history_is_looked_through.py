"""What Slack gave up is found in its channels and recorded, once; what was never ours to record is left where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shiftbot.db import Pool, open_pool
from tests.support.product import CHANNEL, Product
from webhooks.slack_history import SlackHistory

pytestmark = pytest.mark.newest_postgres
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def pool(story: Product) -> Iterator[Pool]:
    with open_pool(story.database.dsn, "shiftbot_ingest", 2, "history", timeout=1) as it:
        yield it


@pytest.fixture
def history(story: Product, pool: Pool) -> SlackHistory:
    # Entered long ago: what is in the channel is younger than the source.
    story.conn.execute("alter table public.sources disable trigger touch_updated_at")
    story.conn.execute(
        "update public.sources set created_at = now() - interval '9 days', updated_at = now() - interval '9 days'"
    )
    story.slack.events.retry_delays = ()
    return SlackHistory(story.settings, pool)


def recorded(story: Product) -> list[str]:
    query = "select external_id from public.ticket_actions where event = 'message' order by id"
    return [row[0] for row in story.rows(query)]


def say(story: Product, words: str, thread: str = "") -> str:
    return f"slack:{CHANNEL}/{story.slack.say(CHANNEL, 'U0ALICE', words, thread)['ts']}"


def unheard(story: Product, words: str, thread: str = "") -> str:
    """Said while nobody answers Slack."""
    events = story.slack.events
    heard_at, events.events_url = events.events_url, NOWHERE
    count = len(events.given_up)
    name = say(story, words, thread)
    assert story.until(lambda: len(events.given_up) > count)
    events.events_url = heard_at
    return name


def test_a_report_that_slack_gave_up_is_recorded_once_and_answered(
    story: Product, history: SlackHistory
) -> None:
    name = unheard(story, "The export fails")

    assert history.look(young_seconds=0) == 1
    assert history.look(young_seconds=0) == 0
    assert recorded(story) == [name]
    with story.workers("triage", "replies"):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])


def test_an_answer_in_a_thread_joins_its_ticket(story: Product, history: SlackHistory) -> None:
    first = say(story, "The export fails")
    assert story.until(lambda: recorded(story) == [first])
    second = unheard(story, "now the import fails too", first.rpartition("/")[2])

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [first, second]
    assert len(story.statuses()) == 1


def test_what_slack_delivers_late_after_all_is_not_doubled(story: Product, history: SlackHistory) -> None:
    name = unheard(story, "The export fails")
    assert history.look(young_seconds=0) == 1
    story.slack.events.redeliver(next(iter(story.slack.events._sent)))
    assert story.slack.events.settled(5)

    assert recorded(story) == [name]


def test_what_is_young_may_still_be_delivered(story: Product, history: SlackHistory) -> None:
    unheard(story, "The export fails")

    assert history.look() == 0
    assert recorded(story) == []


def test_nothing_from_before_the_source_was_entered_or_changed(story: Product, history: SlackHistory) -> None:
    unheard(story, "The export fails")
    story.conn.execute("update public.sources set updated_at = now() + interval '1 second'")

    assert history.look(young_seconds=0) == 0


def test_nothing_where_a_source_is_inactive(story: Product, history: SlackHistory) -> None:
    unheard(story, "The export fails")
    story.conn.execute("update public.sources set is_active = false")

    assert history.look(young_seconds=0) == 0


def test_the_bots_own_words_are_left(story: Product, history: SlackHistory) -> None:
    story.slack.events.retry_delays = (0.0, 1.0, 5.0)
    say(story, "How do I export my data?")
    with story.workers("triage", "replies"):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
    before = recorded(story)

    assert history.look(young_seconds=0) == 0
    assert recorded(story) == before


def test_while_slack_refuses_nothing_is_recorded_and_it_asks_again(
    story: Product, history: SlackHistory
) -> None:
    name = unheard(story, "The export fails")
    story.slack.fault("rate_limited", count=1, seconds=1)

    assert history.look(young_seconds=0) == 0
    story.slack.clear_faults()
    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]


def test_while_the_database_is_away_it_asks_again(story: Product, history: SlackHistory) -> None:
    name = unheard(story, "The export fails")
    story.conn.execute("revoke execute on all functions in schema private from shiftbot_ingest")
    assert history.look(young_seconds=0) == 0
    story.conn.execute("grant execute on all functions in schema private to shiftbot_ingest")

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]
