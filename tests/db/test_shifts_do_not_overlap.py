"""The plan names one person at a time, and only plans that make sense are taken."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.db.rota import Rota
from tests.db.world import World, at_once, refused


@pytest.fixture
def rota(world: World) -> Rota:
    return Rota(world)


@pytest.mark.parametrize(
    ("starts", "ends"), [("1 hour", "3 hours"), ("-1 hour", "1 hour 1 second"), ("119 minutes", "9 hours")]
)
def test_an_overlap_is_refused(rota: Rota, starts: str, ends: str) -> None:
    ana, bob = rota.world.engineer("Ana"), rota.world.engineer("Bob")
    rota.shift(ana, "1 hour", "2 hours")
    with refused("shifts_do_not_overlap") as refusal:
        rota.shift(bob, starts, ends)

    assert refusal.sqlstate == "23P01"


def test_one_shift_may_begin_when_the_other_ends(rota: Rota) -> None:
    ana = rota.world.engineer("Ana")
    for hour in range(3):
        rota.shift(ana, f"{hour} hours", f"{hour + 1} hours")

    assert [(starts, ends) for _, starts, ends, _ in rota.plan()] == [(0, 1), (1, 2), (2, 3)]


def test_of_ten_who_plan_the_same_hour_one_wins(rota: Rota) -> None:
    ana = rota.world.engineer("Ana")
    results = at_once(
        rota.world.database,
        None,
        10,
        lambda conn, n: rota.shift(ana, "1 hour", "2 hours", conn=conn),
    )

    assert len([result for result in results if isinstance(result, int)]) == 1
    losers = [result for result in results if isinstance(result, psycopg.Error)]
    # Ten that wait for one another may also deadlock; either way nothing is written.
    assert {loser.diag.constraint_name or loser.sqlstate for loser in losers} <= {
        "shifts_do_not_overlap",
        "40P01",
    }
    assert len(rota.plan()) == 1


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("shift_ends_after_it_starts", "now(), now(), 'manual', null, null"),
        ("shift_ends_after_it_starts", "now(), now() - interval '1 second', 'manual', null, null"),
        ("shift_has_a_beginning_and_an_end", "now(), 'infinity', 'manual', null, null"),
        ("shift_kind_is_known", "now(), now() + interval '1 day', 'favour', null, null"),
        ("shift_of_a_rotation_names_it", "now(), now() + interval '1 day', 'rotation', null, null"),
        ("shift_of_a_rotation_names_it", "now(), now() + interval '1 day', 'manual', null, now()"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused(rota: Rota, rule: str, columns: str) -> None:
    ana = rota.world.engineer("Ana")
    with refused(rule):
        rota.world.do(
            "insert into public.shifts (engineer_id, starts_at, ends_at, kind, rotation_id, turn_starts_at)"
            f" values (%s, {columns})",
            ana,
        )


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("rotation_has_a_name", {"name": " "}),
        ("rotation_shift_is_1_to_366_days", {"days": 0}),
        ("rotation_starts_on_a_date", {"starts_on": "infinity"}),
        ("rotation_time_zone_is_known", {"zone": "Europe/Bielefeld"}),
        ("rotation_time_zone_is_known", {"zone": ""}),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(rota: Rota, rule: str, changes: dict[str, Any]) -> None:
    ana = rota.world.engineer("Ana")
    with refused(rule):
        rota.rotation(ana, **changes)

    assert rota.plan() == []


def test_a_rotation_needs_people_who_exist(rota: Rota) -> None:
    ana = rota.world.engineer("Ana")
    with refused("rotation_has_engineers"):
        rota.rotation()
    with refused("rotation_has_engineers"):
        rota.world.do(
            "insert into public.rotations (name, engineer_ids, time_zone, starts_on)"
            " values ('x', array[%s, null]::bigint[], 'UTC', current_date)",
            ana,
        )
    with refused("rotation_engineers_exist") as refusal:
        rota.rotation(ana, 404)
    rota.rotation(ana)
    with refused("rotation_engineers_exist"):
        rota.world.do("update public.rotations set engineer_ids = '{404}'")

    assert "public.engineers" in refusal.hint


def test_two_rotations_of_one_name_are_refused(rota: Rota) -> None:
    ana = rota.world.engineer("Ana")
    rota.rotation(ana, name="Weekly")
    with refused("rotation_names_differ"):
        rota.rotation(ana, name="weekly")


def test_a_time_zone_is_kept_as_it_is_written_officially(rota: Rota) -> None:
    rota.rotation(rota.world.engineer("Ana"), zone="europe/berlin")

    assert rota.world.value("select time_zone from public.rotations") == "Europe/Berlin"


def test_rotations_make_shifts_that_do_not_overlap_whoever_generates_them(rota: Rota) -> None:
    rota.rotation(rota.world.engineer("Ana"), rota.world.engineer("Bob"), days=1)
    rota.world.do("update public.rotations set shift_days = 2")
    before = rota.plan()
    results = at_once(
        rota.world.database,
        None,
        10,
        lambda conn, n: rota.world.value("select private.generate_shifts()", conn=conn),
    )

    assert results == [0] * 10
    assert rota.plan() == before
    assert len(before) > 25
