"""What tests under fire ask of pages: held rows, moved deadlines, and that a page has really ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.duty import Duty

_OVER = ("completed", "busy", "no-answer", "failed", "canceled")


def waiting_ticket(duty: Duty) -> int:
    """A serious report that is triaged and whose first ring nobody has taken up yet."""
    ticket = duty.outage()
    with duty.workers("triage"):
        assert duty.until(lambda: duty.status(ticket) == "escalation_pending")
    return ticket


@contextmanager
def held(duty: Duty, query: str) -> Iterator[None]:
    """The rows of `query` are locked inside: a worker that wants them stops there."""
    with duty.database.connect() as conn:
        conn.execute("begin")
        conn.execute(query.encode())
        yield
        conn.execute("rollback")


def come_back(duty: Duty) -> None:
    """Moves the rows, not the clock: what a dead worker held may be taken up, and who owed news owes it no longer."""
    for queue in ("triage", "replies", "escalations"):
        duty.conn.execute(f"update pgmq.q_{queue} set vt = clock_timestamp()".encode())
    duty.conn.execute(
        "update public.reply_attempts set claimed_at = claimed_at - interval '1 hour' where state = 'claimed'"
    )
    duty.conn.execute(
        "update public.escalation_attempts set in_hand_until = clock_timestamp() where in_hand_until is not null"
    )


def rests(duty: Duty) -> bool:
    """Waits until nothing is queued, in hand or put off."""
    return duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])


def ringing(duty: Duty) -> list[str]:
    """Every phone that rings or talks at this moment."""
    with duty.twilio.changed:
        return [call.to for call in duty.twilio.world.calls.values() if call.status not in _OVER]


def rung_after_the_acknowledgement(duty: Duty, ticket: int) -> list[str]:
    """Every phone that began to ring after somebody had it."""
    query = (
        "select max(created_at) from public.ticket_actions where ticket_id = %s and event = 'acknowledged'"
    )
    ((moment,),) = duty.rows(query, ticket)
    with duty.twilio.changed:
        return [call.to for call in duty.twilio.world.calls.values() if call.created_at > moment]


def told(duty: Duty, ticket: int, event: str) -> list[Any]:
    """What the journal of a ticket says happened to each attempt: method, outcome."""
    return duty.rows(
        "select payload #>> '{facts,method}', payload #>> '{facts,outcome}' from public.ticket_actions"
        " where ticket_id = %s and event = %s order by seq",
        ticket,
        event,
    )


def assert_page_has_ended(duty: Duty, ticket: int) -> None:
    """Somebody has it, once; no phone rings or rang after that; nothing is stalled, dead or out of order."""
    assert duty.status(ticket) == "escalated"
    assert duty.events(ticket).count("acknowledged") == 1
    assert rests(duty)
    assert duty.until(lambda: ringing(duty) == [])
    assert rung_after_the_acknowledgement(duty, ticket) == []
    assert duty.rows("select * from ops.stalled_escalations") == []
    duty.assert_sound()


def minutes_pass(duty: Duty, minutes: float) -> None:
    """Time passes in steps of ten seconds; in each the workers do all that is due by then."""
    for _ in range(round(minutes * 6)):
        duty.time_passes(10)
        duty.conn.execute("update pgmq.q_escalations set vt = vt - interval '10 seconds'")
        assert duty.until(lambda: _nothing_is_due(duty))


def _nothing_is_due(duty: Duty) -> bool:
    return (
        duty.rows(
            "select from pgmq.q_escalations where vt <= clock_timestamp() or read_ct > 0 union all"
            " select from public.escalations where state = 'ringing' and due_at <= clock_timestamp() union all"
            " select from public.escalation_attempts where in_hand_until < clock_timestamp()"
        )
        == []
    )
