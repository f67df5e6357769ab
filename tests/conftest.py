"""Fixtures every test may use: `major`, `postgres_server` and `database`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from shiftbot.local.ports import free_port
from tests.support.postgres import Database, TestServer

MAJORS = [int(major) for major in os.environ.get("SHIFTBOT_TEST_POSTGRES", "18").split(",")]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "newest_postgres: needs a database, but one major tells enough (slow)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a database runs once on each major, one marked newest_postgres on the last."""
    if "major" in metafunc.fixturenames:
        once = metafunc.definition.get_closest_marker("newest_postgres") is not None
        majors = MAJORS[-1:] if once else MAJORS
        metafunc.parametrize("major", majors, ids=[f"pg{m}" for m in majors], indirect=True, scope="session")


@pytest.fixture(scope="session")
def major(request: pytest.FixtureRequest) -> int:
    """One of the Postgres majors of SHIFTBOT_TEST_POSTGRES, each in turn."""
    version: int = request.param
    return version


@pytest.fixture(scope="session")
def postgres_server(major: int) -> Iterator[TestServer]:
    """The process's own server with the migrated template."""
    with TestServer(major).running() as server:
        yield server


@pytest.fixture
def database(postgres_server: TestServer) -> Iterator[Database]:
    """A fresh, migrated database for one test."""
    with postgres_server.clone() as clone:
        yield clone


@pytest.fixture
def own_server() -> Iterator[TestServer]:
    """A server of one test, which may restart it: always on the same port, losing nothing that was committed."""
    own = TestServer(18)
    own.server = type(own.server)(own.server.data_dir, 18, free_port())
    with own.running():
        yield own
