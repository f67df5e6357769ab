"""6,000 pages at once: how long until every first call has been asked for, against the bare requests alone."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.benchmarks.report import Figure
from tests.benchmarks.rig import ROOT, Rig, rig

PAGES = 6000
PROCESSES = 2
CONCURRENCY = 32
LIMIT_SECONDS = 10.0


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench:
        bench.team()
        bench.tickets(PAGES)
        with bench.workers(PROCESSES, ESCALATION_CONCURRENCY=str(CONCURRENCY)):
            committed = bench.escalate()
            while len(times := bench.times()) < PAGES and time.time() < committed + 120:
                time.sleep(0.1)
        sent = len(times)
        seconds = max(times.values()) - committed
        stalled = bench.one("select count(*) from ops.stalled_escalations")
    with rig() as bench:
        bare = _bare(bench)
    return [
        Figure("pages created at once, first calls asked for", f"{sent} of {PAGES}, {stalled} stalled"),
        Figure(
            "from their commit to the last request", f"{seconds:.1f} s", seconds / bare, "the bare requests"
        ),
        Figure(
            f"under the {LIMIT_SECONDS:.0f} s that LinkedIn publishes",
            "yes" if seconds < LIMIT_SECONDS and sent == PAGES else "NO",
        ),
    ]


def _bare(bench: Rig) -> float:
    """The same requests through the same library from as many processes and threads, without any database."""
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.bare",
        bench.provider,
        str(PAGES // PROCESSES),
        str(CONCURRENCY),
    ]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # it is up
    begun = time.time()
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()
    return max(bench.times().values()) - begun
