"""Fixtures every test may use: `major`, `postgres_server` and `database`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.postgres import Database, TestServer

MAJORS = [int(major) for major in os.environ.get("SHIFTBOT_TEST_POSTGRES", "18").split(",")]


@pytest.fixture(scope="session", params=MAJORS, ids=lambda major: f"pg{major}")
def major(request: pytest.FixtureRequest) -> int:
    """Each Postgres major of SHIFTBOT_TEST_POSTGRES in turn; tests without a database run once."""
    version: int = request.param
    return version


@pytest.fixture(scope="session")
def postgres_server(major: int) -> Iterator[TestServer]:
    """The process's own server with the migrated template."""
    server = TestServer(major)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def database(postgres_server: TestServer) -> Iterator[Database]:
    """A fresh, migrated database for one test."""
    with postgres_server.clone() as clone:
        yield clone
