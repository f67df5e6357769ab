"""What Slack gave up is found in its channels and recorded, once; what was never ours to record is left where it is."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator

import pytest

from shiftbot.db import Pool
from shiftbot.sim.slack_world import BOT_USER
from tests.support.product import CHANNEL, Product
from tests.support.slack_history import end, failures, reader, recorded, say, unheard, unheard_by_us
from webhooks.slack_history import SlackHistory

pytestmark = pytest.mark.newest_postgres


@pytest.fixture(autouse=True)
def _nothing_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert failures(caplog) == []


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


def test_an_answer_that_was_also_sent_to_the_channel_is_one(story: Product, history: SlackHistory) -> None:
    thread = say(story, "The export fails").rpartition("/")[2]
    assert story.until(lambda: len(recorded(story)) == 1)
    with unheard_by_us(story):
        story.slack.broadcast(CHANNEL, "U0BOB", "The export fails for me too", thread)

    assert history.look(young_seconds=0) == 1
    assert len(recorded(story)) == 2


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
    story.conn.execute("alter table public.sources disable trigger touch_updated_at")
    story.conn.execute("update public.sources set is_active = false")

    assert history.look(young_seconds=0) == 0
    assert story.slack.calls["conversations.history"] == 0


def test_the_bots_own_words_are_left(story: Product, history: SlackHistory) -> None:
    story.slack.events.retry_delays = (0.0, 1.0, 5.0)
    say(story, "How do I export my data?")
    with story.workers("triage", "replies"):
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
    before = recorded(story)

    assert history.look(young_seconds=0) == 0
    assert recorded(story) == before


def test_what_slack_shows_and_nobody_said_is_left(story: Product, history: SlackHistory) -> None:
    story.slack.bot_message(CHANNEL, "Build 17 failed")

    assert history.look(young_seconds=0) == 0
    assert recorded(story) == []


def test_what_was_not_meant_for_us_stays_so_when_its_thread_gets_a_ticket(
    story: Product, history: SlackHistory
) -> None:
    story.conn.execute("""update public.sources set settings = '{"intake": "mentions"}'""")
    root = say(story, "Lunch at twelve?").rpartition("/")[2]
    mention = say(story, f"<@{BOT_USER}> the menu page fails", root)
    assert story.until(lambda: recorded(story) == [mention])
    answer = unheard(story, "for me it fails too", root)

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [mention, answer]


def test_what_answers_a_mention_in_the_same_outage_is_recorded_with_it(
    story: Product, history: SlackHistory
) -> None:
    story.conn.execute("""update public.sources set settings = '{"intake": "mentions"}'""")
    mention = unheard(story, f"<@{BOT_USER}> the export fails")
    answer = unheard(story, "with error 500, since noon", mention.rpartition("/")[2])
    lunch = unheard(story, "Lunch at twelve?")

    assert history.look(young_seconds=0) == 2
    assert recorded(story) == [mention, answer]
    unheard(story, "Yes", lunch.rpartition("/")[2])
    assert history.look(young_seconds=0) == 0


def test_a_mention_that_slack_gave_up_is_recorded(story: Product, history: SlackHistory) -> None:
    story.conn.execute("""update public.sources set settings = '{"intake": "mentions"}'""")
    name = unheard(story, f"<@{BOT_USER}> the export fails")

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]


def test_a_thread_is_read_again_only_when_others_wrote_in_it(story: Product, history: SlackHistory) -> None:
    first = say(story, "The export fails")
    thread = first.rpartition("/")[2]
    say(story, "for me too", thread)
    assert story.until(lambda: len(recorded(story)) == 2)
    for _ in range(2):
        assert history.look(young_seconds=0) == 0
    assert story.slack.calls["conversations.replies"] == 1
    unheard(story, "and now the import", thread)

    assert history.look(young_seconds=0) == 1
    assert story.slack.calls["conversations.replies"] == 2


def test_only_one_of_two_looks_and_the_other_after_it(
    story: Product, ingest: Pool, history: SlackHistory
) -> None:
    other = SlackHistory(story.settings, ingest, threading.Event())
    assert history.look() == 0
    unheard(story, "The export fails")
    assert other.look(young_seconds=0) == 0
    end(history)

    assert story.until(lambda: other.look(young_seconds=0) == 1)
    end(other)


def test_where_slack_asks_for_patience_it_waits_and_reads(story: Product, history: SlackHistory) -> None:
    name = unheard(story, "The export fails")
    story.slack.fault("rate_limited", count=1, seconds=1)

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]


def test_it_looks_once_the_sources_are_those_of_the_file(story: Product, ingest: Pool) -> None:
    settings = story.settings.model_copy(update={"slack_history_seconds": 0.05})
    story = dataclasses.replace(story, settings=settings)
    synced = threading.Event()
    thread = reader(story, ingest, synced)
    thread.start()
    thread.join(0.3)
    assert story.slack.calls["conversations.history"] == 0
    synced.set()

    assert story.until(lambda: story.slack.calls["conversations.history"] > 1)
    end(thread)
    assert not thread.is_alive()
