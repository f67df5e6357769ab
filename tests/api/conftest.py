"""`served` is the API around a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.api import Api, api
from tests.support.postgres import Database


@pytest.fixture
def served(database: Database) -> Iterator[Api]:
    with api(database) as it:
        yield it
