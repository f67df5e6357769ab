"""The fixture `world`: one migrated database and the words to act in it."""

from __future__ import annotations

import pytest

from tests.db.world import World
from tests.support.postgres import Database


@pytest.fixture
def world(database: Database) -> World:
    return World(database)
