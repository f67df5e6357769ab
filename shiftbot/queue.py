"""A thin reader of the pgmq queues, through the functions of migration 0007.

pgmq-py's own `read` and `set_vt` need a newer pgmq than Supabase ships, so it is not used on this path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

QUEUES = ("triage", "replies", "escalations", "attachments", "deliveries")
QueueName = Literal["triage", "replies", "escalations", "attachments", "deliveries"]


@dataclass(frozen=True)
class Message:
    """One message in hand; `attempts` counts reads, this one included."""

    id: int
    attempts: int
    body: dict[str, Any]


def read(
    conn: psycopg.Connection[Any], queue: QueueName, visibility_seconds: int, quantity: int
) -> list[Message]:
    """Up to `quantity` messages, hidden from other workers for `visibility_seconds`."""
    rows: Sequence[tuple[int, int, dict[str, Any]]] = conn.execute(
        "select msg_id, read_ct, message from private.read_queue(%s, %s, %s)",
        (queue, visibility_seconds, quantity),
    ).fetchall()
    return [Message(*row) for row in rows]


def archive(conn: psycopg.Connection[Any], queue: QueueName, message_id: int) -> None:
    """Done with a message."""
    conn.execute("select private.archive_message(%s, %s)", (queue, message_id))


def archive_many(conn: psycopg.Connection[Any], queue: QueueName, message_ids: Sequence[int]) -> None:
    """Done with all of these, in one round trip."""
    conn.execute("select private.archive_messages(%s, %s)", (queue, list(message_ids)))


def postpone(conn: psycopg.Connection[Any], queue: QueueName, message_id: int, seconds: float) -> None:
    """Puts a message off without counting it as a failed attempt."""
    conn.execute("select private.postpone_message(%s, %s, %s::numeric)", (queue, message_id, seconds))


def fail(conn: psycopg.Connection[Any], queue: QueueName, message_id: int, reason: str) -> str:
    """A handler failed: `retry` later, or `dead` with its reason after too many attempts."""
    row = conn.execute("select private.fail_message(%s, %s, %s)", (queue, message_id, reason)).fetchone()
    return str(row[0]) if row else "gone"


def declare_idle(conn: psycopg.Connection[Any], queue: QueueName, seconds: float) -> None:
    """Asks writers to NOTIFY for the next `seconds`; 0 takes it back. Read once more after it, then wait."""
    conn.execute("select private.await_queue(%s, %s::numeric)", (queue, seconds))
