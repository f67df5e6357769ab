"""What customers say in Slack while nobody hears it, and who then reads it in the channel's history."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shiftbot.db import Pool
from tests.support.product import CHANNEL, Product
from webhooks.slack_history import SlackHistory

_NOWHERE = "http://127.0.0.1:9/"


def reader(story: Product, pool: Pool, synced: threading.Event | None = None) -> SlackHistory:
    """Not started: most tests look by themselves. The sources are of long ago: what is said now is younger."""
    long_ago = "created_at = now() - interval '9 days', updated_at = now() - interval '9 days'"
    story.conn.execute("alter table public.sources disable trigger touch_updated_at")
    story.conn.execute(f"update public.sources set {long_ago}".encode())
    story.slack.events.retry_delays = ()
    return SlackHistory(story.settings, pool, synced or threading.Event())


def end(history: SlackHistory) -> None:
    """As a process ends."""
    history.stop()
    if history.is_alive():
        history.join(20)
    else:
        history.run()


def say(story: Product, words: str, thread: str = "") -> str:
    """The external_id of what a customer says."""
    return f"slack:{CHANNEL}/{story.slack.say(CHANNEL, 'U0ALICE', words, thread)['ts']}"


@contextmanager
def unheard_by_us(story: Product) -> Iterator[None]:
    """What is said in the block nobody answers Slack for: it is given up."""
    events = story.slack.events
    heard_at, events.events_url = events.events_url, _NOWHERE
    count = len(events.given_up)
    try:
        yield
        assert story.until(lambda: len(events.given_up) > count)
    finally:
        events.events_url = heard_at


def unheard(story: Product, words: str, thread: str = "") -> str:
    """The external_id of what a customer says unheard."""
    with unheard_by_us(story):
        return say(story, words, thread)


def recorded(story: Product) -> list[str]:
    """The external_ids of all messages, in the order of their recording."""
    query = "select external_id from public.ticket_actions where event = 'message' order by id"
    return [row[0] for row in story.rows(query)]


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the reader complained of."""
    of_all = caplog.get_records("call")
    return [record.getMessage() for record in of_all if getattr(record, "action", "") == "history_failed"]
