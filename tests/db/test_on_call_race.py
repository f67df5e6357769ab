"""Law 4: at most one engineer on call, hand-over in one atomic act, every change kept in history."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.world import Connection, World, at_once, refused

HISTORY = "select engineer_id, ended_at is null, started_by, ended_by, reason from public.on_call_history order by id"


def on_call(world: World) -> list[int]:
    return [number for (number,) in world.rows("select id from public.engineers where is_on_call")]


def hand_over(
    world: World, to: int | None, conn: Connection | None = None, sender: int | None = None
) -> object:
    return world.value("select private.hand_over(%s, 'shift change', %s)", to, sender, conn=conn)


def test_second_taker_is_refused(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob")
    world.do("update public.engineers set is_on_call = true where id = %s", ana)
    with refused("at_most_one_engineer_on_call") as refusal:
        world.do("update public.engineers set is_on_call = true where id = %s", bob)

    assert refusal.sqlstate == "23505"
    assert on_call(world) == [ana]


def test_of_many_direct_takers_one_wins(world: World) -> None:
    takers = [world.engineer(f"E{n}") for n in range(10)]
    results = at_once(
        world.database,
        None,
        10,
        lambda conn, n: (
            conn.execute("update public.engineers set is_on_call = true where id = %s", (takers[n],)).rowcount
        ),
    )

    assert [r for r in results if r == 1] == [1]
    assert {r.diag.constraint_name for r in results if r != 1} == {"at_most_one_engineer_on_call"}
    assert len(on_call(world)) == 1
    assert world.value("select count(*) from public.on_call_history") == 1


def test_nobody_on_call_is_legal(world: World) -> None:
    ana = world.engineer()
    hand_over(world, ana)

    assert hand_over(world, None) is None
    assert on_call(world) == []
    assert world.value("select count(*) from public.on_call_history where ended_at is null") == 0


def test_an_inactive_engineer_cannot_take_over(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob", is_active=False)
    hand_over(world, ana)
    for taker in (bob, 404):
        with refused("engineer_on_call_is_active") as refusal:
            hand_over(world, taker)
        assert "active engineer" in refusal.hint
    with refused("engineer_on_call_is_active"):
        world.do("update public.engineers set is_on_call = true where id = %s", bob)
    with refused("engineer_on_call_is_active"):
        world.do("update public.engineers set is_active = false where id = %s", ana)

    assert on_call(world) == [ana]
    assert world.rows(HISTORY) == [(ana, True, "postgres", None, "shift change")]


def test_of_ten_who_take_it_from_one_a_single_one_wins(world: World) -> None:
    holder = world.engineer("Holder")
    takers = [world.engineer(f"E{n}") for n in range(10)]
    hand_over(world, holder)
    results = at_once(
        world.database, None, 10, lambda conn, n: hand_over(world, takers[n], conn=conn, sender=holder)
    )
    winners = [r for r in results if isinstance(r, int)]
    losers = [r for r in results if isinstance(r, psycopg.Error)]

    assert winners == on_call(world)
    assert len(losers) == 9
    name = world.value("select name from public.engineers where is_on_call")
    for loser in losers:
        assert loser.diag.constraint_name == "on_call_changed_meanwhile"
        assert f"{name} is on call" in (loser.diag.message_primary or "")
        assert "decide again" in (loser.diag.message_hint or "")
    assert world.value("select count(*) from public.on_call_history") == 2


def test_takers_who_do_not_ask_follow_one_another(world: World) -> None:
    takers = [world.engineer(f"E{n}") for n in range(10)]
    results = at_once(world.database, None, 10, lambda conn, n: hand_over(world, takers[n], conn=conn))

    assert sorted(results) == sorted(takers)
    assert len(on_call(world)) == 1
    assert world.value("select count(*) from public.on_call_history") == 10
    assert gaps_and_overlaps(world) == []


def gaps_and_overlaps(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "select id from (select id, started_at, lag(ended_at) over (order by id) as before,"
        " row_number() over (order by id) as n"
        " from public.on_call_history) as h where n > 1 and started_at is distinct from before"
    )


def test_the_history_of_hand_overs_has_no_gap_and_no_overlap(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob")
    for taker in (ana, bob, ana, ana, bob):
        hand_over(world, taker)

    assert [row[0] for row in world.rows(HISTORY)] == [ana, bob, ana, bob]
    assert gaps_and_overlaps(world) == []


def test_hand_overs_in_one_transaction_keep_their_order(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob")
    with world.conn.transaction():
        for taker in (ana, bob, ana):
            hand_over(world, taker)

    assert [row[0] for row in world.rows(HISTORY)] == [ana, bob, ana]
    assert gaps_and_overlaps(world) == []


def test_taking_what_one_has_changes_nothing(world: World) -> None:
    ana = world.engineer()
    hand_over(world, ana)

    assert hand_over(world, ana) == ana
    assert world.value("select count(*) from public.on_call_history") == 1


def test_a_toggle_in_the_table_editor_is_in_the_history(world: World) -> None:
    ana = world.engineer()
    world.do("update public.engineers set is_on_call = true where id = %s", ana)
    world.do("update public.engineers set is_on_call = false where id = %s", ana)
    bob = world.value(
        "insert into public.engineers (name, email, is_on_call) values ('Bob', 'b@b', true) returning id"
    )

    assert world.rows(HISTORY) == [
        (ana, False, "postgres", "postgres", ""),
        (bob, True, "postgres", None, ""),
    ]


def test_the_history_names_the_engineer_who_did_it(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob")
    hand_over(world, bob, conn=world.signed_in("Ana"))
    hand_over(world, None, conn=world.signed_in("Bob"))

    assert world.rows(HISTORY) == [(bob, False, f"engineer:{ana}", f"engineer:{bob}", "shift change")]


def test_current_actor_is_read_from_the_session(world: World) -> None:
    ana = world.engineer("Ana")

    assert world.value("select private.current_actor()") == "postgres"
    assert world.value("select private.current_actor()", conn=world.signed_in("Ana")) == f"engineer:{ana}"
    assert world.value("select private.current_actor()", conn=world.signed_in("Eve")) == "authenticated"


@pytest.mark.parametrize("who", ["Eve", "Gone"])
def test_a_stranger_cannot_hand_over(world: World, who: str) -> None:
    ana = world.engineer("Ana")
    world.engineer("Gone", is_active=False)
    with refused("42501") as refusal:
        hand_over(world, ana, conn=world.signed_in(who))

    assert "active engineer" in refusal.message
    assert on_call(world) == []


def test_the_history_cannot_be_written_by_engineers(world: World) -> None:
    ana = world.engineer("Ana", is_admin=True)
    hand_over(world, ana)
    conn = world.signed_in("Ana")
    for statement in (
        "update public.on_call_history set reason = 'x'",
        "delete from public.on_call_history",
        "insert into public.on_call_history (engineer_id, started_by) values (1, 'me')",
        "update public.engineers set is_on_call = false",
    ):
        with refused("42501"):
            conn.execute(statement.encode())

    assert world.rows(HISTORY, conn=conn) == [(ana, True, "postgres", None, "shift change")]


def test_two_open_spells_are_refused(world: World) -> None:
    ana = world.engineer()
    hand_over(world, ana)
    with refused("one_on_call_spell_at_a_time"):
        world.do("insert into public.on_call_history (engineer_id, started_by) values (%s, 'me')", ana)


def test_a_change_of_shift_is_heard(world: World) -> None:
    ana, bob = world.engineer("Ana"), world.engineer("Bob")
    hand_over(world, ana)
    hand_over(world, bob)

    assert (
        world.rows(
            "select (payload ->> 'engineer_id')::bigint, payload ->> 'is_on_call' from realtime.messages"
            " where topic = 'on_call' and event = 'on_call_moved' order by inserted_at",
            conn=world.superuser,
        ).count((ana, "true"))
        == 1
    )
