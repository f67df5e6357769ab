"""Time is a row: the sweep closes what waited too long for feedback and keeps the heads of the chains."""

from __future__ import annotations

import pytest

from tests.db.world import STATUSES, World, at_once


def wait(world: World, hours: float) -> None:
    """Moves every ticket into the past, as only a superuser can."""
    with world.superuser.transaction():
        world.superuser.execute("set local session_replication_role = replica")
        world.superuser.execute(
            "update public.tickets set updated_at = updated_at - %s * interval '1 hour'", (hours,)
        )


def sweep(world: World) -> dict[str, object]:
    done: dict[str, object] = world.value("select private.sweep()", conn=world.worker)
    done.pop("checkpoint", None)
    return done


@pytest.mark.parametrize(
    ("setting", "hours", "expected"),
    [("72 hours", 71.9, "awaiting_feedback"), ("72 hours", 72.1, "closed"), ("1 hour", 1.1, "closed")],
)
def test_silence_is_taken_as_consent(world: World, setting: str, hours: float, expected: str) -> None:
    world.do("update public.app_settings set feedback_timeout = %s", setting)
    ticket = world.ticket("awaiting_feedback")
    wait(world, hours)

    assert sweep(world) == ({"feedback_timeouts": 1} if expected == "closed" else {})
    assert world.status(ticket) == expected
    if expected == "closed":
        assert world.row(
            "select event, actor, actor_type::text from public.ticket_actions order by seq desc limit 1"
        ) == ("feedback_timeout", "shiftbot_worker", "system")
    assert sweep(world) == {}
    assert world.queue("replies") == []


@pytest.mark.parametrize("status", [s for s in STATUSES if s != "awaiting_feedback"])
def test_only_who_was_answered_is_timed_out(world: World, status: str) -> None:
    ticket = world.ticket(status)
    wait(world, 1000)

    assert sweep(world) == {}
    assert world.status(ticket) == status


def test_a_customer_who_may_not_have_been_answered_is_not_timed_out(world: World) -> None:
    ticket = world.ticket("awaiting_feedback")
    reply = world.value(
        "insert into public.replies (ticket_id, cause_seq, kind, body, answers_seq, state)"
        " values (%s, 1, 'answer', 'x', 0, 'unknown') returning id",
        ticket,
    )
    wait(world, 1000)

    assert sweep(world) == {}

    world.value("select private.resolve_reply(%s, false)", reply)
    wait(world, 1000)

    assert sweep(world) == {"feedback_timeouts": 1}


def test_ten_sweepers_at_once_close_each_ticket_once(world: World) -> None:
    tickets = [world.ticket("awaiting_feedback") for _ in range(30)]
    wait(world, 1000)
    results = at_once(
        world.database,
        "shiftbot_worker",
        10,
        lambda conn, n: conn.execute("select private.sweep()").fetchone()[0].get("feedback_timeouts", 0),  # type: ignore[index]
    )

    assert sum(results) == 30
    assert all(world.journal(ticket).count("feedback_timeout") == 1 for ticket in tickets)
    assert world.rows("select * from ops.status_drift") == []


def test_a_ticket_in_somebodys_hand_is_left_for_the_next_sweep(world: World) -> None:
    busy, idle = world.ticket("awaiting_feedback"), world.ticket("awaiting_feedback")
    wait(world, 1000)
    world.worker.execute("set lock_timeout = '10 s'")
    with world.conn.transaction():
        world.do("select from public.tickets where id = %s for update", busy)
        assert sweep(world) == {"feedback_timeouts": 1}

    assert (world.status(idle), world.status(busy)) == ("closed", "awaiting_feedback")
    assert sweep(world) == {"feedback_timeouts": 1}


def test_the_sweep_keeps_a_checkpoint_when_one_is_due(world: World) -> None:
    def checkpoints() -> int:
        count: int = world.value("select count(*) from public.journal_checkpoints")
        return count

    ticket = world.ticket("escalated")
    done = world.value("select private.sweep()", conn=world.worker)
    assert done["checkpoint"] == world.value(
        "select encode(root_hash, 'hex') from public.journal_checkpoints"
    )
    world.append(ticket, "note")
    sweep(world)
    assert checkpoints() == 1

    with world.superuser.transaction():
        world.superuser.execute("set local session_replication_role = replica")
        world.superuser.execute(
            "update public.journal_checkpoints set taken_at = taken_at - interval '6 minutes'"
        )
    sweep(world)

    assert checkpoints() == 2
    assert world.rows("select * from ops.verify_journal()") == []
