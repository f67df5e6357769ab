"""A rotation hands over at its local time on every day of the year, also when the clocks change that night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.db.rota import Rota
from tests.db.world import World

# zone, local hand-over, the days around a change of the clocks, and the hand-overs in UTC as the zone's law has them
CHANGES = [
    # clocks jump from 02:00 to 03:00 on 29 March, and back from 03:00 to 02:00 on 25 October
    ("Europe/Berlin", "09:00", "2026-03-27", ["27T08:00", "28T08:00", "29T07:00", "30T07:00"]),
    ("Europe/Berlin", "09:00", "2026-10-23", ["23T07:00", "24T07:00", "25T08:00", "26T08:00"]),
    # 8 March and 1 November, from 02:00 and from 02:00
    ("America/New_York", "17:30", "2026-03-06", ["06T22:30", "07T22:30", "08T21:30", "09T21:30"]),
    ("America/New_York", "17:30", "2026-10-30", ["30T21:30", "31T21:30", "01T22:30", "02T22:30"]),
    # half an hour: back from 02:00 to 01:30 on 5 April, and on from 02:00 to 02:30 on 4 October
    ("Australia/Lord_Howe", "09:00", "2026-04-03", ["02T22:00", "03T22:00", "04T22:30", "05T22:30"]),
    ("Australia/Lord_Howe", "09:00", "2026-10-02", ["01T22:30", "02T22:30", "03T22:00", "04T22:00"]),
    # a local time that the night does not have is so much later: 02:30 is 03:30, and 02:15 is 02:45
    ("Europe/Berlin", "02:30", "2026-03-27", ["27T01:30", "28T01:30", "29T01:30", "30T00:30"]),
    ("America/New_York", "02:30", "2026-03-06", ["06T07:30", "07T07:30", "08T07:30", "09T06:30"]),
    ("Australia/Lord_Howe", "02:15", "2026-10-02", ["01T15:45", "02T15:45", "03T15:45", "04T15:15"]),
    # of a local time that the night has twice it is the second one
    ("Europe/Berlin", "02:30", "2026-10-23", ["23T00:30", "24T00:30", "25T01:30", "26T01:30"]),
    ("America/New_York", "01:30", "2026-10-30", ["30T05:30", "31T05:30", "01T06:30", "02T06:30"]),
    ("Australia/Lord_Howe", "01:45", "2026-04-03", ["02T14:45", "03T14:45", "04T15:15", "05T15:15"]),
]


@pytest.fixture
def rota(world: World) -> Rota:
    return Rota(world)


def planned(rota: Rota, first: str, days: int) -> list[tuple[Any, ...]]:
    """What the rule says from a day of 2026 on, whatever day the test runs on."""
    return rota.world.rows(
        "select starts_at, ends_at, engineer_id from private.planned_shifts(%s::date - interval '2 days', %s::date + %s)"
        " order by starts_at",
        *(first, first, days),
    )


@pytest.mark.parametrize(("zone", "at", "first", "utc"), CHANGES)
def test_the_hand_over_stays_at_its_local_time(
    rota: Rota, zone: str, at: str, first: str, utc: list[str]
) -> None:
    ana, bob = rota.world.engineer("Ana"), rota.world.engineer("Bob")
    rota.rotation(ana, bob, days=1, at=at, zone=zone, starts_on=first)
    shifts = planned(rota, first, 5)[:4]

    assert [starts.astimezone(UTC).strftime("%dT%H:%M") for starts, _, _ in shifts] == utc
    assert [who for _, _, who in shifts] == [ana, bob, ana, bob]
    assert [ends for _, ends, _ in shifts[:-1]] == [starts for starts, _, _ in shifts[1:]]


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/Berlin", "2026-03-23", [167, 168]),
        ("Europe/Berlin", "2026-10-19", [169, 168]),
        ("America/New_York", "2026-03-02", [167, 168]),
        ("America/New_York", "2026-10-26", [169, 168]),
        ("Australia/Lord_Howe", "2026-03-30", [168.5, 168]),
        ("Australia/Lord_Howe", "2026-09-28", [167.5, 168]),
    ],
)
def test_a_week_is_as_long_as_the_week_is(rota: Rota, zone: str, first: str, hours: list[float]) -> None:
    rota.rotation(rota.world.engineer("Ana"), days=7, at="09:00", zone=zone, starts_on=first)
    shifts = planned(rota, first, 12)

    assert [(ends - starts) / timedelta(hours=1) for starts, ends, _ in shifts] == hours


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("days", [1, 7, 10])
@pytest.mark.parametrize("at", ["01:45", "02:15", "09:00", "24:00"])
def test_a_year_has_neither_gap_nor_overlap(rota: Rota, zone: str, days: int, at: str) -> None:
    people = [rota.world.engineer(name) for name in ("Ana", "Bob", "Cleo")]
    # Begun nowhere on earth: the first turn is the first one planned.
    soon = rota.world.value("select current_date + 2")
    rota.rotation(*people, days=days, at=at, zone=zone, starts_on=soon)
    rota.world.value("select private.generate_shifts(now() + interval '400 days')")
    shifts = rota.world.rows("select starts_at, ends_at, engineer_id from public.shifts order by starts_at")

    assert shifts[-1][1] > datetime.now(UTC) + timedelta(days=399)
    assert [ends for _, ends, _ in shifts[:-1]] == [starts for starts, _, _ in shifts[1:]]
    assert [who for _, _, who in shifts] == [people[n % 3] for n in range(len(shifts))]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_every_hand_over_of_a_year_is_at_nine(rota: Rota, zone: str) -> None:
    rota.rotation(rota.world.engineer("Ana"), days=1, at="09:00", zone=zone)
    rota.world.value("select private.generate_shifts(now() + interval '400 days')")

    # The first piece may begin right now.
    assert rota.world.rows(
        "select distinct (starts_at at time zone %s)::time::text from public.shifts where starts_at = turn_starts_at",
        zone,
    ) == [("09:00:00",)]
    assert rota.world.value("select count(*) from public.shifts") > 398


def test_a_later_horizon_keeps_what_was_planned(rota: Rota) -> None:
    rota.rotation(rota.world.engineer("Ana"), rota.world.engineer("Bob"), days=1, zone="Europe/Berlin")
    before = rota.world.rows(
        "select id, starts_at, ends_at, engineer_id from public.shifts order by starts_at"
    )
    added = rota.world.value("select private.generate_shifts(now() + interval '200 days')")
    after = rota.world.rows(
        "select id, starts_at, ends_at, engineer_id from public.shifts order by starts_at"
    )

    assert after[: len(before)] == before
    assert len(after) == len(before) + added
    assert rota.world.value("select private.generate_shifts()") == 0


def test_a_rotation_that_starts_later_leaves_the_time_before_it_free(rota: Rota) -> None:
    rota.rotation(rota.world.engineer("Ana"), days=7, starts_on=rota.world.value("select current_date + 5"))

    assert rota.world.value(
        "select min(starts_at) = ((current_date + 5) + time '00:00') at time zone 'UTC' from public.shifts"
    )
