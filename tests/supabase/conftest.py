"""Fixtures `pushed` and `empty`: databases on Debian's Postgres 15, filled by the Supabase CLI or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.debian import remedy
from tests.support.postgres import Database
from tests.support.supabase import PREPARED, PushedServer


@pytest.fixture(scope="session")
def pushed_server() -> Iterator[PushedServer]:
    """One server for all tests of the process that need it."""
    if missing := remedy():
        pytest.fail(missing, pytrace=False)
    with PushedServer().running() as server:
        yield server


@pytest.fixture
def pushed(pushed_server: PushedServer) -> Iterator[Database]:
    """A database to which `supabase db push` was done."""
    with pushed_server.clone() as clone:
        yield clone


@pytest.fixture
def prepared(pushed_server: PushedServer) -> Iterator[Database]:
    """A project's database as the platform makes it: prepared, and nothing of the product in it."""
    with pushed_server.clone(PREPARED) as clone:
        yield clone
