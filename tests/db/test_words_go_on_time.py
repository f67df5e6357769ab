"""Closed tickets lose their words after retention_days, archives their rows after archive_days; open tickets lose nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import answered
from tests.db.test_erasing_keeps_the_chain import MARKER, places_with, told
from tests.db.world import STATUSES, World, at_once, refused


def age(world: World, days: float, ticket: int | None = None) -> None:
    """Moves tickets into the past, as only a superuser can."""
    with world.superuser.transaction():
        world.superuser.execute("set local session_replication_role = replica")
        world.superuser.execute(
            "update public.tickets set updated_at = updated_at - %s * interval '1 day' where id = coalesce(%s, id)",
            (days, ticket),
        )


def keep_house(world: World) -> dict[str, Any]:
    done: dict[str, Any] = world.value("select private.keep_house()", conn=world.worker)
    return done


def closed(world: World) -> int:
    ticket = told(world)
    world.append(ticket, "closed")
    return ticket


def retain(world: World, days: int | None) -> None:
    world.do("update public.app_settings set retention_days = %s", days)


def test_an_old_ticket_loses_its_words_and_keeps_its_chain(world: World) -> None:
    ticket = closed(world)
    world.engineer()
    ana = world.signed_in()
    search = "select id from private.search_tickets(%s, 10) as s (id)"
    assert world.rows(search, MARKER, conn=ana) == [(ticket,)]
    before = world.value("select now()")
    retain(world, 30)
    age(world, 31)

    assert keep_house(world) == {"tickets_erased": 1}
    assert places_with(world, MARKER) == set()
    assert world.rows("select * from ops.verify_journal()") == []
    assert world.rows("select * from ops.status_drift") == []
    assert world.rows(search, MARKER, conn=ana) == []
    for moment in (before, world.value("select now()")):
        assert world.rows("select title, summary from ops.ticket_as_of(%s, %s)", ticket, moment) in (
            [(None, None)],
            [],
        )
    assert world.row(
        "select actor, payload #>> '{facts,reason}' from public.ticket_actions where event = 'content_erased'"
    ) == ("shiftbot_worker", "retention")
    assert world.status(ticket) == "closed"
    assert keep_house(world) == {}


@pytest.mark.parametrize(("days", "aged"), [(None, 10_000), (0, 10_000), (30, 29.9)])
def test_nothing_goes_before_its_time_or_without_a_term(world: World, days: int | None, aged: float) -> None:
    closed(world)
    retain(world, days)
    age(world, aged)

    assert keep_house(world) == {}
    assert "public.ticket_actions" in places_with(world, MARKER)


@pytest.mark.newest_postgres
@pytest.mark.parametrize("status", [s for s in STATUSES if s != "closed"])
def test_open_tickets_are_never_touched(world: World, status: str) -> None:
    ticket = world.ticket(status)
    world.append(ticket, "note", MARKER)
    retain(world, 1)
    age(world, 10_000)

    assert keep_house(world) == {}
    assert world.value("select count(*) from public.ticket_actions where body = %s", MARKER) == 1


@pytest.mark.newest_postgres
def test_a_ticket_in_somebodys_hand_is_erased_by_the_next_call(world: World) -> None:
    busy = closed(world)
    idle = world.ticket("closed")
    world.append(idle, "note", MARKER)
    retain(world, 1)
    age(world, 3, busy)
    age(world, 2, idle)
    with world.conn.transaction():
        world.do("select from public.tickets where id = %s for update", busy)
        assert keep_house(world) == {}

    assert keep_house(world) == {"tickets_erased": 2}
    assert places_with(world, MARKER) == set()


@pytest.mark.newest_postgres
def test_it_goes_in_small_batches_and_each_ticket_once(world: World) -> None:
    tickets = [world.ticket("closed") for _ in range(45)]
    for ticket in tickets:
        world.append(ticket, "note", MARKER)
    retain(world, 1)
    with world.superuser.transaction():  # all at the very same moment
        world.superuser.execute("set local session_replication_role = replica")
        world.superuser.execute("update public.tickets set updated_at = now() - interval '9 days'")

    assert [keep_house(world) for _ in range(4)] == [
        *[{"tickets_erased": 20, "more": True}] * 2,
        *({"tickets_erased": 5}, {}),
    ]
    assert all(world.journal(ticket).count("content_erased") == 1 for ticket in tickets)


@pytest.mark.newest_postgres
def test_what_is_said_on_an_erased_ticket_goes_after_its_own_time(world: World) -> None:
    ticket = closed(world)
    retain(world, 30)
    age(world, 31)
    keep_house(world)
    world.append(ticket, "note", "mañana")
    assert keep_house(world) == {}
    age(world, 31)

    assert keep_house(world) == {"tickets_erased": 1}
    assert places_with(world, "mañana") == set()


@pytest.mark.newest_postgres
def test_ten_at_once_erase_each_ticket_once(world: World) -> None:
    tickets = [world.ticket("closed") for _ in range(15)]
    for ticket in tickets:
        world.append(ticket, "note", MARKER)
    retain(world, 1)
    age(world, 2)
    results = at_once(
        world.database,
        "shiftbot_worker",
        10,
        lambda conn, n: conn.execute("select private.keep_house()").fetchone()[0].get("tickets_erased", 0),  # type: ignore[index]
    )

    assert sum(results) == 15
    assert all(world.journal(ticket).count("content_erased") == 1 for ticket in tickets)


@pytest.mark.parametrize("column", ["retention_days", "archive_days"])
@pytest.mark.parametrize("nonsense", [-1, 36501])
def test_a_term_that_makes_no_sense_is_refused(world: World, column: str, nonsense: int) -> None:
    with refused(f"{column}_is_0_to_36500"):
        world.do(f"update public.app_settings set {column} = %s", nonsense)


def archived(world: World) -> int:
    count: int = world.value(
        "select (select count(*) from pgmq.a_triage) + (select count(*) from pgmq.a_replies)",
        conn=world.superuser,
    )
    return count


def age_archives(world: World, days: float) -> None:
    for queue in ("triage", "replies"):
        world.superuser.execute(
            f"update pgmq.a_{queue} set archived_at = archived_at - %s * interval '1 day'".encode(), (days,)
        )


@pytest.mark.parametrize(
    ("term", "aged", "left"), [(30, 31, 0), (30, 29, 2), (None, 5000, 2), (0, 5000, 2), (1, 2, 0)]
)
def test_archives_are_trimmed_by_their_term(world: World, term: int | None, aged: float, left: int) -> None:
    world.source()
    answered(world)
    assert archived(world) == 2
    world.do("update public.app_settings set archive_days = %s", term)
    age_archives(world, aged)

    assert keep_house(world) == ({} if left else {"archive_trimmed": 2})
    assert archived(world) == left


@pytest.mark.newest_postgres
def test_what_waits_is_never_trimmed(world: World) -> None:
    world.source()
    world.says()
    world.superuser.execute("update pgmq.q_triage set enqueued_at = now() - interval '1 year'")
    keep_house(world)

    assert len(world.queue("triage")) == 1


@pytest.mark.newest_postgres
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role", "shiftbot_ingest"])
def test_only_workers_keep_house(world: World, role: str) -> None:
    conn = world.signed_in() if role == "authenticated" else world.database.connect(role)
    for call in ("keep_house()", "erase_outdated(1)", "trim_archives(1)"):
        with refused("42501"):
            conn.execute(f"select private.{call}".encode())
