"""Nobody on call, now or in the coming 7 days, is a row in a view, a number among the metrics and a warning to the admins."""

from __future__ import annotations

import pytest

from tests.db.rota import Rota
from tests.db.world import Connection, World, refused

WEEK = 7 * 24
GAPS = (
    "select round(extract(epoch from starts_at - now()) / 3600)::int, round(extract(epoch from ends_at - now()) / 3600)::int,"
    " is_now, reason from ops.on_call_gaps order by starts_at"
)
METRICS = "select on_call_engineers, round(gap_seconds / 3600)::int from private.on_call_metrics()"


@pytest.fixture
def rota(world: World) -> Rota:
    return Rota(world)


@pytest.fixture
def people(world: World) -> tuple[int, int]:
    """Ana, who is the admin, and Bob."""
    return world.engineer("Ana", is_admin=True), world.engineer("Bob")


def gaps(rota: Rota, conn: Connection | None = None) -> list[tuple[object, ...]]:
    return rota.world.rows(GAPS, conn=conn)


def by_hand(rota: Rota, engineer_id: int | None) -> None:
    rota.world.value("select private.hand_over(%s, 'by hand')", engineer_id)


def set_active(rota: Rota, engineer_id: int, is_active: bool) -> None:
    rota.world.do("update public.engineers set is_active = %s where id = %s", is_active, engineer_id)


def test_an_empty_house_says_nobody(rota: Rota) -> None:
    assert rota.world.row("select engineer_id, name, since, until from ops.on_call") == (
        None,
        "nobody",
        None,
        None,
    )
    assert gaps(rota) == [(0, WEEK, True, "nobody is on call")]
    assert rota.world.row(METRICS) == (0, WEEK)


def test_who_is_on_call_since_when_and_why(rota: Rota, people: tuple[int, int]) -> None:
    by_hand(rota, people[0])
    rota.shift(people[1], "3 hours", "200 hours")

    assert rota.world.row(
        "select o.engineer_id, o.name, o.since = h.started_at, o.changed_by, o.reason, o.until = s.starts_at"
        " from ops.on_call as o, public.on_call_history as h, public.shifts as s"
    ) == (people[0], "Ana", True, "postgres", "by hand", True)
    assert gaps(rota) == []
    assert rota.world.row(METRICS) == (1, 0)


def test_since_when_nobody_is(rota: Rota, people: tuple[int, int]) -> None:
    by_hand(rota, people[0])
    by_hand(rota, None)

    assert rota.world.row(
        "select o.name, o.since = h.ended_at, o.changed_by, o.reason from ops.on_call as o, public.on_call_history as h"
    ) == ("nobody", True, "postgres", "")


def test_a_team_without_a_rota_has_no_gap_to_come(rota: Rota, people: tuple[int, int]) -> None:
    by_hand(rota, people[1])

    assert gaps(rota) == []
    assert rota.sweep() == {}


def test_a_hole_in_the_plan_is_a_gap(rota: Rota, people: tuple[int, int]) -> None:
    ana, bob = people
    rota.shift(ana, "-1 hour", "10 hours")
    rota.shift(bob, "12 hours", "100 hours")
    rota.sweep()

    assert gaps(rota) == [(10, 12, False, "nobody is planned"), (100, WEEK, False, "nobody is planned")]
    assert rota.world.row(METRICS) == (1, WEEK - 98)


def test_what_is_beyond_a_week_is_not_told_yet(rota: Rota, people: tuple[int, int]) -> None:
    rota.shift(people[0], "-1 hour", f"{WEEK + 1} hours")
    rota.sweep()

    assert gaps(rota) == []


def test_whoever_has_it_by_hand_covers_until_the_rota_speaks(rota: Rota, people: tuple[int, int]) -> None:
    ana, bob = people
    rota.shift(ana, "5 hours", "10 hours")
    by_hand(rota, bob)
    assert gaps(rota) == [(10, WEEK, False, "nobody is planned")]

    by_hand(rota, None)
    assert gaps(rota) == [(0, 5, True, "nobody is on call"), (10, WEEK, False, "nobody is planned")]


def test_who_was_sent_home_by_hand_leaves_a_gap_until_the_next_boundary(
    rota: Rota, people: tuple[int, int]
) -> None:
    rota.shift(people[0], "-1 hour", "5 hours")
    rota.shift(people[1], "5 hours", "200 hours")
    rota.sweep()
    by_hand(rota, None)

    assert gaps(rota) == [(0, 5, True, "nobody is on call")]


