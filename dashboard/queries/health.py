"""Whether nothing is stuck or lost, and how the last hours went. A query a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from psycopg.rows import class_row

from dashboard.database import Connection

HOURS = 24
_T = TypeVar("_T")


@dataclass(frozen=True)
class Queue:
    """One queue; `in_hand` counts what waits for another try too. Capped: the numbers are at least so."""

    name: str
    waiting: int
    in_hand: int
    delayed: int
    dead: int
    is_capped: bool
    oldest_at: datetime | None
    due_since: datetime | None


@dataclass(frozen=True)
class DeadLetter:
    """A message that kept failing. `message` holds ids only."""

    queue: str
    msg_id: int
    died_at: datetime
    attempts: int
    reason: str
    ticket_id: int | None
    message: Any


@dataclass(frozen=True)
class Worker:
    """A worker process, as alive as the loop of it that has been silent for longest."""

    host: str
    pid: int
    queues: list[str]
    started_at: datetime
    seen_at: datetime
    silent_seconds: float
    is_alive: bool


@dataclass(frozen=True)
class SourceActivity:
    """When a customer last did something in a source, to the ten seconds; None: never."""

    source_id: int
    platform: str
    name: str
    is_active: bool
    last_event_at: datetime | None


@dataclass(frozen=True)
class HourOfTickets:
    """How many tickets began in the hour from then on."""

    hour: datetime
    tickets: int


@dataclass(frozen=True)
class Pace:
    """How long tickets waited, in seconds; `hour` is None for the whole time."""

    hour: datetime | None
    tickets: int
    p50_seconds: float
    p90_seconds: float


@dataclass(frozen=True)
class ResponseTimes:
    """The whole time, None where nothing was answered or acknowledged, and each hour that has any."""

    first_answer: Pace | None
    acknowledgement: Pace | None
    first_answer_by_hour: tuple[Pace, ...]
    acknowledgement_by_hour: tuple[Pace, ...]


@dataclass(frozen=True)
class RingOutcome:
    """How many rings by a method have come to this."""

    method: str
    outcome: str
    rings: int


@dataclass(frozen=True)
class Verdicts:
    """What an engine (`model` or `rules`) decided; `hour` is None for the whole time. A fallback: the model gave none."""

    engine: str
    hour: datetime | None
    verdicts: int
    fallbacks: int
    models: list[str]
    p50_ms: float | None
    p95_ms: float | None
    tokens_in: int | None
    tokens_out: int | None


@dataclass(frozen=True)
class ModelFailure:
    """Why the model gave no verdict."""

    kind: str
    failures: int
    last_at: datetime


@dataclass(frozen=True)
class Alarm:
    """What should be empty: how many tickets, since when, the first twenty of them, and why."""

    tickets: int
    since: datetime | None
    ticket_ids: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Alarms:
    """An untriaged ticket is one until triage has read its last message: what counts is since when."""

    stalled_pages: Alarm
    untriaged_tickets: Alarm
    unknown_replies: Alarm


@dataclass(frozen=True)
class Journal:
    """When it was last verified and on how many tickets it was bad (None: never), and when its heads were last kept."""

    checked_at: datetime | None
    bad_tickets: int | None
    checkpoint_at: datetime | None


def queues(conn: Connection) -> tuple[Queue, ...]:
    """Every queue."""
    return _all(
        conn,
        Queue,
        "select queue as name, waiting, in_hand, delayed, dead, is_capped, oldest_at, due_since from private.queue_health()",
    )


def dead_letters(conn: Connection, limit: int = 50) -> tuple[DeadLetter, ...]:
    """The newest first."""
    query = (
        "select queue, msg_id, died_at, attempts, reason, ticket_id, message from private.dead_letters(%s)"
    )
    return _all(conn, DeadLetter, query, limit)


def requeue(conn: Connection, queue: str, msg_id: int) -> bool:
    """Puts a dead message back to work, and the journal says who did; False where somebody was faster."""
    row = conn.execute("select private.requeue_dead_letter(%s, %s)", (queue, msg_id)).fetchone()
    return bool(row and row[0])


def workers(conn: Connection) -> tuple[Worker, ...]:
    """Those that run, and those that were killed in the last day."""
    return _all(
        conn,
        Worker,
        "select host, pid, queues, started_at, seen_at, silent_seconds, is_alive from private.worker_health()",
    )


def source_activity(conn: Connection) -> tuple[SourceActivity, ...]:
    """Every source, those in use first."""
    return _all(
        conn,
        SourceActivity,
        "select source_id, platform::text, name, is_active, last_event_at from private.source_health()",
    )


def tickets_per_hour(conn: Connection, hours: int = HOURS) -> tuple[HourOfTickets, ...]:
    """Each of the last hours, the current one last."""
    return _all(conn, HourOfTickets, "select hour, tickets from private.tickets_per_hour(%s)", hours)


def response_times(conn: Connection, hours: int = HOURS) -> ResponseTimes:
    """To the first delivered answer, and from the escalation to the acknowledgement."""
    rows = conn.execute(
        "select kind, hour, tickets, p50_seconds, p90_seconds from private.response_times(%s)", (hours,)
    ).fetchall()
    paces = [(kind, Pace(*values)) for kind, *values in rows]

    def whole(kind: str) -> Pace | None:
        return next((pace for of, pace in paces if of == kind and pace.hour is None), None)

    def by_hour(kind: str) -> tuple[Pace, ...]:
        return tuple(pace for of, pace in paces if of == kind and pace.hour is not None)

    return ResponseTimes(
        whole("first_answer"), whole("acknowledgement"), by_hour("first_answer"), by_hour("acknowledgement")
    )


def ring_outcomes(conn: Connection, hours: int = HOURS) -> tuple[RingOutcome, ...]:
    """By method; what is most frequent first."""
    return _all(conn, RingOutcome, "select method, outcome, rings from private.ring_outcomes(%s)", hours)


def verdicts(conn: Connection, hours: int = HOURS) -> tuple[Verdicts, ...]:
    """Per engine: the whole time first, then each hour that has any."""
    query = (
        "select engine, hour, verdicts, fallbacks, models, p50_ms, p95_ms, tokens_in, tokens_out"
        " from private.verdict_health(%s)"
    )
    return _all(conn, Verdicts, query, hours)


def model_failures(conn: Connection, hours: int = HOURS) -> tuple[ModelFailure, ...]:
    """What is most frequent first."""
    return _all(conn, ModelFailure, "select kind, failures, last_at from private.model_failures(%s)", hours)


def alarms(conn: Connection) -> Alarms:
    """What should be empty."""
    rows = conn.execute("select alarm, tickets, since, ticket_ids, reasons from private.alarms()").fetchall()
    found = {
        kind: Alarm(count, since, tuple(ids or ()), tuple(why or ())) for kind, count, since, ids, why in rows
    }
    return Alarms(found["stalled_pages"], found["untriaged_tickets"], found["unknown_replies"])


def journal(conn: Connection) -> Journal:
    """Whether the proof of the journal is recent."""
    (only,) = _all(
        conn, Journal, "select checked_at, bad_tickets, checkpoint_at from private.journal_health()"
    )
    return only


def _all(conn: Connection, kind: type[_T], query: str, *arguments: object) -> tuple[_T, ...]:
    """Every row as an instance of `kind`, by the names of its columns."""
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query.encode(), arguments or None))
