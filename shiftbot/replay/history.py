"""What triage decided and what it had read, asked of the database; the same rule as in production decides again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shiftbot.triage.verdict import Conversation, Verdict, said_of

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_RECORDED = """
select d.ticket_id, d.seq, d.event, d.engine, d.version, d.severity::double precision as severity, d.escalate,
  coalesce(d.category, 'other') as category, coalesce(d.tokens_in, 0) as tokens_in, coalesce(d.tokens_out, 0) as tokens_out,
  s.platform::text as platform, s.name as source, private.has_erased_before(d.ticket_id, d.seq) as is_erased
from ops.triage_decisions as d join public.sources as s on s.id = d.source_id
where d.decided_at >= %s order by d.decided_at desc limit %s
"""
# By themselves and ticket by ticket: joined to the decisions, all labels there are would be worked out for each.
_LABELS = (
    "select ticket_id, seq, label, is_needed from ops.triage_labels where ticket_id = any (%s::bigint[])"
)
_AT_ONCE = 10_000
_CONVERSATIONS = """
select private.conversation_before(d.ticket_id, d.seq)
from unnest(%s::bigint[], %s::integer[]) with ordinality as d (ticket_id, seq, place) order by d.place
"""
_DECISIONS = """
select private.shadow_decision(d.ticket_id, d.verdict, %s::numeric)
from unnest(%s::bigint[], %s::jsonb[]) with ordinality as d (ticket_id, verdict, place) order by d.place
"""


@dataclass(frozen=True)
class Recorded:
    """One decision as it was made. `is_needed`: whether people's acts say that a human was needed; None: they say nothing."""

    ticket_id: int
    seq: int
    event: str
    engine: str
    version: str
    severity: float
    escalate: bool
    category: str
    tokens_in: int
    tokens_out: int
    platform: str
    source: str
    is_erased: bool
    label: str | None = None
    is_needed: bool | None = None


class History:
    """Reads through one connection, which Postgres holds to reading."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self._conn = conn
        conn.execute("set default_transaction_read_only = on")

    def begin(self, since: str) -> datetime:
        """The moment that `7d`, `36h` or a time such as 2026-01-31T08:00Z names. Raises ValueError."""
        ago = _AGO.fullmatch(since.strip())
        query, value = (
            ("select now() - %s::interval", f"{ago[1]} {_UNITS[ago[2]]}")
            if ago
            else ("select %s::timestamptz", since)
        )
        try:
            row = self._conn.execute(query.encode(), (value,)).fetchone()
        except psycopg.DataError:
            raise ValueError(f"{since!r} is no time: 7d, 36h, 2026-01-31 or 2026-01-31T08:00Z are") from None
        if row is None or not isinstance(row[0], datetime):
            raise ValueError(f"{since!r} is no time")
        return row[0]

    def decisions(self, since: datetime, at_most: int) -> list[Recorded]:
        """The newest first, each with what people's acts say about it."""
        with self._conn.cursor(row_factory=class_row(Recorded)) as cursor:
            found = cursor.execute(_RECORDED, (since, at_most)).fetchall()
        labels: dict[tuple[int, int], tuple[str, bool]] = {}
        tickets = sorted({d.ticket_id for d in found})
        for start in range(0, len(tickets), _AT_ONCE):
            for ticket_id, seq, label, is_needed in self._conn.execute(
                _LABELS, (tickets[start : start + _AT_ONCE],)
            ):
                labels[ticket_id, seq] = label, is_needed
        return [_labelled(d, labels.get((d.ticket_id, d.seq))) for d in found]

    def conversations(self, decisions: Sequence[Recorded]) -> list[Conversation]:
        """What was said until each decision was made."""
        tickets, seqs = [d.ticket_id for d in decisions], [d.seq for d in decisions]
        rows = self._conn.execute(_CONVERSATIONS, (tickets, seqs)).fetchall()
        return [
            Conversation(d.ticket_id, d.platform, d.source, tuple(said_of(item) for item in said))
            for d, (said,) in zip(decisions, rows, strict=True)
        ]

    def decide(
        self, decisions: Sequence[Recorded], verdicts: Sequence[Verdict], threshold: float | None
    ) -> list[str]:
        """Which event each verdict would have led to."""
        tickets = [d.ticket_id for d in decisions]
        given = [Jsonb(asdict(verdict)) for verdict in verdicts]
        return [event for (event,) in self._conn.execute(_DECISIONS, (threshold, tickets, given))]


def _labelled(decision: Recorded, found: tuple[str, bool] | None) -> Recorded:
    return replace(decision, label=found[0], is_needed=found[1]) if found else decision
