"""Role x table x command, each tried by a real statement on a database with a row in every table."""

from __future__ import annotations

import pytest

from tests.db.access_tried import COMMANDS, MAY, NOTHING, REFUSED, matrix, people, render
from tests.db.everywhere import empty_tables, furnished
from tests.db.test_docs_are_what_the_database_says import DOCS
from tests.db.world import World


def test_everybody_gets_what_is_documented_and_nothing_else(world: World) -> None:
    cells = matrix(world)
    documented = (DOCS / "access.md").read_text()

    assert render(cells) == documented[documented.index("## As tried") :], (
        "python -m tests.support.access_matrix > docs/access.md"
    )
    tables = {table for _, table, _ in cells}
    assert len(cells) == len(people(world)) * len(tables) * len(COMMANDS) > 2000
    assert {c for c in cells if c[0] == "stranger" and cells[c] == MAY} == set()
    assert {c[0] for c, outcome in cells.items() if outcome != REFUSED} == {"stranger", "engineer", "admin"}
    assert {c[2] for c in cells if c[0] == "engineer" and cells[c] == NOTHING} <= {
        "select",
        "update",
        "delete",
    }
    assert "truncate" not in {command for (_, _, command), outcome in cells.items() if outcome != REFUSED}


@pytest.mark.newest_postgres
def test_no_room_is_empty(world: World) -> None:
    assert empty_tables(world, furnished(world)) == []
