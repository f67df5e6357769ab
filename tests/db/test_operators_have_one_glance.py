"""Every view of schema ops explains itself, can be read in one line, and is listed under "One glance" in docs/operations.md."""

from __future__ import annotations

import re

import pytest

from tests.db.world import World
from tests.support.postgres import ROOT

pytestmark = pytest.mark.newest_postgres


def listed() -> dict[str, str]:
    """View and the words beside it."""
    _, _, chapter = (ROOT / "docs" / "operations.md").read_text().partition("\n## One glance\n")
    return dict(
        re.findall(r"^select \* from ops\.(\w+); +-- (.+)$", chapter.partition("\n## ")[0], re.MULTILINE)
    )


def test_every_view_is_listed_and_every_listed_one_is_there(world: World) -> None:
    views = {v for (v,) in world.rows("select viewname from pg_views where schemaname = 'ops'")}

    assert set(listed()) == views


def test_every_view_says_what_it_shows(world: World) -> None:
    comments = dict(
        world.rows(
            "select c.relname, obj_description(c.oid, 'pg_class') from pg_class as c"
            " where c.relnamespace = 'ops'::regnamespace and c.relkind = 'v'"
        )
    )

    assert [name for name, words in comments.items() if not words or not words.endswith(".")] == []


def test_each_can_be_read_as_it_is_written_there(world: World) -> None:
    world.ticket("escalation_pending")
    for view in listed():
        world.rows(f"select * from ops.{view}")  # by the owner, as Studio's SQL editor does
