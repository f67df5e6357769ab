"""Stories: `story` is the whole product around a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.duty import Duty, on_duty
from tests.support.postgres import Database
from tests.support.product import Product, product


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
