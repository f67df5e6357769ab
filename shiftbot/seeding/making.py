"""Makes tickets by the batch, each in a transaction of its own, several connections side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg

from shiftbot.seeding import stories

BATCH = 10_000
_REPLIES = 32  # ids kept free for the replies of a ticket: one for every row of its journal
_FIRST_UNCLOSED = 100  # their stories are numbered from here
_NAMES = ("ticket", "escalation", "attempt", "reply")
_TABLES = ("tickets", "escalations", "escalation_attempts", "replies")
_SIZES = (1, 1, 1, _REPLIES)


@dataclass(frozen=True)
class Order:
    """How many tickets, how many of them not closed, over how many days, and how many days ago the last one began."""

    tickets: int
    unclosed: int
    days: int
    days_ago: int = 0


@dataclass(frozen=True)
class _Batch:
    first: int
    last: int
    begins: datetime
    ends: datetime
    is_closed: bool


def seed(dsn: str, order: Order, jobs: int, told: Callable[[int], None]) -> None:
    """Makes them; `told` hears how many there are so far. The login must be allowed to set session_replication_role."""
    with _connect(dsn) as conn:
        shared = _people_and_places(conn) | _reserve(conn, order.tickets)
        (now,) = _row(conn, "select now()")
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(_make, dsn, shared, part) for part in _parts(order, now, jobs)]
        done = 0
        for part in running:
            for size in part.result():
                done += size
            told(done)


def _parts(order: Order, now: datetime, jobs: int) -> Iterator[list[_Batch]]:
    """A few batches for each connection at a time, oldest first."""
    batches = list(_batches(order, now))
    size = max(1, min(5, len(batches) // jobs))
    for at in range(0, len(batches), size):
        yield batches[at : at + size]


def _batches(order: Order, now: datetime) -> Iterator[_Batch]:
    closed = order.tickets - order.unclosed
    ends = now - timedelta(days=order.days_ago)
    begins = ends - timedelta(days=order.days)
    for first in range(1, closed + 1, BATCH):
        last = min(first + BATCH - 1, closed)
        from_then, until_then = (begins + (ends - begins) * (n / closed) for n in (first - 1, last))
        yield _Batch(first, last, from_then, until_then, is_closed=True)
    for first in range(closed + 1, order.tickets + 1, BATCH):
        last = min(first + BATCH - 1, order.tickets)
        yield _Batch(first, last, ends - timedelta(days=2), ends, is_closed=False)


def _connect(dsn: str) -> psycopg.Connection[Any]:
    # Bound here and not by the server: a file holds several statements.
    conn = psycopg.connect(
        dsn, autocommit=True, application_name="shiftbot-seed", cursor_factory=psycopg.ClientCursor
    )
    # The triggers would take hours, date every row now and ring people. For this session only.
    conn.execute("set session_replication_role = replica")
    return conn


def _make(dsn: str, shared: dict[str, Any], batches: list[_Batch]) -> list[int]:
    with _connect(dsn) as conn:
        conn.execute(_sql("plan"), {"stories": json.dumps(list(_told()))})
        (longest,) = _row(conn, "select max(length) from seed_steps")
        return [_make_batch(conn, shared, batch, longest) for batch in batches]


def _make_batch(conn: psycopg.Connection[Any], shared: dict[str, Any], batch: _Batch, longest: int) -> int:
    values = shared | {
        "from": batch.first,
        "upto": batch.last,
        "begins": batch.begins,
        "ends": batch.ends,
        "lots": _lots(is_closed=batch.is_closed),
    }
    with conn.transaction():
        conn.execute("truncate seed_tickets")
        conn.execute(_sql("tickets"), values)
        conn.execute("analyze seed_tickets")
        for seq in range(1, longest + 1):
            conn.execute(_sql("round"), values | {"seq": seq})
        conn.execute(_sql("rest"), values)
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(hashtextextended('shiftbot.checkpoint_journal', 0))")
        conn.execute(_sql("checkpoint"))
    return batch.last - batch.first + 1


def _people_and_places(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """Sources and engineers of the seed's own, made once and found again."""
    with conn.cursor() as cursor, conn.transaction():
        cursor.executemany(
            "insert into public.sources (platform, external_id, name) values (%s, %s, %s) on conflict do nothing",
            stories.SOURCES,
        )
        cursor.executemany(
            "insert into public.engineers (name, email) values (%s, %s) on conflict do nothing",
            [(name, f"{name.lower().replace(' ', '.')}@example.com") for name in stories.ENGINEERS],
        )
    (sources,) = _row(
        conn,
        "select array_agg(id order by id) from public.sources where external_id = any (%(of)s)",
        {"of": [external_id for _, external_id, _ in stories.SOURCES]},
    )
    (engineers,) = _row(
        conn,
        "select array_agg(id order by id) from public.engineers where name = any (%(of)s)",
        {"of": list(stories.ENGINEERS)},
    )
    return {
        "sources": sources,
        "engineers": engineers,
        "authors": list(stories.AUTHORS),
        "surfaces": list(stories.SURFACES),
        "troubles": list(stories.TROUBLES),
        "details": list(stories.DETAILS),
        "follow_ups": list(stories.FOLLOW_UPS),
        "talkative": 0,  # the first story ends with a word of the customer's
    }


def _reserve(conn: psycopg.Connection[Any], tickets: int) -> dict[str, Any]:
    """Ids nobody else takes meanwhile: ticket number n of the run has first + n, its replies and its page the like."""
    reserved: dict[str, Any] = {"people": max(50, tickets // 20)}
    for name, table, size in zip(_NAMES, _TABLES, _SIZES, strict=True):
        (reserved[f"first_{name}"],) = _row(
            conn,
            "select setval(s.name, nextval(s.name) + %(room)s) - %(room)s"
            " from pg_get_serial_sequence(%(table)s, 'id') as s (name)",
            {"room": (tickets + 1) * size, "table": f"public.{table}"},
        )
    return reserved


def _told() -> Iterator[dict[str, Any]]:
    for first, told in ((0, stories.CLOSED), (_FIRST_UNCLOSED, stories.UNCLOSED)):
        for number, story in enumerate(told, first):
            yield {"story": number, "is_closed": first == 0, "events": story.events}


def _lots(*, is_closed: bool) -> list[int]:
    first, told = (0, stories.CLOSED) if is_closed else (_FIRST_UNCLOSED, stories.UNCLOSED)
    return [number for number, story in enumerate(told, first) for _ in range(story.weight)]


def _row(conn: psycopg.Connection[Any], query: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = conn.execute(query.encode(), values).fetchone()
    if row is None:
        raise LookupError(f"no row came of: {query}")
    return row


def _sql(name: str) -> bytes:
    return files("shiftbot.seeding").joinpath(f"{name}.sql").read_bytes()
