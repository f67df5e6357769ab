"""The journal of a ticket row by row, and the verdicts in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from psycopg.rows import class_row

from dashboard.database import Connection

Filter = Literal["all", "people", "bot", "paging", "system"]
FILTERS: tuple[Filter, ...] = get_args(Filter)
_PAGING = (
    "a.action_type = 'escalation_call' or a.event = any (array['acknowledged', 'ack_extended', 'ack_expired', 'ack_reminded',"
    " 'ack_refused', 'escalated_manually', 'deescalated'])"
)
_CONDITIONS: dict[Filter, str] = {
    "all": "true",
    "people": "a.actor_type in ('customer', 'engineer')",
    "bot": "a.actor_type = 'bot'",
    "paging": _PAGING,
    "system": "a.actor_type = 'system' and a.action_type <> 'escalation_call'",
}


@dataclass(frozen=True)
class Entry:
    """One row of the journal. `who` is a person's name where there is one; `about`: the engineer it names."""

    seq: int
    event: str
    description: str
    actor_type: str
    actor: str
    who: str | None
    about: str | None
    written_by: str
    body: str | None
    payload: dict[str, Any]
    reply_kind: str | None
    reply_words: str | None
    external_id: str | None
    refers_to: str | None
    status_before: str | None
    status_after: str
    at: datetime
    is_erased: bool
    hash: str


@dataclass(frozen=True)
class Journal:
    """The newest rows that pass the filter, newest first; `counts` are of the whole journal."""

    entries: tuple[Entry, ...]
    counts: dict[Filter, int]
    filter: Filter


@dataclass(frozen=True)
class Verdict:
    """What triage decided, as it was recorded, and what the database made of it (`event`)."""

    seq: int
    event: str
    at: datetime
    engine: str
    model: str
    severity: float | None
    category: str
    escalate: bool
    language: str
    title: str | None
    summary: str | None
    reason: str | None
    fallback_reason: str | None
    read_upto: int
    latency_ms: int | None
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    prompt_digest: str
    rules_digest: str
    threshold: float


_ENTRIES = """
select a.seq, a.event, e.description, a.actor_type::text as actor_type, a.actor,
  coalesce(g.name, nullif(a.payload ->> 'author_name', '')) as who, about.name as about, a.written_by, a.body, a.payload,
  r.kind as reply_kind, case when a.body is null then r.body end as reply_words, a.external_id, a.refers_to,
  before.status_after::text as status_before, a.status_after::text, a.created_at as at, a.erased_at is not null as is_erased,
  encode(a.hash, 'hex') as hash
from public.ticket_actions as a
join public.action_events as e on e.event = a.event
left join public.ticket_actions as before on before.ticket_id = a.ticket_id and before.seq = a.seq - 1
left join public.engineers as g on a.actor = 'engineer:' || g.id
left join public.engineers as about
  on about.id::text = coalesce(a.payload #>> '{facts,engineer_id}', a.payload #>> '{facts,assigned_engineer_id}')
left join public.replies as r on r.ticket_id = a.ticket_id
  and (r.id::text = a.payload #>> '{facts,reply_id}' or a.payload #> '{facts,reply_id}' is null and r.cause_seq = a.seq)
where a.ticket_id = %(ticket_id)s and (CONDITION)
order by a.seq desc limit %(limit)s
"""
_VERDICTS = """
select a.seq, a.event, a.created_at as at, f.engine, coalesce(f.model, '') as model, f.severity,
  coalesce(f.category, '') as category, coalesce(f.escalate, false) as escalate, coalesce(f.language, '') as language,
  a.payload ->> 'title' as title, a.payload ->> 'summary' as summary, a.payload ->> 'reason' as reason,
  a.payload ->> 'fallback_reason' as fallback_reason, coalesce(f.answers_seq, a.seq - 1) as read_upto,
  f.latency_ms, f.tokens_in, f.tokens_out, f.cost, coalesce(f.prompt_digest, '') as prompt_digest,
  coalesce(f.rules_digest, '') as rules_digest,
  coalesce((s.settings ->> 'escalation_threshold')::double precision, ours.escalation_threshold::double precision) as threshold
from public.ticket_actions as a
join public.tickets as t on t.id = a.ticket_id
join public.sources as s on s.id = t.source_id
cross join public.app_settings as ours
cross join lateral jsonb_to_record(a.payload -> 'facts') as f (
  engine text, model text, severity double precision, category text, escalate boolean, language text, answers_seq integer,
  latency_ms integer, tokens_in integer, tokens_out integer, cost double precision, prompt_digest text, rules_digest text)
where a.ticket_id = %s and a.actor_type in ('bot', 'system') and f.engine is not null
order by a.seq desc limit %s
"""


def journal(conn: Connection, ticket_id: int, wanted: Filter, limit: int = 200) -> Journal:
    """The last `limit` rows of one kind."""
    query = _ENTRIES.replace("CONDITION", _CONDITIONS[wanted]).encode()
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        entries = cursor.execute(query, {"ticket_id": ticket_id, "limit": limit}).fetchall()
    return Journal(tuple(entries), _counts(conn, ticket_id), wanted)


def verdicts(conn: Connection, ticket_id: int, limit: int = 20) -> tuple[Verdict, ...]:
    """The newest first; those too that were dropped because the conversation had gone on."""
    with conn.cursor(row_factory=class_row(Verdict)) as cursor:
        return tuple(cursor.execute(_VERDICTS, (ticket_id, limit)).fetchall())


def _counts(conn: Connection, ticket_id: int) -> dict[Filter, int]:
    counted = ", ".join(f"count(*) filter (where {_CONDITIONS[each]})" for each in FILTERS)
    query = f"select {counted} from public.ticket_actions as a where a.ticket_id = %s"  # noqa: S608 - ours
    row = conn.execute(query.encode(), (ticket_id,)).fetchone() or (0,) * len(FILTERS)
    return dict(zip(FILTERS, row, strict=True))
