"""While Slack's history is read, Slack or the database refuse: it is said, the others do not wait, and it is asked again."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from shiftbot.db import open_pool
from tests.support.product import Product
from tests.support.slack_history import end, failures, recorded, unheard
from webhooks.slack_history import SlackHistory

pytestmark = pytest.mark.newest_postgres


@pytest.fixture(autouse=True)
def _it_is_said(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert failures(caplog)
    said = " ".join(repr(vars(record)) for record in caplog.get_records("call"))
    assert "fails" not in said, "people's words"


def test_while_slack_is_broken_nothing_is_recorded_and_it_asks_again(
    story: Product, history: SlackHistory
) -> None:
    name = unheard(story, "The export fails")
    story.slack.fault("server_error", count=1)

    assert history.look(young_seconds=0) == 0
    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]


def test_a_channel_that_we_left_does_not_keep_the_others_waiting(
    story: Product, history: SlackHistory
) -> None:
    story.conn.execute(
        "insert into public.sources (id, platform, external_id, name, created_at) overriding system value"
        " values (0, 'slack', 'C0LEFT00001', 'left', now() - interval '9 days')"
    )
    story.slack.create_channel("C0LEFT00001", "left")
    story.slack.world.channels["C0LEFT00001"].is_member = False
    name = unheard(story, "The export fails")

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]


def test_a_thread_that_slack_refuses_does_not_keep_the_others_waiting(
    story: Product, history: SlackHistory
) -> None:
    first, second = unheard(story, "The export fails"), unheard(story, "The import fails")
    answers = [unheard(story, "and the search fails", root.rpartition("/")[2]) for root in (first, second)]
    story.slack.fault("bad_gateway", "conversations.replies", count=1)
    assert history.look(young_seconds=0) == 2
    assert history.look(young_seconds=0) == 2
    assert sorted(recorded(story)) == sorted([first, second, *answers])


def test_a_message_that_the_database_refuses_does_not_keep_the_others_waiting(
    story: Product, history: SlackHistory
) -> None:
    refused, name = unheard(story, "The sesame fails"), unheard(story, "The export fails")
    story.conn.execute(
        "create function public.refuse() returns trigger language plpgsql as $$ begin"
        " raise exception 'refused' using detail = new.body; end $$;"
        " create trigger refuse before insert on public.ticket_actions for each row"
        " when (new.body like '%sesame%') execute function public.refuse()"
    )
    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]
    story.conn.execute("drop trigger refuse on public.ticket_actions")

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name, refused]


def test_while_the_database_is_away_it_asks_again(story: Product, history: SlackHistory) -> None:
    name = unheard(story, "The export fails")
    nowhere = story.settings.model_copy(update={"database_url": SecretStr("postgresql://127.0.0.1:9/x")})
    with open_pool("postgresql://127.0.0.1:9/x", "shiftbot_ingest", 1, "nowhere", timeout=0.1) as none:
        away = SlackHistory(nowhere, none, threading.Event())
        assert away.look(young_seconds=0) == 0
    half = SlackHistory(story.settings, none, threading.Event())
    assert half.look(young_seconds=0) == 0
    end(half)
    assert recorded(story) == []

    assert history.look(young_seconds=0) == 1
    assert recorded(story) == [name]
