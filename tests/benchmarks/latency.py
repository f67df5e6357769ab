"""From a verdict's commit to the first ring's request, at normal load."""

from __future__ import annotations

import time

from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import rig

VERDICTS = 300
PER_SECOND = 5


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench:
        bench.team()
        bench.tickets(VERDICTS)
        commit = bench.durable_commit()
        committed: dict[int, float] = {}
        with bench.workers(2):
            for number in range(1, VERDICTS + 1):
                committed[number] = bench.escalate(f"id = {number}")
                time.sleep(1 / PER_SECOND)
            time.sleep(1)
            times = bench.times()
        rows = bench.conn.execute(
            "select e.ticket_id, a.id from public.escalation_attempts as a"
            " join public.escalations as e on e.id = a.escalation_id"
        ).fetchall()
    waits = sorted(times[attempt] - committed[ticket] for ticket, attempt in rows if attempt in times)
    return [
        Figure(f"verdicts, {PER_SECOND} a second, that rang", f"{len(waits)} of {VERDICTS}"),
        Figure(
            "verdict to first ring request, p50",
            f"{at(waits, 50) * 1000:.0f} ms",
            at(waits, 50) / commit,
            "one durable commit",
        ),
        Figure(
            "verdict to first ring request, p99",
            f"{at(waits, 99) * 1000:.0f} ms",
            at(waits, 99) / commit,
            "one durable commit",
        ),
        Figure("p99 under 1 s", "yes" if at(waits, 99) < 1 and len(waits) == VERDICTS else "NO"),
    ]