def test_deactivating_somebody_makes_their_shifts_gaps_at_once(rota: Rota, people: tuple[int, int]) -> None:
    ana, bob = people
    rota.shift(ana, "-1 hour", "5 hours")
    rota.shift(bob, "5 hours", "10 hours")
    rota.shift(ana, "10 hours", "200 hours")
    rota.sweep()
    assert gaps(rota) == []

    set_active(rota, bob, False)
    assert gaps(rota) == [(5, 10, False, "Bob is planned and inactive")]


def test_who_is_on_call_cannot_be_deactivated_and_is_told_what_to_do(
    rota: Rota, people: tuple[int, int]
) -> None:
    by_hand(rota, people[1])
    with refused("engineer_on_call_is_active") as refusal:
        set_active(rota, people[1], False)

    assert refusal.message == "Bob is on call and cannot be made inactive"
    assert refusal.hint.startswith("Hand the shift over first.")
    by_hand(rota, people[0])
    set_active(rota, people[1], False)
    assert rota.world.value("select is_active from public.engineers where id = %s", people[1]) is False


def test_admins_are_warned_once_when_it_is_foreseen_and_once_when_it_is_there(
    rota: Rota, people: tuple[int, int]
) -> None:
    ana, bob = people
    rota.world.engineer("Cleo", is_admin=True, is_active=False)
    rota.shift(bob, "-1 hour", "10 hours")
    assert rota.sweep()["gap_warnings"] == 1
    assert "gap_warnings" not in rota.sweep()
    ((who, foreseen),) = rota.notices("nobody_on_call")
    assert who == ana
    assert foreseen.startswith("Nobody will be on call from ")
    assert foreseen.endswith("(UTC) (nobody is planned).")

    rota.pass_time("10 hours 1 minute")
    assert rota.sweep()["gap_warnings"] == 1
    assert "gap_warnings" not in rota.sweep()
    assert rota.notices("nobody_on_call")[1:] == [(ana, "Nobody is on call now (nobody is on call).")]


def test_the_next_gap_is_another_one(rota: Rota, people: tuple[int, int]) -> None:
    rota.shift(people[1], "-1 hour", f"{WEEK + 9} hours")
    for _ in range(2):
        rota.sweep()
        by_hand(rota, None)
        rota.sweep()
        by_hand(rota, people[1])

    assert len(rota.notices("nobody_on_call")) == 2


def test_everybody_hears_it_where_there_is_no_admin(rota: Rota, people: tuple[int, int]) -> None:
    rota.world.do("update public.engineers set is_admin = false")
    rota.shift(people[1], "1 hour", "200 hours")
    rota.sweep()

    assert sorted(who for who, _ in rota.notices("nobody_on_call")) == sorted(people)


def test_a_team_without_a_rota_is_not_warned(rota: Rota, people: tuple[int, int]) -> None:
    assert rota.sweep() == {}
    assert rota.notices("nobody_on_call") == []


def test_engineers_see_it_and_strangers_do_not(rota: Rota, people: tuple[int, int]) -> None:
    rota.shift(people[0], "-1 hour", "10 hours")
    rota.sweep()
    bob, eve = rota.world.signed_in("Bob"), rota.world.signed_in("Eve")

    assert rota.world.rows("select name, reason from ops.on_call", conn=bob) == [("Ana", "rota")]
    assert gaps(rota, bob) == [(10, WEEK, False, "nobody is planned")]
    assert rota.world.rows("select * from ops.on_call", conn=eve) == []
    assert gaps(rota, eve) == []


def test_nobody_else_looks_into_the_views(rota: Rota) -> None:
    for role in ("anon", "service_role", "shiftbot_ingest", "shiftbot_worker"):
        for view in ("ops.on_call", "ops.on_call_gaps"):
            with refused("42501"):
                rota.world.database.connect(role).execute(f"select * from {view}".encode())
    ana = rota.world.signed_in("Ana")
    for view in ("ops.queues", "ops.dead_letters", "ops.status_drift"):
        with refused("42501"):
            ana.execute(f"select * from {view}".encode())


def test_the_numbers_are_parts_of_the_metrics_and_read_by_nobody_else(
    rota: Rota, people: tuple[int, int]
) -> None:
    by_hand(rota, people[0])

    assert rota.world.row(METRICS) == (1, 0)
    for conn in (rota.world.webhook, rota.world.worker, rota.world.signed_in("Ana")):
        with refused("42501"):
            conn.execute(METRICS.encode())
