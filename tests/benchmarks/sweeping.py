"""What a sweep costs with a million pages behind it and ten thousand that ring, against an empty database."""

from __future__ import annotations

import time

import psycopg

from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import Rig, rig

CLOSED = 1_000_000
OPEN = 10_000
SWEEPS = 100


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench:
        bench.team()
        bench.tickets(1)
        bench.one(
            "insert into public.ticket_actions (ticket_id, event) select id, 'note' from public.tickets returning id"
        )
        empty = _sweeps(bench)
        _fill(bench)
        full = _sweeps(bench)
        begun = time.perf_counter()
        stalled = bench.one("select count(*) from ops.stalled_escalations")
        alarm = time.perf_counter() - begun
    return [
        Figure(f"pages over and ringing while it sweeps ({stalled} stalled)", f"{CLOSED:,} and {OPEN:,}"),
        Figure(
            "one sweep, p50",
            f"{at(full, 50) * 1000:.2f} ms",
            at(full, 50) / at(empty, 50),
            "a sweep of an empty database",
        ),
        Figure(
            "one sweep, p99",
            f"{at(full, 99) * 1000:.2f} ms",
            at(full, 99) / at(empty, 99),
            "a sweep of an empty database",
        ),
        Figure("ops.stalled_escalations, read once", f"{alarm * 1000:.0f} ms"),
    ]


def _sweeps(bench: Rig) -> list[float]:
    bench.one(
        "select private.sweep()"
    )  # the checkpoint of the journal, due every few minutes, is not what is measured
    taken = []
    for _ in range(SWEEPS):
        begun = time.perf_counter()
        bench.one("select private.sweep()")
        taken.append(time.perf_counter() - begun)
    return sorted(taken)


def _fill(bench: Rig) -> None:
    """Rows as a long life leaves them; made without triggers, which would take hours."""
    with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(
            "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, updated_at, status)"
            " select 'telegram', s.id, '-1', 'old:' || n, 'telegram:7', now() - interval '1 day',"
            " case when n <= %(closed)s then 'closed' else 'escalation_pending' end::public.ticket_status"
            " from public.sources as s, generate_series(1, %(all)s) as n",
            {"closed": CLOSED, "all": CLOSED + OPEN},
        )
        admin.execute(
            "insert into public.escalations (ticket_id, state, due_at, step, batch, on_call_id)"
            " select t.id, case t.status when 'closed' then 'resolved' else 'ringing' end,"
            " case when t.status <> 'closed' then now() + interval '1 hour' end, 1, 1, g.id"
            " from public.tickets as t, public.engineers as g where t.thread_key like 'old:%'"
        )
        admin.execute(
            "insert into public.escalation_attempts"
            " (escalation_id, engineer_id, method, step, batch, outcome, claimed_at, token_hash)"
            " select e.id, g.id, 'phone_call', 1, 1, 'no_answer', now(), decode(md5(e.id::text), 'hex')"
            " from public.escalations as e, public.engineers as g"
        )
        admin.execute("analyze")
