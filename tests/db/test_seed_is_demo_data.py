"""supabase/seed.sql fits the schema and may be run again."""

from __future__ import annotations

from tests.db.world import World
from tests.support.postgres import ROOT

SEED = (ROOT / "supabase" / "seed.sql").read_text().encode()
PEOPLE = "select name, is_admin, is_on_call from public.engineers order by name"


def test_three_engineers_one_admin_one_on_call(world: World) -> None:
    world.conn.execute(SEED)

    assert world.rows(PEOPLE) == [
        ("Ada Adler", True, False),
        ("Ben Brook", False, True),
        ("Cleo Costa", False, False),
    ]


def test_a_second_run_adds_nothing(world: World) -> None:
    world.conn.execute(SEED)
    world.conn.execute(SEED)

    assert len(world.rows(PEOPLE)) == 3
    assert world.value("select count(*) from public.on_call_history") == 1


def test_it_takes_the_shift_from_nobody(world: World) -> None:
    holder = world.engineer("Zoe")
    world.value("select private.hand_over(%s)", holder)

    world.conn.execute(SEED)

    assert world.value("select name from public.engineers where is_on_call") == "Zoe"
