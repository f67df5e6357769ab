"""Runs the benchmarks: make bench, or python -m tests.benchmarks NAME…, of those in BENCHMARKS."""

from __future__ import annotations

import sys

from tests.benchmarks import (
    bloat,
    dashboard,
    ingest,
    instructions,
    latency,
    queueing,
    reply,
    scale,
    storm,
    sweeping,
    verdict,
    webhook,
)
from tests.benchmarks.report import machine

BENCHMARKS = {
    "storm": storm,
    "latency": latency,
    "sweeping": sweeping,
    "dashboard": dashboard,
    "ingest": ingest,
    "webhook": webhook,
    "verdict": verdict,
    "reply": reply,
    "queueing": queueing,
    "bloat": bloat,
    "scale": scale,
    "instructions": instructions,  # last: where there is no valgrind the others have run
}


def main(names: list[str]) -> int:
    """Returns 1 where a promise is not kept."""
    sys.stdout.write(f"{machine()}\n")
    is_kept = True
    for name in names or BENCHMARKS:
        sys.stdout.write(f"\n{name}: {(BENCHMARKS[name].__doc__ or '').strip()}\n")
        sys.stdout.flush()
        for figure in BENCHMARKS[name].run():
            sys.stdout.write(f"{figure}\n")
            is_kept = is_kept and figure.value != "NO"
        sys.stdout.flush()
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
