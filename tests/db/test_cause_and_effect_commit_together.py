"""Law 6: ticket, action and queue message are one transaction."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from tests.db.conversation import claim, record, verdict
from tests.db.world import World, refused


def traces(world: World) -> tuple[int, ...]:
    """Rows of tickets, journal, triage queue, replies, replies queue, and what Realtime was told."""
    return world.row(
        "select (select count(*) from public.tickets), (select count(*) from public.ticket_actions),"
        " (select count(*) from pgmq.q_triage), (select count(*) from public.replies),"
        " (select count(*) from pgmq.q_replies), (select count(*) from realtime.messages)",
        conn=world.superuser,
    )


def test_a_message_leaves_all_its_traces_or_none(world: World) -> None:
    world.source()
    with world.webhook.transaction(force_rollback=True):
        assert world.says(message=1).outcome == "created"

    assert traces(world) == (0, 0, 0, 0, 0, 0)
    assert world.says(message=1).outcome == "created"
    assert traces(world) == (1, 1, 1, 0, 0, 1)
    assert world.queue("triage") == [{"ticket_id": world.value("select id from public.tickets"), "seq": 1}]


def test_a_verdict_leaves_all_its_traces_or_none(world: World) -> None:
    world.source()
    ticket = world.says().ticket_id
    msg_id, _, _ = world.take("triage")[0]
    _, upto = claim(world, ticket or 0, msg_id)
    with world.worker.transaction(force_rollback=True):
        assert record(world, ticket or 0, msg_id, upto) == "triaged_answer"

    assert traces(world) == (1, 1, 1, 0, 0, 1)
    assert record(world, ticket or 0, msg_id, upto) == "triaged_answer"
    assert traces(world) == (1, 2, 0, 1, 1, 2)
    assert world.value("select count(*) from pgmq.a_triage", conn=world.superuser) == 1


def test_a_verdict_that_is_refused_leaves_the_message_on_the_queue(world: World) -> None:
    world.source()
    ticket = world.says().ticket_id
    msg_id, _, _ = world.take("triage")[0]
    _, upto = claim(world, ticket or 0, msg_id)
    with refused("severity_is_between_0_and_1"):
        world.value(
            "select private.record_verdict(%s, %s, %s, %s)",
            *(ticket, msg_id, upto, Jsonb(verdict(severity=1.5, escalate=True))),
            conn=world.worker,
        )

    assert traces(world) == (1, 1, 1, 0, 0, 1)
    assert record(world, ticket or 0, msg_id, upto) == "triaged_answer"


def test_what_is_not_committed_is_not_on_the_queue_of_others(world: World) -> None:
    world.source()
    with world.webhook.transaction():
        world.says(message=1)
        assert world.take("triage") == []

    assert [body["seq"] for _, _, body in world.take("triage")] == [1]


def test_a_note_causes_no_message(world: World) -> None:
    ticket = world.ticket()
    world.append(ticket, "note", "among us")
    world.append(ticket, "assigned", facts={"assigned_engineer_id": world.engineer()})

    assert traces(world)[2:5] == (0, 0, 0)


def test_words_to_a_customer_cause_one_message_each(world: World) -> None:
    ticket = world.ticket("awaiting_feedback")
    seq, _, _ = world.append(ticket, "public_reply", "On it.")

    assert world.queue("replies") == [
        {
            "ticket_id": ticket,
            "reply_id": world.value("select id from public.replies where cause_seq = %s", seq),
        }
    ]
    assert world.row("select kind, state, body from public.replies") == ("public_reply", "pending", "On it.")
