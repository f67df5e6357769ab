"""Admins write shifts and rotations; every active engineer may override a shift, as themselves; nobody else may anything."""

from __future__ import annotations

import pytest

from tests.db.rota import Rota
from tests.db.world import Connection, World, refused

SHIFT = (
    "insert into public.shifts (engineer_id, starts_at, ends_at, reason)"
    " values (%s, now() + interval '1 day', now() + interval '2 days', 'fair') returning kind, created_by"
)


@pytest.fixture
def rota(world: World) -> Rota:
    world.engineer("Ana", is_admin=True)
    world.engineer("Bob")
    world.engineer("Gone", is_active=False)
    return Rota(world)


def id_of(rota: Rota, name: str) -> int:
    number: int = rota.world.value("select id from public.engineers where name = %s", name)
    return number


def test_an_admin_writes_shifts(rota: Rota) -> None:
    ana, bob = id_of(rota, "Ana"), id_of(rota, "Bob")
    conn = rota.world.signed_in("Ana")

    assert rota.world.row(SHIFT, bob, conn=conn) == ("manual", f"engineer:{ana}")
    assert rota.world.do("update public.shifts set reason = 'fairer'", conn=conn) == 1
    assert rota.world.do("delete from public.shifts where reason = 'fairer'", conn=conn) == 1


def test_an_admin_keeps_rotations(rota: Rota) -> None:
    bob, conn = id_of(rota, "Bob"), rota.world.signed_in("Ana")
    number = rota.rotation(bob, conn=conn)

    assert len(rota.plan()) > 5
    assert (
        rota.world.do("update public.rotations set is_active = false where id = %s", number, conn=conn) == 1
    )
    assert [row[3] for row in rota.plan()] == ["rotation"]  # the turn that runs


@pytest.mark.parametrize("who", ["Bob", "Eve", "Gone"])
def test_nobody_else_writes_them(rota: Rota, who: str) -> None:
    bob = id_of(rota, "Bob")
    rota.rotation(bob)
    before = rota.plan()
    conn = rota.world.signed_in(who)
    with refused("42501"):
        rota.world.row(SHIFT, bob, conn=conn)
    with refused("42501"):
        rota.rotation(bob, name="other", conn=conn)
    with refused("42501"):
        conn.execute("delete from public.rotations")

    assert rota.world.do("update public.shifts set reason = 'mine'", conn=conn) == 0
    assert rota.world.do("delete from public.shifts", conn=conn) == 0
    assert rota.world.do("update public.rotations set is_active = false", conn=conn) == 0
    assert rota.plan() == before


def test_nobody_chooses_who_wrote_a_shift_or_that_a_rotation_did(rota: Rota) -> None:
    conn = rota.world.signed_in("Ana")
    for column, value in (
        ("created_by", "'engineer:9'"),
        ("kind", "'override'"),
        ("rotation_id", "1"),
        ("turn_starts_at", "now()"),
    ):
        with refused("42501"):
            conn.execute(
                f"insert into public.shifts (engineer_id, starts_at, ends_at, {column})"
                f" values (1, now(), now() + interval '1 day', {value})".encode()
            )
        with refused("42501"):
            conn.execute(f"update public.shifts set {column} = {value}".encode())


@pytest.mark.parametrize(("who", "sees"), [("Ana", 1), ("Bob", 1), ("Eve", 0), ("Gone", 0)])
def test_engineers_read_the_plan(rota: Rota, who: str, sees: int) -> None:
    rota.rotation(id_of(rota, "Bob"), days=366)
    conn = rota.world.signed_in(who)

    assert len(rota.world.rows("select * from public.rotations", conn=conn)) == sees
    assert len(rota.world.rows("select * from public.shifts", conn=conn)) == sees


@pytest.mark.parametrize("who", ["Ana", "Bob"])
def test_an_engineer_overrides_as_themselves(rota: Rota, who: str) -> None:
    number = rota.override(id_of(rota, "Bob"), "1 hour", "2 hours", conn=rota.world.signed_in(who))

    assert rota.world.row("select created_by, kind, reason from public.shifts where id = %s", number) == (
        *(f"engineer:{id_of(rota, who)}", "override", "swap"),
    )


@pytest.mark.parametrize("who", ["Eve", "Gone"])
def test_a_stranger_overrides_nothing(rota: Rota, who: str) -> None:
    with refused("42501") as refusal:
        rota.override(id_of(rota, "Bob"), "1 hour", "2 hours", conn=rota.world.signed_in(who))

    assert "active engineer" in refusal.message
    assert rota.plan() == []


def make_token(rota: Rota, who: str | None, conn: Connection) -> object:
    engineer_id = id_of(rota, who) if who else None
    return rota.world.value("select private.make_calendar_token(%s)", engineer_id, conn=conn)


def test_an_engineer_makes_the_address_of_their_own_calendar(rota: Rota) -> None:
    bob = rota.world.signed_in("Bob")

    assert len(str(make_token(rota, "Bob", bob))) == 64
    assert rota.world.value("select private.revoke_calendar_token(%s)", id_of(rota, "Bob"), conn=bob) is True
    assert rota.world.value("select private.revoke_calendar_token(%s)", id_of(rota, "Bob"), conn=bob) is False


def test_an_admin_makes_everybodys(rota: Rota) -> None:
    conn = rota.world.signed_in("Ana")

    assert len({make_token(rota, who, conn) for who in ("Ana", "Bob", None)}) == 3
    assert rota.world.value("select created_by from private.calendar_tokens where engineer_id is null") == (
        f"engineer:{id_of(rota, 'Ana')}"
    )


@pytest.mark.parametrize(
    ("who", "whose"), [("Bob", "Ana"), ("Bob", None), ("Eve", None), ("Eve", "Bob"), ("Gone", "Gone")]
)
def test_nobody_makes_the_address_of_anothers_calendar(rota: Rota, who: str, whose: str | None) -> None:
    with refused("42501"):
        make_token(rota, whose, rota.world.signed_in(who))

    assert rota.world.rows("select * from private.calendar_tokens") == []


def test_who_left_gets_no_calendar(rota: Rota) -> None:
    with refused("calendar_is_of_an_active_engineer"):
        make_token(rota, "Gone", rota.world.conn)


def test_an_engineer_reads_no_calendar_by_its_secret(rota: Rota) -> None:
    with refused("42501"):
        rota.world.value("select private.calendar('x')", conn=rota.world.signed_in("Ana"))
