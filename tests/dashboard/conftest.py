"""Fixtures of the dashboard's tests: `world` as in tests/db, a `browser`, and `look`, which opens pages in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shiftbot.sim.project import SupabaseSim
from tests.db.world import World
from tests.support.browser import chromium
from tests.support.dashboard import Dashboard, dashboard
from tests.support.live import LISTENER, PASSWORD
from tests.support.postgres import Database

Serve = Callable[..., Dashboard]


@pytest.fixture
def world(database: Database) -> World:
    """A database told about in a test's words."""
    return World(database)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests of a file; each person in it has a profile of their own.

    Not for longer: while Playwright runs, asyncio counts as running in this thread, which other tests would trip over.
    """
    with chromium() as opened:
        yield opened


@pytest.fixture
def serve(database: Database, tmp_path: Path) -> Iterator[Serve]:
    """Starts the dashboard for these engineers, with these settings; it ends with the test."""
    with ExitStack() as stack:

        def start(*engineers: str, **settings: str) -> Dashboard:
            log = tmp_path / f"dashboard-{len(list(tmp_path.iterdir()))}.log"
            return stack.enter_context(dashboard(database, log, *engineers, **settings))

        yield start


@pytest.fixture
def project(database: Database) -> Iterator[SupabaseSim]:
    """A simulated Supabase project around the test's database."""
    with SupabaseSim(database.admin_dsn, {LISTENER: PASSWORD}) as sim:
        yield sim
