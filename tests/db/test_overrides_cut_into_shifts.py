"""An override takes its span in one act: it shortens, splits or replaces whatever it meets, and no generator undoes it."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.rota import Rota
from tests.db.world import World, at_once, refused


@pytest.fixture
def rota(world: World) -> Rota:
    return Rota(world)


@pytest.fixture
def people(world: World) -> tuple[int, int, int]:
    return world.engineer("Ana"), world.engineer("Bob"), world.engineer("Cleo")


def holes(world: World) -> list[tuple[object, ...]]:
    """Where the plan has a hole or an overlap between its first and last shift."""
    return world.rows(
        "select * from (select ends_at, lead(starts_at) over (order by starts_at) as next_one from public.shifts) as s"
        " where next_one <> ends_at"
    )


def test_it_splits_a_shift(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "10 hours", "20 hours", "mine")
    rota.override(bob, "13 hours", "15 hours")

    assert rota.plan() == [(ana, 10, 13, "manual"), (bob, 13, 15, "override"), (ana, 15, 20, "manual")]
    assert rota.world.rows("select reason from public.shifts order by starts_at") == [
        ("mine",),
        ("swap",),
        ("mine",),
    ]


def test_it_replaces_and_shortens_all_that_it_meets(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    for starts, ends, who in ((1, 4, ana), (4, 6, bob), (6, 8, ana), (8, 11, bob), (20, 21, ana)):
        rota.shift(who, f"{starts} hours", f"{ends} hours")
    rota.override(cleo, "3 hours", "9 hours")

    assert rota.plan() == [
        (ana, 1, 3, "manual"),
        (cleo, 3, 9, "override"),
        (bob, 9, 11, "manual"),
        (ana, 20, 21, "manual"),
    ]


def test_it_may_lie_where_nothing_was_planned(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.override(people[0], "3 hours", "9 hours")

    assert rota.plan() == [(people[0], 3, 9, "override")]


def test_it_cuts_into_another_override(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.override(ana, "3 hours", "9 hours")
    rota.override(bob, "5 hours", "6 hours")

    assert [row[:3] for row in rota.plan()] == [(ana, 3, 5), (bob, 5, 6), (ana, 6, 9)]


def test_a_rotation_keeps_the_rest_of_its_turns(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    before = rota.plan()
    rota.override(cleo, "1 hour", "2 hours")  # within the turn that runs
    rota.override(
        cleo, f"{before[1][1] + 5} hours", f"{before[2][1] + 5} hours"
    )  # from one turn to come into the next
    after = rota.plan()

    assert [row[0] for row in after[:7]] == [ana, cleo, ana, bob, cleo, ana, bob]
    assert [row[3] for row in after[:7]] == [
        *("rotation", "override", "rotation", "rotation", "override", "rotation", "rotation"),
    ]
    assert holes(rota.world) == []


def test_generating_again_leaves_it_alone(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    rota.override(cleo, "1 hour", "2 hours")
    rota.override(cleo, "10 days", "11 days")
    before = rota.plan()
    assert rota.world.value("select private.generate_shifts()") == 0
    rota.world.do("update public.rotations set engineer_ids = %s", [bob, ana])
    after = rota.plan()

    assert [row for row in after if row[0] == cleo] == [row for row in before if row[0] == cleo]
    assert [row[0] for row in after[:6]] == [
        ana,
        cleo,
        ana,
        ana,
        cleo,
        ana,
    ]  # the turn that runs stays, the next are turned
    assert holes(rota.world) == []


def test_an_override_that_is_removed_gives_the_time_back(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    before = rota.plan()
    rota.override(cleo, "10 days", "11 days")
    rota.world.do("delete from public.shifts where kind = 'override'")
    rota.world.value("select private.generate_shifts()")

    assert rota.plan() == before


def test_two_overrides_swap_two_turns(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.rotation(ana, bob, days=7)
    (_, bobs, anas, _), (_, _, end, _) = rota.plan()[1:3]
    with rota.world.conn.transaction():
        rota.override(ana, f"{bobs} hours", f"{anas} hours")
        rota.override(bob, f"{anas} hours", f"{end} hours")

    longest = [row[0] for row in rota.plan() if row[2] - row[1] > 100]
    assert longest[1:3] == [ana, bob]
    assert holes(rota.world) == []


def test_a_turn_that_an_admin_edits_is_not_planned_over(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    edited = rota.world.value("select id from public.shifts order by starts_at offset 1 limit 1")
    rota.world.do("update public.shifts set engineer_id = %s where id = %s", cleo, edited)
    rota.world.value("select private.generate_shifts()")

    assert rota.plan()[1][0] == cleo
    assert rota.plan()[1][3] == "manual"


def test_a_stopped_rotation_keeps_its_running_turn_around_an_override(
    rota: Rota, people: tuple[int, int, int]
) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    end = rota.plan()[0][2]
    rota.world.do("update public.rotations set is_active = false")
    rota.override(cleo, "1 hour", "2 hours")

    assert [row[:3] for row in rota.plan()] == [(ana, 0, 1), (cleo, 1, 2), (ana, 2, end)]


def test_the_rotation_that_started_last_rules(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    starts_on = rota.world.value("select current_date + 10")
    newer = rota.rotation(cleo, name="newer", days=7, starts_on=starts_on)

    assert rota.world.rows(
        "select distinct engineer_id from public.shifts where starts_at >= %s", starts_on
    ) == [(cleo,)]
    assert rota.world.value(
        "select max(ends_at) <= %s from public.shifts where engineer_id <> %s", starts_on, cleo
    )
    assert holes(rota.world) == []
    rota.world.do("update public.rotations set is_active = false where id = %s", newer)
    assert {row[0] for row in rota.plan()} == {ana, bob}


def test_from_now_on_is_where_an_override_may_begin(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-5 hours", "5 hours")
    rota.override(bob, "-3 hours", "2 hours")

    assert rota.plan() == [(ana, -5, 0, "manual"), (bob, 0, 2, "override"), (ana, 2, 5, "manual")]


@pytest.mark.parametrize(
    "until", ["now() - interval '1 hour'", "now() + interval '1 hour'", "null", "'infinity'"]
)
def test_an_override_that_ends_before_it_starts_is_refused(
    rota: Rota, people: tuple[int, int, int], until: str
) -> None:
    with refused("override_ends_in_the_future") as refusal:
        rota.world.do(f"select private.override_shift(%s, now() + interval '2 hours', {until})", people[0])

    assert refusal.hint == "Give a later end."
    assert rota.plan() == []


def test_an_override_for_nobody_is_refused_and_changes_nothing(
    rota: Rota, people: tuple[int, int, int]
) -> None:
    ana, bob, _ = people
    rota.shift(ana, "1 hour", "5 hours")
    rota.world.do("update public.engineers set is_active = false where id = %s", bob)
    for who in (bob, 404):
        with refused("override_is_for_an_active_engineer"):
            rota.override(who, "2 hours", "3 hours")

    assert rota.plan() == [(ana, 1, 5, "manual")]


def test_of_ten_overrides_at_once_none_is_half_there(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.rotation(ana, bob, days=7)
    spans = [(3 * n, 3 * n + 30) for n in range(1, 11)]
    results = at_once(
        rota.world.database,
        None,
        10,
        lambda conn, n: rota.override(cleo, f"{spans[n][0]} hours", f"{spans[n][1]} hours", conn=conn),
    )

    assert [result for result in results if isinstance(result, psycopg.Error)] == []
    assert holes(rota.world) == []
    cleos = [(starts, ends) for who, starts, ends, _ in rota.plan() if who == cleo]
    assert (cleos[0][0], cleos[-1][1]) == (3, 60)
