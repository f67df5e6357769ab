"""One account of a platform is erased everywhere, with a report of what no database can reach; everybody else's words stay."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import deliver, triage
from tests.db.test_erasing_keeps_the_chain import places_with
from tests.db.world import World, at_once, refused

JANE, BOB = "telegram:4711", "telegram:8"
NAME, HANDLE = "Jane Quux", "jane_quux"
REASON = "request of 2026-11-26"
CALLERS = ["anon", "service_role", "shiftbot_ingest", "shiftbot_worker"]


def erase(world: World, person: str = JANE, dry_run: bool = False, conn: Any = None) -> dict[str, Any]:
    report: dict[str, Any] = world.value(
        "select private.erase_person(%s, %s, %s)", person, REASON, dry_run, conn=conn
    )
    return report


def says(world: World, body: str, author: str = JANE, **event: Any) -> int:
    named = {"author_name": NAME, "username": HANDLE} if author == JANE else {"author_name": "Bob"}
    payload = named | event.pop("payload", {})
    ticket = world.says(body, author=author, payload=payload, **event).ticket_id
    assert ticket is not None
    return ticket


def alone(world: World) -> int:
    """A ticket of hers alone: report with a file, triage, answer, an engineer's words."""
    file = {"file_id": "AgAC", "kind": "photo", "name": "quux.png"}
    ticket = says(world, "The quux is down", message=50, payload={"attachments": [file]})
    triage(world, ticket, title="Quux is down", summary="Jane says so", reply="Restart the quux, Jane")
    deliver(world)
    world.append(ticket, "public_reply", "We mend the quux")
    return ticket


def shared(world: World) -> int:
    """A ticket of Bob's in which she took part."""
    ticket = says(world, "The gizmo fails", BOB, message=70, thread_key="msg:70")
    says(world, "quux fails too", message=71, thread_key="msg:70", refers_to="telegram:-1001/70")
    says(world, "same as she says", BOB, message=72, thread_key="msg:70", refers_to="telegram:-1001/71",
         payload={"quote": "quux fails"})  # fmt: skip
    says(world, f"thanks @{HANDLE}!", BOB, message=73, thread_key="msg:70")
    says(world, "The gizmo still fails", BOB, message=74, thread_key="msg:70")
    triage(world, ticket, title="Gizmo and quux", summary="Bob and Jane", reply="Restart it")
    world.append(ticket, "note", "Bob is patient")
    world.append(ticket, "note", "Jane Quux called me")
    return ticket


@pytest.fixture
def told(world: World) -> World:
    world.source()
    alone(world)
    shared(world)
    return world


def bodies(world: World, ticket: int) -> list[str]:
    return [
        body
        for (body,) in world.rows(
            "select body from public.ticket_actions where ticket_id = %s and body is not null order by seq",
            ticket,
        )
    ]


def test_her_words_and_names_are_nowhere_and_the_chain_is_valid(told: World) -> None:
    report = erase(told)

    assert places_with(told, "quux") == set()
    assert places_with(told, "jane") == set()
    assert told.rows("select * from ops.verify_journal()") == []
    assert told.rows("select * from ops.status_drift") == []
    assert report["remaining"] == 0
    assert [(t["ticket_id"], t["files"]) for t in report["tickets"]] == [(1, 1), (2, 0)]
    assert told.value("select state from public.attachments") == "erased"
    assert told.queue("attachments")[-1] == {"attachment_id": 1, "ticket_id": 1}


def test_what_others_said_stays(told: World) -> None:
    erase(told)

    assert bodies(told, 1) == []
    assert bodies(told, 2) == ["The gizmo fails", "The gizmo still fails", "Bob is patient"]
    assert told.row("select opened_by, title, summary from public.tickets where id = 2") == (BOB, None, None)
    assert told.value("select opened_by from public.tickets where id = 1") == "erased"


def test_the_report_names_what_no_database_can_reach(told: World) -> None:
    left = [t["left"] for t in erase(told)["tickets"]]

    assert left[0]["said"] == ["telegram:-1001/50"]
    assert left[0]["answered"] == ["telegram:-1001/9001"]
    assert left[1]["said"] == ["telegram:-1001/71"]


def test_the_journal_says_why_and_not_who(told: World) -> None:
    erase(told)
    facts = told.rows("select payload from public.ticket_actions where event = 'content_erased' order by id")

    assert [f["facts"]["reason"] for (f,) in facts] == [REASON, REASON]
    assert "4711" not in str(facts)
    assert told.value("select count(*) from public.ticket_actions where actor = %s", JANE) == 0


