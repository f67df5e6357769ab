"""What a million tickets and ten million rows of the journal cost what is asked of them daily, against ten thousand.

Two servers with the same present: a thousand tickets that are not closed, some five thousand begun a day. Behind one of them
lies a long past. SCALE_TICKETS says another number than the million. Medians of warm calls, each rolled back, in turns.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from dashboard.queries import board, health, ticket
from dashboard.queries.board import Filters
from shiftbot.seeding.making import Order, seed
from tests.benchmarks.report import Figure
from tests.benchmarks.rig import Rig, rig

SMALL = 10_000
LARGE = int(os.environ.get("SCALE_TICKETS", "1000000"))
UNCLOSED, DAYS_NOW, DAYS_BEFORE = 1_000, 2, 180
CALLS, WARM, ROUNDS = 21, 4, 3
LIMIT = 1.3
NOISE = 0.0005  # seconds; below it a ratio says nothing
SEEDED = {"email": "ada.seed@example.com", "role": "authenticated"}
VIEWS = ("queues", "dead_letters", "unknown_replies", "untriaged_tickets", "stalled_escalations", "pages", "on_call",
         "on_call_gaps", "subscriptions")  # fmt: skip
METRICS = ("metrics", "queue_metrics", "ticket_metrics", "page_metrics", "worker_metrics")

_INGEST = (
    "select * from private.ingest_message("
    "'slack', %(chat)s, 'message', %(id)s, %(thread)s, %(author)s, 'It is down again')"
)
_FIND = (
    "select (private.find_ticket(s, %(chat)s, %(thread)s, %(author)s, null, null, true)).id from public.sources as s"
    " where s.platform = 'slack' and s.external_id = %(chat)s"
)
_CLAIM = (
    "select * from private.claim_triage(%(ticket)s, (select max(msg_id) from pgmq.q_triage"
    " where (message ->> 'ticket_id')::bigint = %(ticket)s), 60)"
)
_KNOWN = (
    "select chat_external_id, thread_key, opened_by from public.tickets"
    " where platform = 'slack' and status {} order by id desc limit 1"
)
_WAITING = "select ticket_id from ops.untriaged_tickets order by ticket_id desc limit 1"
Call = Callable[[psycopg.Connection[Any]], object]


def run() -> list[Figure]:
    """The figures."""
    with rig() as few, rig() as many:
        for bench in (few, many):
            seed(bench.admin_dsn, Order(SMALL, UNCLOSED, DAYS_NOW), 2, lambda _done: None)
        begun = time.perf_counter()
        seed(many.admin_dsn, Order(LARGE - SMALL, 0, DAYS_BEFORE, DAYS_NOW), 2, lambda _done: None)
        taken = time.perf_counter() - begun
        small, large = _alternating(few, many)
        rows = many.one("select count(*) from public.ticket_actions")
        proof = verified(many.dsn, rows)
    made = Figure(
        f"seeded: {LARGE:,} tickets, {rows:,} rows of the journal",
        f"{taken:.0f} s, {(LARGE - SMALL) / taken:,.0f} tickets/s",
    )
    return [made, *compared(small, large), *proof]


def _alternating(*benches: Rig) -> list[dict[str, float]]:
    """Seconds of each call in each database, the median: once in the one, once in the other, and so on.

    A machine that is slow for a second, or a minute, is slow for both.
    """
    with contextlib.ExitStack() as stack:
        conns = [stack.enter_context(psycopg.connect(bench.admin_dsn)) for bench in benches]
        calls = [{**_programs(conn), **_engineers(conn)} for conn in conns]
        for conn in conns:
            conn.rollback()
        taken: dict[str, list[list[float]]] = {name: [] for name in calls[0]}
        for _ in range(ROUNDS):
            for bench in benches:
                bench.tidy()
            for name, rounds in taken.items():
                rounds.append(_in_turns(conns, [of_one[name] for of_one in calls]))
    return [
        {name: statistics.median(one[number] for one in rounds) for name, rounds in taken.items()}
        for number in range(len(conns))
    ]


def _in_turns(conns: Sequence[psycopg.Connection[Any]], calls: Sequence[Call]) -> list[float]:
    taken: list[list[float]] = [[] for _ in conns]
    for number in range(WARM + CALLS):
        for conn, call, seconds in zip(conns, calls, taken, strict=True):
            conn.execute("select 1")  # the transaction has begun
            begun = time.perf_counter()
            call(conn)
            if number >= WARM:
                seconds.append(time.perf_counter() - begun)
            conn.rollback()
    return [statistics.median(seconds) for seconds in taken]


def compared(small: dict[str, float], large: dict[str, float]) -> list[Figure]:
    """Each call against itself, and whether it kept to the limit."""
    figures = []
    for name, seconds in large.items():
        baseline = f"at {SMALL:,} tickets"
        figures.append(Figure(name, f"{seconds * 1000:.2f} ms", seconds / small[name], baseline))
        if seconds > LIMIT * small[name] and seconds - small[name] > NOISE:
            figures.append(Figure(f"  {name}: within {LIMIT} x", "NO"))
    return figures


def _programs(conn: psycopg.Connection[Any]) -> dict[str, Call]:
    """What the webhooks and the workers ask."""
    chat, thread, author = _row(conn, _KNOWN.format("<> 'closed'"))
    _, closed, _ = _row(conn, _KNOWN.format("= 'closed'"))
    (waiting,) = _row(conn, _WAITING)
    known = {"chat": chat, "thread": thread, "author": author, "id": f"slack:{chat}/scale", "ticket": waiting}
    new = known | {"thread": "scale-new", "author": "slack:U0SCALE"}
    return {
        "ingest: a new thread": _asks(_INGEST, new),
        "ingest: a known thread": _asks(_INGEST, known),
        "ingest: a closed thread": _asks(_INGEST, known | {"thread": closed}),
        "thread look-up: a new thread": _asks(_FIND, new),
        "thread look-up: a known thread": _asks(_FIND, known),
        "triage load: claim with its conversation": _asks(_CLAIM, known),
        **{f"ops.{view}": _asks(f"select * from ops.{view}") for view in VIEWS},
        **{f"private.{name}()": _asks(f"select * from private.{name}()") for name in METRICS},
    }


def _engineers(conn: psycopg.Connection[Any]) -> dict[str, Call]:
    """What the dashboard asks for somebody who is signed in."""
    (waiting,) = _row(conn, _WAITING)
    closed = Filters(statuses=("closed",))
    calls: dict[str, Call] = {
        "board: unclosed tickets": lambda conn: board.tickets(conn, Filters()),
        "board: closed tickets": lambda conn: board.tickets(conn, closed),
        "board: closed, of Slack": lambda conn: board.tickets(conn, Filters(("closed",), platform="slack")),
        "board: closed, of one engineer": lambda conn: board.tickets(
            conn, Filters(("closed",), assignee="me")
        ),
        "board: a word that many tickets have": lambda conn: board.tickets(conn, Filters(text="checkout")),
        "board: counts": board.counts,
        "board: sources, engineers": lambda conn: (board.sources(conn), board.engineers(conn)),
        "ticket: its page": lambda conn: ticket.ticket(conn, waiting),
        "ticket: proof of its journal": lambda conn: ticket.flaw(conn, waiting),
        "health: queues": health.queues,
        "health: alarms": health.alarms,
        "health: tickets per hour": health.tickets_per_hour,
        "health: response times": health.response_times,
        "health: verdicts": health.verdicts,
        "health: rings": health.ring_outcomes,
        "health: sources": health.source_activity,
    }
    return {name: _signed_in(call) for name, call in calls.items()}


def _asks(query: str, values: dict[str, Any] | None = None) -> Call:
    return lambda conn: conn.execute(query.encode(), values).fetchall()


def _signed_in(call: Call) -> Call:
    def asked(conn: psycopg.Connection[Any]) -> object:
        conn.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(SEEDED),))
        conn.execute("set local role authenticated")
        return call(conn)

    return asked


def _row(conn: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = conn.execute(query.encode()).fetchone()
    if row is None:
        raise LookupError(query)
    return row


def verified(dsn: str, rows: int) -> list[Figure]:
    """The proof of everything: its rate, and the most memory of its own that the backend took."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        before = _own_memory(conn.info.backend_pid)
        most, is_over = [before], threading.Event()
        watching = threading.Thread(target=_watch, args=(conn.info.backend_pid, most, is_over))
        watching.start()
        begun = time.perf_counter()
        try:
            problems = conn.execute("select * from ops.verify_journal()").fetchall()
        finally:
            is_over.set()
            watching.join()
        taken = time.perf_counter() - begun
        drifted = conn.execute("select * from ops.status_drift").fetchall()
    return [
        Figure("ops.verify_journal(), rows a second", f"{rows / taken:,.0f}"),
        Figure("its memory above an idle session's, at most", f"{(most[0] - before) / 2**20:.0f} MB"),
        Figure("it and ops.status_drift find nothing", "NO" if problems or drifted else "yes"),
    ]


def _watch(pid: int, most: list[int], is_over: threading.Event) -> None:
    while not is_over.wait(0.1):
        most[0] = max(most[0], _own_memory(pid))


def _own_memory(pid: int) -> int:
    """Bytes that no other process shares."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))
