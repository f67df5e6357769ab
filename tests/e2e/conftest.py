"""Stories: `story` is the whole product around a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shiftbot.db import Pool, open_pool
from tests.support.duty import Duty, on_duty
from tests.support.postgres import Database
from tests.support.product import Product, product
from tests.support.slack_history import end, reader
from webhooks.slack_history import SlackHistory


@pytest.fixture
def story(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """Simulators and webhooks up; a story starts its workers itself."""
    monkeypatch.setattr("workers.loop.POLL_SECONDS", 0.2)  # idle workers notice sooner that they are to stop
    with product(database) as whole:
        yield whole


@pytest.fixture
def duty(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duty]:
    """A story with engineers who can be rung."""
    monkeypatch.setattr("workers.loop.POLL_SECONDS", 0.2)
    monkeypatch.setattr("workers.loop.SWEEP_SECONDS", 0.2)  # what is due is begun sooner
    with on_duty(database) as whole:
        yield whole


@pytest.fixture
def ingest(story: Product) -> Iterator[Pool]:
    """Connections that act as the webhooks."""
    with open_pool(story.database.dsn, "shiftbot_ingest", 2, "history", timeout=1) as pool:
        yield pool


@pytest.fixture
def history(story: Product, ingest: Pool) -> Iterator[SlackHistory]:
    """Reads Slack's history when it is asked to; every source is of long ago."""
    it = reader(story, ingest)
    yield it
    end(it)