def test_trying_changes_nothing_and_tells_the_same(told: World) -> None:
    before = told.rows("select * from public.ticket_actions order by id")
    tried = erase(told, dry_run=True)

    assert told.rows("select * from public.ticket_actions order by id") == before
    done = erase(told)
    assert tried | {"is_dry_run": False} == done
    assert sum(t["rows"] for t in done["tickets"]) > 8


def test_erasing_again_finds_nothing(told: World) -> None:
    erase(told)
    journal = told.rows("select count(*) from public.ticket_actions")

    assert erase(told)["tickets"] == []
    assert told.rows("select count(*) from public.ticket_actions") == journal


def test_who_was_mentioned_by_others_elsewhere_is_reported(told: World) -> None:
    elsewhere = says(told, f"ask @{HANDLE}", BOB, message=90)

    assert erase(told)["mentioned_in"] == [elsewhere]
    assert bodies(told, elsewhere) == [f"ask @{HANDLE}"]


def test_an_unknown_person_has_nothing(told: World) -> None:
    assert erase(told, "telegram:1") == {
        "is_dry_run": False, "tickets": [], "remaining": 0, "mentioned_in": [],
    }  # fmt: skip
    assert places_with(told, "quux") != set()


@pytest.mark.parametrize("person", ["Jane", "telegram:", "slack:u1", "telegram:12 or 1=1", "", None])
def test_a_person_is_named_by_an_account(told: World, person: str | None) -> None:
    with refused("person_is_an_account"):
        told.value("select private.erase_person(%s, %s)", person, REASON)


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_an_erasure_needs_a_reason(told: World, reason: str | None) -> None:
    with refused("erasure_has_a_reason"):
        told.value("select private.erase_person(%s, %s)", JANE, reason)


def test_an_admin_may_and_is_journaled(told: World) -> None:
    number = told.engineer("Root", is_admin=True)
    erase(told, conn=told.signed_in("Root"))

    assert places_with(told, "quux") == set()
    assert set(told.rows("select actor from public.ticket_actions where event = 'content_erased'")) == {
        (f"engineer:{number}",)
    }


def test_an_engineer_may_not(told: World) -> None:
    told.engineer()
    for name in ("Ana", "Stranger"):
        with refused("42501"):
            erase(told, conn=told.signed_in(name))

    assert places_with(told, "quux") != set()


@pytest.mark.newest_postgres
@pytest.mark.parametrize("role", CALLERS)
def test_no_program_may(told: World, role: str) -> None:
    conn = told.database.connect(role)
    for call in (
        "erase_person('telegram:4711', 'x')",
        "tickets_of_person('telegram:4711')",
        "rows_about_person(1, 'telegram:4711')",
    ):
        with refused("42501"):
            conn.execute(f"select private.{call}".encode())


@pytest.mark.newest_postgres
def test_she_writes_while_she_is_erased(told: World) -> None:
    """Twenty messages of hers meet four erasures: each is recorded, none of those before the last call is left."""

    def work(conn: Any, n: int) -> Any:
        if n % 6 == 0:
            return conn.execute("select private.erase_person(%s, %s)", (JANE, REASON)).fetchone()[0]
        conn.execute("set role shiftbot_ingest")
        return says_on(conn, told, n)

    results = at_once(told.database, None, 24, work)
    assert [r for r in results if isinstance(r, Exception)] == []
    while erase(told)["tickets"]:
        pass

    said = "select count(*) from public.ticket_actions where event = 'message' and external_id like 'telegram:-1001/6__'"
    assert told.value(said) == 20
    assert places_with(told, "quux") == set()
    assert told.rows("select * from ops.verify_journal()") == []


def says_on(conn: Any, world: World, n: int) -> str:
    payload = {"author_name": NAME, "username": HANDLE}
    return world.says(
        "quux again", conn, author=JANE, message=600 + n, thread_key=f"msg:{600 + n % 3}", payload=payload
    ).outcome


@pytest.mark.newest_postgres
def test_of_many_tickets_those_in_somebodys_hand_remain(told: World) -> None:
    other = told.database.connect()
    with other.transaction():
        other.execute("select from public.tickets where id = 2 for update")
        report = erase(told)
        assert ([t["ticket_id"] for t in report["tickets"]], report["remaining"]) == ([1], 1)

    assert erase(told)["remaining"] == 0
    assert places_with(told, "quux") == set()
