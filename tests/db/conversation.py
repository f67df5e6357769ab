"""A whole report as the product lives it, for tests that need real rows in every table."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from tests.db.world import World


def verdict(**changes: Any) -> dict[str, Any]:
    """What a triage engine decides, in the keys that workers send."""
    made: dict[str, Any] = {
        "title": "Site is down",
        "summary": "The site does not load.",
        "severity": 0.2,
        "escalate": False,
        "reason": "No signal of gravity.",
        "category": "bug",
        "reply": "Please reload the page.",
        "language": "en",
        "engine": "rules",
        "model": "",
        "prompt_digest": "",
        "latency_ms": 1,
        "tokens_in": 0,
        "tokens_out": 0,
        "fallback_reason": "",
    }
    return made | changes


def claim(world: World, ticket_id: int, msg_id: int, lease: float = 60) -> tuple[str, int | None]:
    """Outcome and upto_seq of private.claim_triage."""
    outcome, upto = world.row(
        "select outcome, upto_seq from private.claim_triage(%s, %s, %s::numeric)",
        *(ticket_id, msg_id, lease),
        conn=world.worker,
    )
    return outcome, upto


def record(world: World, ticket_id: int, msg_id: int, upto: int | None, **changes: Any) -> str:
    decided: str = world.value(
        "select private.record_verdict(%s, %s, %s, %s)",
        *(ticket_id, msg_id, upto, Jsonb(verdict(**changes))),
        conn=world.worker,
    )
    return decided


def triage(world: World, ticket_id: int, **changes: Any) -> str:
    """Takes the next triage message and records a verdict on it."""
    msg_id, _, body = world.take("triage", quantity=1)[0]
    assert body["ticket_id"] == ticket_id
    outcome, upto = claim(world, ticket_id, msg_id)
    assert outcome == "claimed"
    return record(world, ticket_id, msg_id, upto, **changes)


def claim_part(world: World, reply_id: int, part: int = 0, stale: int = 60) -> dict[str, Any]:
    """The row of private.claim_reply_part by column."""
    cursor = world.worker.execute(
        "select * from private.claim_reply_part(%s, %s, %s)", (reply_id, part, stale)
    )
    assert cursor.description is not None
    row = cursor.fetchone()
    assert row is not None
    return dict(zip([column.name for column in cursor.description], row, strict=True))


def settle(
    world: World, attempt_id: int, state: str, external_id: str | None = None, error: str | None = None
) -> None:
    world.rows(
        "select private.record_reply_part(%s, %s, %s, %s)",
        *(attempt_id, state, external_id, error),
        conn=world.worker,
    )


def finish(world: World, reply_id: int, msg_id: int, state: str, error: str | None = None) -> None:
    world.rows(
        "select private.finish_reply(%s, %s, %s, %s)", *(reply_id, msg_id, state, error), conn=world.worker
    )


def deliver(world: World, external_id: str = "telegram:-1001/9001") -> int:
    """Takes the next reply and sees it delivered; its id."""
    msg_id, _, body = world.take("replies", quantity=1)[0]
    claimed = claim_part(world, body["reply_id"])
    assert claimed["outcome"] == "claimed", claimed
    settle(world, claimed["attempt_id"], "sent", external_id)
    finish(world, body["reply_id"], msg_id, "delivered")
    reply_id: int = body["reply_id"]
    return reply_id


def answered(world: World, **event: Any) -> int:
    """A report that was triaged and answered; the ticket awaits feedback."""
    number = event.pop("answer", 9001)
    ticket_id = world.says(**event).ticket_id
    assert ticket_id is not None
    assert triage(world, ticket_id) == "triaged_answer"
    deliver(world, f"telegram:{event.get('chat', '-1001')}/{number}")
    assert world.status(ticket_id) == "awaiting_feedback"
    return ticket_id
