"""Each action tells the private topic "tickets" ids and a status; listeners re-read through RLS."""

from __future__ import annotations

import pytest

from tests.db.conversation import triage
from tests.db.world import Connection, World

SENT = "select event, private, extension, payload - 'id' from realtime.messages where topic = 'tickets' order by inserted_at"


def test_every_action_is_told_once_with_ids_and_status_only(world: World) -> None:
    world.source()
    ticket = world.says("Kassiopeia is down", author="telegram:Momo").ticket_id
    triage(world, ticket or 0, title="Kassiopeia", reply="Momo, wait")
    world.append(ticket or 0, "note", "Momo again")
    sent = world.rows(SENT, conn=world.superuser)

    assert [payload for _, _, _, payload in sent] == [
        {"ticket_id": ticket, "seq": 1, "event": "message", "status": "open"},
        {"ticket_id": ticket, "seq": 2, "event": "triaged_answer", "status": "auto_answered"},
        {"ticket_id": ticket, "seq": 3, "event": "note", "status": "auto_answered"},
    ]
    assert {row[:3] for row in sent} == {("ticket_moved", True, "broadcast")}


def test_a_direct_edit_is_told_too(world: World) -> None:
    ticket = world.ticket()
    world.do("update public.tickets set status = 'closed' where id = %s", ticket)

    assert [row[3]["status"] for row in world.rows(SENT, conn=world.superuser)] == ["closed"]


def heard(conn: Connection, topic: str) -> int:
    """What the realtime server asks on somebody's behalf when he joins a topic."""
    with conn.transaction():
        conn.execute("select set_config('realtime.topic', %s, true)", (topic,))
        found = conn.execute("select count(*) from realtime.messages").fetchone()
    assert found is not None
    count: int = found[0]
    return count


@pytest.mark.parametrize(("topic", "expected"), [("tickets", 1), ("on_call", 1), ("ticket:1", 0), ("", 0)])
def test_an_engineer_hears_the_two_topics(world: World, topic: str, expected: int) -> None:
    world.engineer()
    world.do("delete from realtime.messages")  # that there is a new engineer was told, too
    world.append(world.ticket(), "note")

    assert heard(world.signed_in(), topic) == expected


@pytest.mark.parametrize("topic", ["tickets", "on_call"])
def test_strangers_and_anon_hear_nothing(world: World, topic: str) -> None:
    world.engineer("Gone", is_active=False)
    world.append(world.ticket(), "note")

    assert heard(world.signed_in("Eve"), topic) == 0
    assert heard(world.signed_in("Gone"), topic) == 0
    assert heard(world.database.connect("anon"), topic) == 0


def test_what_is_no_broadcast_is_not_heard(world: World) -> None:
    world.engineer()
    world.do("delete from realtime.messages")  # that there is a new engineer was told, too
    world.superuser.execute(
        "insert into realtime.messages (topic, extension, payload) values ('tickets', 'presence', '{}')"
    )

    assert heard(world.signed_in(), "tickets") == 0


@pytest.mark.parametrize(
    "fault",
    [
        "alter table realtime.messages add constraint broken check (false) not valid",
        "alter table realtime.messages rename to gone",
    ],
)
def test_a_fault_of_realtime_does_not_undo_a_move(world: World, fault: str) -> None:
    ticket = world.ticket()
    world.superuser.execute(fault.encode())
    warnings: list[str] = []
    world.conn.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))

    assert world.append(ticket, "closed")[1] == "closed"
    assert world.status(ticket) == "closed"
    assert [w.partition(":")[0] for w in warnings] == ["ErrorSendingBroadcastMessage"]
