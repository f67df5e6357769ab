"""An engineer sees what died and why, puts one message back to work, and the journal says who did."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.db.world import Connection, World, at_once, counted, refused


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def bury(world: World, queue: str, body: Any, reason: str = "ValueError: no such thing") -> int:
    """A message that kept failing; its number among the dead."""
    world.do("update public.app_settings set queue_max_attempts = 1")
    world.rows("select private.enqueue(%s, %s)", queue, Jsonb(body))
    ((msg_id, _, _),) = world.take(queue)
    assert world.value("select private.fail_message(%s, %s, %s)", queue, msg_id, reason) == "dead"
    number: int = world.value(f"select max(msg_id) from pgmq.q_{queue}_dead", conn=world.superuser)
    return number


def listed(conn: Connection, limit: int | None = 50) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select queue, msg_id, attempts, reason, ticket_id, message from private.dead_letters(%s)", (limit,)
    ).fetchall()


def requeue(conn: Connection, queue: str, msg_id: int | None) -> bool:
    row = conn.execute("select private.requeue_dead_letter(%s, %s)", (queue, msg_id)).fetchone()
    assert row is not None
    return bool(row[0])


def test_they_are_listed_newest_first_and_no_more_than_asked(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    first = bury(world, "replies", {"reply_id": 7, "ticket_id": ticket})
    second = bury(world, "triage", {"ticket_id": 404}, "KeyError")
    third = bury(world, "escalations", {"kind": "sweep"})

    expected = [
        ("escalations", third, 1, "ValueError: no such thing", None, {"kind": "sweep"}),
        ("triage", second, 1, "KeyError", 404, {"ticket_id": 404}),
        ("replies", first, 1, "ValueError: no such thing", ticket, {"reply_id": 7, "ticket_id": ticket}),
    ]
    assert listed(ana) == listed(ana, None) == expected
    assert listed(ana, 2) == expected[:2]
    assert listed(ana, 0) == listed(ana, -1) == []


@pytest.mark.parametrize(
    "body", [[], "text", 7, None, {"ticket_id": "x"}, {"ticket_id": 1.5}, {"ticket_id": {"a": 1}}]
)
def test_odd_messages_are_listed_and_requeued_too(world: World, ana: Connection, body: Any) -> None:
    number = bury(world, "triage", body)

    assert listed(ana)[0][4:] == (None, body)
    assert requeue(ana, "triage", number) is True
    assert world.queue("triage") == [body]


def test_one_is_put_back_and_the_journal_says_who_did(world: World, ana: Connection) -> None:
    ticket = world.ticket("escalation_pending")
    number = bury(world, "replies", {"reply_id": 7, "ticket_id": ticket})
    bury(world, "replies", {"reply_id": 8, "ticket_id": ticket})

    assert requeue(ana, "replies", number) is True
    assert [m["reply_id"] for m in world.queue("replies") if "reply_id" in m][-1] == 7
    assert [row[5]["reply_id"] for row in listed(ana)] == [8]
    assert world.row(
        "select actor, actor_type::text, action_type::text, written_by, (payload -> 'facts') - 'correlation_id'"
        " from public.ticket_actions"
        " where event = 'requeued'"
    ) == (
        *(
            f"engineer:{world.value('select id from public.engineers')}",
            "engineer",
            "system_update",
            "authenticated",
        ),
        {"queue": "replies", "msg_id": number},
    )
    assert world.status(ticket) == "escalation_pending"
    assert world.rows("select * from ops.verify_journal()") == []


@pytest.mark.parametrize("status", ["open", "auto_answered", "awaiting_feedback", "escalated", "closed"])
def test_it_is_journaled_whatever_the_status(world: World, ana: Connection, status: str) -> None:
    ticket = world.ticket(status)

    assert requeue(ana, "triage", bury(world, "triage", {"ticket_id": ticket})) is True
    assert world.journal(ticket)[-1] == "requeued"
    assert world.status(ticket) == status


def test_one_of_a_ticket_that_does_not_exist_is_put_back_all_the_same(world: World, ana: Connection) -> None:
    assert requeue(ana, "triage", bury(world, "triage", {"ticket_id": 404})) is True
    assert world.queue("triage") == [{"ticket_id": 404}]


@pytest.mark.parametrize(
    "queue", ["triage", "nonsense", "triage_dead", "x; drop table public.tickets", "", None]
)
def test_what_is_not_there_is_not_put_back(world: World, ana: Connection, queue: str) -> None:
    bury(world, "replies", {"ticket_id": 1})

    assert requeue(ana, queue, 1) is False
    assert requeue(ana, "replies", None) is False  # never all at once
    assert len(listed(ana)) == 1


def test_of_ten_at_once_one_puts_it_back(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    number = bury(world, "triage", {"ticket_id": ticket})
    claims = '{"role": "authenticated", "email": "ana@example.com"}'

    def press(conn: Connection, _: int) -> bool:
        conn.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
        return requeue(conn, "triage", number)

    assert counted(at_once(world.database, "authenticated", 10, press)) == {True: 1, False: 9}
    assert world.queue("triage") == [{"ticket_id": ticket}]
    assert world.journal(ticket) == ["requeued"]


def test_an_engineer_does_not_journal_it_without_doing_it(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    with refused("42501"):
        world.append(ticket, "requeued", conn=ana)
