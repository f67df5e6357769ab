"""The sweep follows the rota: one hand-over a boundary, announced beforehand, and a hand-over by hand holds until the next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.db.rota import Rota
from tests.db.world import Connection, World, at_once, refused
from tests.support.waiting import eventually


@pytest.fixture
def rota(world: World) -> Rota:
    return Rota(world)


@pytest.fixture
def people(world: World) -> tuple[int, int, int]:
    return world.engineer("Ana"), world.engineer("Bob"), world.engineer("Cleo")


def by_hand(rota: Rota, engineer_id: int | None) -> None:
    rota.world.value("select private.hand_over(%s, 'by hand')", engineer_id)


def test_a_shift_puts_its_engineer_on_call(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    by_hand(rota, bob)
    rota.shift(ana, "-1 minute", "1 hour")

    assert rota.sweep()["handed_over"] is True
    assert rota.history() == [(bob, "by hand"), (ana, "rota")]
    assert rota.on_call() == ana


def test_the_workers_sweep_follows_the_rota(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.shift(people[0], "-1 minute", "1 hour")
    did = rota.world.value("select private.sweep()", conn=rota.world.worker)

    assert did["handed_over"] is True
    assert rota.on_call() == people[0]
    assert rota.world.value("select started_by from public.on_call_history") == "shiftbot_worker"


def test_the_reason_of_an_override_is_told(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.override(people[0], "0", "1 hour")
    rota.sweep()

    assert rota.history() == [(people[0], "rota: swap")]


def test_ten_sweeps_at_once_hand_over_once(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "10 minutes")
    rota.shift(bob, "10 minutes", "1 hour")
    rota.sweep()
    rota.pass_time("11 minutes")
    results = at_once(
        rota.world.database,
        "shiftbot_worker",
        10,
        lambda conn, n: rota.world.value("select private.sweep()", conn=conn),
    )
    handed = [result for result in results if result.get("handed_over")]

    assert len(handed) == 1
    assert rota.history() == [(ana, "rota"), (bob, "rota")]
    # Without the sweep's own lock it holds too.
    rota.pass_time("1 hour")
    results = at_once(rota.world.database, None, 10, lambda conn, n: rota.sweep(conn))
    assert [result.get("handed_over") for result in results].count(True) == 1
    assert rota.on_call() is None


def test_a_hand_over_by_hand_holds_until_the_next_boundary(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.shift(ana, "-1 hour", "1 hour")
    rota.shift(bob, "1 hour", "2 hours")
    rota.sweep()
    by_hand(rota, cleo)
    for _ in range(3):
        assert "handed_over" not in rota.sweep()
        assert rota.on_call() == cleo
        rota.pass_time("20 minutes")
    rota.pass_time("1 minute")

    assert rota.sweep()["handed_over"] is True
    assert rota.on_call() == bob


def test_nobody_by_hand_holds_as_well(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.shift(people[0], "-1 hour", "1 hour")
    rota.sweep()
    by_hand(rota, None)
    rota.sweep()

    assert rota.on_call() is None


def test_the_next_turn_of_the_same_engineer_is_a_boundary_too(
    rota: Rota, people: tuple[int, int, int]
) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "1 hour")
    rota.shift(ana, "1 hour", "2 hours")
    rota.sweep()
    by_hand(rota, bob)
    rota.pass_time("61 minutes")
    rota.sweep()

    assert rota.on_call() == ana


def test_a_shift_without_a_successor_puts_nobody_on_call(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.shift(people[0], "-1 hour", "1 hour")
    rota.sweep()
    rota.pass_time("61 minutes")

    assert rota.sweep()["handed_over"] is True
    assert rota.on_call() is None
    by_hand(rota, people[1])
    rota.sweep()
    assert rota.on_call() == people[1]  # after the rota has ended, whoever takes it keeps it


def test_a_rota_that_begins_later_takes_it_from_nobody_now(rota: Rota, people: tuple[int, int, int]) -> None:
    by_hand(rota, people[1])
    rota.shift(people[0], "1 hour", "2 hours")
    rota.sweep()

    assert rota.on_call() == people[1]


def test_somebody_inactive_is_a_gap_and_no_crash(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "1 hour")
    rota.shift(bob, "1 hour", "2 hours")
    rota.world.do("update public.engineers set is_active = false where id = %s", bob)
    rota.sweep()
    rota.pass_time("61 minutes")
    assert rota.sweep()["handed_over"] is True
    assert rota.on_call() is None
    assert "handed_over" not in rota.sweep()

    rota.world.do("update public.engineers set is_active = true where id = %s", bob)
    rota.sweep()
    assert rota.on_call() == bob


def test_who_stepped_in_for_somebody_inactive_keeps_it(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(bob, "-1 hour", "1 hour")
    rota.world.do("update public.engineers set is_active = false where id = %s", bob)
    rota.sweep()
    by_hand(rota, ana)
    rota.world.do("update public.engineers set is_active = true where id = %s", bob)
    rota.sweep()

    assert rota.on_call() == ana


def test_a_shift_that_is_edited_or_removed_is_followed(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    number = rota.shift(ana, "-1 hour", "1 hour")
    rota.sweep()
    rota.world.do("update public.shifts set engineer_id = %s where id = %s", bob, number)
    rota.sweep()
    assert rota.on_call() == bob

    rota.world.do("delete from public.shifts")
    rota.shift(ana, "1 day", "2 days")
    rota.sweep()
    assert rota.on_call() is None


def test_the_last_shift_of_all_may_be_removed(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.shift(people[0], "-1 hour", "1 hour")
    rota.sweep()
    rota.world.do("delete from public.shifts")
    rota.sweep()

    assert rota.on_call() is None


def test_a_rotation_is_extended_as_time_passes(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.rotation(*people, days=1)
    rota.world.do("delete from public.shifts where starts_at > now() + interval '30 days'")

    assert rota.sweep()["shifts_planned"] >= 29
    assert "shifts_planned" not in rota.sweep()


def test_an_open_override_does_not_stop_the_rota(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 minute", "1 hour")
    other = rota.world.database.connect()
    other.execute("begin")
    rota.override(bob, "2 hours", "3 hours", conn=other)
    rota.world.do("set lock_timeout = '5s'")

    assert rota.sweep()["handed_over"] is True
    assert rota.on_call() == ana


def test_a_toggle_at_the_same_moment_is_no_crash(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 minute", "1 hour")
    other = rota.world.database.connect()
    other.execute("begin")
    other.execute("update public.engineers set is_on_call = true where id = %s", (bob,))
    waiting = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
    with ThreadPoolExecutor(1) as pool:
        swept = pool.submit(rota.sweep)
        assert eventually(lambda: bool(rota.world.value(waiting, conn=rota.world.superuser)))
        other.execute("commit")

        assert "handed_over" not in swept.result(30)
    assert rota.sweep()["handed_over"] is True
    assert rota.on_call() == ana


def test_people_and_sweeps_at_once_do_not_block_each_other(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.rotation(*people, days=1)

    def work(conn: Connection, number: int) -> None:
        for n in range(6):
            who = people[(number + n) % 3]
            if number % 4 == 0:
                conn.execute("select private.follow_rota()")
            elif number % 4 == 1:
                rota.override(who, f"{number + n} minutes", f"{number + n + 60} minutes", conn=conn)
            elif number % 4 == 2:
                conn.execute("select private.hand_over(%s, 'by hand')", (who,))
            else:
                conn.execute("update public.rotations set shift_days = %s", (1 + (number + n) % 3,))

    assert at_once(rota.world.database, None, 12, work) == [None] * 12
    assert {who for who, _ in rota.history()} <= set(people)


def test_both_hear_of_it_beforehand_and_once(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "40 minutes")
    rota.shift(bob, "40 minutes", "9 hours")
    rota.sweep()
    assert [who for who, _ in rota.notices()] == [ana]  # that she is on call now
    rota.pass_time("5 minutes")
    assert "hand_overs_announced" not in rota.sweep()

    rota.pass_time("10 minutes")
    assert rota.sweep()["hand_overs_announced"] == 2
    assert "hand_overs_announced" not in rota.sweep()
    (to_bob, to_ana) = rota.notices()[1:]
    assert (to_bob[0], to_ana[0]) == (bob, ana)
    assert to_bob[1].startswith("You are on call from ")
    assert to_bob[1].endswith("(UTC), taking over from Ana.")
    assert to_ana[1].startswith("Your time on call ends: ")
    assert to_ana[1].endswith("(UTC). Bob takes over.")


def test_the_boundary_itself_tells_nobody_again(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "10 minutes")
    rota.shift(bob, "10 minutes", "9 hours")
    rota.sweep()
    told = rota.notices()
    rota.pass_time("10 minutes 1 second")

    assert rota.sweep()["handed_over"] is True
    assert [who for who, _ in told] == [ana, bob, ana]
    assert rota.notices() == told


def test_a_hand_over_that_nobody_foresaw_is_told_when_it_happens(
    rota: Rota, people: tuple[int, int, int]
) -> None:
    ana, bob, _ = people
    by_hand(rota, ana)
    rota.override(bob, "0", "5 hours")
    rota.sweep()
    rota.sweep()
    (to_bob, to_ana) = rota.notices()

    assert (to_bob[0], to_ana[0]) == (bob, ana)
    assert to_bob[1].startswith("You are on call since ")
    assert to_ana[1].startswith("Your time on call ended: ")


def test_who_goes_on_is_told_nothing(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, _, _ = people
    by_hand(rota, ana)
    rota.shift(ana, "-1 hour", "10 minutes")
    rota.shift(ana, "10 minutes", "9 hours")
    rota.sweep()

    assert rota.notices() == []


def test_who_is_followed_by_nobody_is_told_so(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, _ = people
    rota.shift(ana, "-1 hour", "10 minutes")
    rota.shift(bob, "10 minutes", "9 hours")
    rota.world.do("update public.engineers set is_active = false where id = %s", bob)
    rota.sweep()

    assert [who for who, _ in rota.notices()] == [ana, ana]
    assert rota.notices()[1][1].endswith("Nobody is planned after you.")


def test_who_has_it_by_hand_is_told_that_it_ends(rota: Rota, people: tuple[int, int, int]) -> None:
    ana, bob, cleo = people
    rota.shift(ana, "-1 hour", "10 minutes")
    rota.shift(bob, "10 minutes", "9 hours")
    rota.world.do("update public.app_settings set handover_notice = '0'")
    rota.sweep()
    assert [who for who, _ in rota.notices()] == [ana]
    by_hand(rota, cleo)
    rota.world.do("update public.app_settings set handover_notice = '15 minutes'")
    rota.sweep()

    assert [who for who, _ in rota.notices()] == [ana, bob, cleo]


def test_the_notice_is_given_in_the_time_of_the_rotation(rota: Rota, people: tuple[int, int, int]) -> None:
    rota.rotation(*people, zone="Asia/Kolkata")
    rota.sweep()

    assert rota.notices()[0][1].endswith("(Asia/Kolkata).")


def test_a_notice_time_that_makes_no_sense_is_refused(rota: Rota) -> None:
    for value in ("-1 second", "8 days"):
        with refused("handover_notice_is_at_most_a_week"):
            rota.world.do("update public.app_settings set handover_notice = %s", value)
