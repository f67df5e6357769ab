"""Queue `triage`: lease the ticket, let an engine judge its conversation, record what the database makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from psycopg.types.json import Jsonb

from shiftbot.db import Pool
from shiftbot.metrics import MODEL_FAILURES, MODEL_SECONDS, MODEL_TOKENS
from shiftbot.queue import Message, QueueName
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.verdict import Conversation, Verdict, said_of


class TriageHandler:
    """Several waiting messages of one ticket cost one verdict: the lease covers all that was said until then."""

    queue: QueueName = "triage"

    def __init__(self, pool: Pool, engine: TriageEngine, lease_seconds: int) -> None:
        self._pool = pool
        self._engine = engine
        self._lease_seconds = lease_seconds

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is cheaper for many at once."""

    def handle(self, message: Message) -> str:
        """The event the verdict led to, or why there was none: covered, nothing_to_do, outdated, superseded."""
        ticket_id = int(message.body["ticket_id"])
        with self._pool.connection() as conn:
            row = conn.execute(
                "select outcome, upto_seq, platform, source_name, conversation from private.claim_triage(%s, %s, %s::numeric)",
                (ticket_id, message.id, self._lease_seconds),
            ).fetchone()
        if row is None or row[0] != "claimed":
            return str(row[0]) if row else "nothing_to_do"
        _, upto_seq, platform, source_name, said = row
        verdict = self._engine.triage(
            Conversation(ticket_id, platform, source_name, tuple(said_of(item) for item in said))
        )
        _count(verdict)
        with self._pool.connection() as conn:
            recorded = conn.execute(
                "select private.record_verdict(%s, %s, %s, %s)",
                (ticket_id, message.id, upto_seq, Jsonb(asdict(verdict))),
            ).fetchone()
        return str(recorded[0]) if recorded else "superseded"


def _count(verdict: Verdict) -> None:
    if verdict.engine == "model":
        MODEL_SECONDS.observe(verdict.latency_ms / 1000)
        MODEL_TOKENS.labels("in").inc(verdict.tokens_in or 0)
        MODEL_TOKENS.labels("out").inc(verdict.tokens_out or 0)
    elif verdict.fallback_reason:
        MODEL_FAILURES.labels(verdict.fallback_reason.partition(":")[0]).inc()
