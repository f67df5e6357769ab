"""Any two moves of a ticket at the same moment, by engineers and in Studio: as if one had come after the other."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.world import STATUSES, World
from tests.properties.cast import Cast
from tests.properties.choices import ILLEGAL, RACERS, WROTE
from tests.properties.laws import Laws
from tests.properties.race import Racer, race
from tests.support.postgres import Database

WALKS = int(os.environ.get("WALKS", "0"))

pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


def test_any_two_moves_of_a_ticket(database: Database) -> None:
    world = World(database)
    cast, seen = Cast(world), Counter[str]()
    laws = Laws(world)

    @settings(
        max_examples=WALKS or 150,
        deadline=None,
        database=None,
        derandomize=not WALKS,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(STATUSES), st.lists(RACERS, min_size=2, max_size=2))
    def every(status: str, racers: list[Racer]) -> None:
        seen.update(race(cast, laws, world.ticket(status), racers))

    every()

    assert laws.broken() == {}
    assert seen[WROTE] > 5
    assert seen[ILLEGAL] > 5
