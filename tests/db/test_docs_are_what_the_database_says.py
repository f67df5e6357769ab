"""What docs/ says about access and states is what the migrated database gives."""

from __future__ import annotations

from pathlib import Path

from shiftbot.states import states_page, status_table
from tests.db.world import World
from tests.support.access_matrix import render

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_access_is_as_documented(world: World) -> None:
    granted, heading, _ = (DOCS / "access.md").read_text().partition("\n## As tried\n")

    assert heading
    assert granted == render(world.conn), "python -m tests.support.access_matrix > docs/access.md"


def test_states_are_as_documented(world: World) -> None:
    expected = (DOCS / "states.md").read_text()

    assert expected == states_page(world.conn), "DATABASE_URL=... python -m shiftbot.states > docs/states.md"


def test_the_table_of_moves_has_every_move_once(world: World) -> None:
    moves = world.value("select count(*) from public.status_transitions where from_status <> to_status")

    assert len(status_table(world.conn).splitlines()) == moves + 2
