"""One database call: the ingest function against one handwritten statement that inserts the same rows without triggers."""

from __future__ import annotations

from statistics import median

import psycopg

from tests.benchmarks.ingesting import AS_INGEST, WITHOUT_TRIGGERS, Pgbench, Round, by_hand, call, pgbench
from tests.benchmarks.report import Figure
from tests.benchmarks.rig import Rig, rig

ROUNDS, SECONDS = 5, 4
LIMIT = 0.5
BASELINE = "the statement by hand"
TRACKED = "-c role=shiftbot_ingest -c track_functions=all"


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench, pgbench(bench) as runs:
        bench.team()
        ours = call()
        runs.run(ours, 1, "postgres", AS_INGEST)  # something to read the rows off
        hand = by_hand(bench.conn)
        rounds: dict[str, list[Round]] = {"hand": [], "ours": []}
        for _ in range(ROUNDS):
            rounds["hand"].append(runs.run(hand, SECONDS, "supabase_admin", WITHOUT_TRIGGERS))
            rounds["ours"].append(runs.run(ours, SECONDS, "postgres", AS_INGEST))
        spent = _spent(bench, runs, ours)
    rows = {name: [one.rows for one in of] for name, of in rounds.items()}
    if any(one != rows["hand"][0] for of in rows.values() for one in of):
        raise RuntimeError(f"not the same rows: {rows}")
    return [*_figures(rounds), Figure(f"time within the function: {spent}", "")]


def _figures(rounds: dict[str, list[Round]]) -> list[Figure]:
    reached = {name: median(one.per_second for one in of) for name, of in rounds.items()}
    share = reached["ours"] / reached["hand"]
    left = " ".join(f"{name.split('.')[1]}" for name in sorted(rounds["hand"][0].rows))
    return [
        Figure(f"one row each: {left}", "same"),
        Figure("by hand, transactions/s", f"{reached['hand']:.0f}"),
        Figure("ingest function, transactions/s", f"{reached['ours']:.0f} ({share:.2f})", share, BASELINE),
        *(
            Figure(f"{what} per message, by hand", f"{_of(rounds['hand'], what):.2f}")
            for what in ("wal_bytes", "fsyncs")
        ),
        *(
            Figure(
                f"{what} per message, ingest function",
                f"{_of(rounds['ours'], what):.2f}",
                _of(rounds["ours"], what) / _of(rounds["hand"], what),
                BASELINE,
            )
            for what in ("wal_bytes", "fsyncs")
        ),
        Figure(f"at least {LIMIT} of the transactions/s by hand", "yes" if share >= LIMIT else "NO"),
    ]


def _of(rounds: list[Round], what: str) -> float:
    return median(getattr(one, what) for one in rounds)


def _spent(bench: Rig, runs: Pgbench, script: str) -> str:
    """Which functions the time within the call goes to, each without what it calls, by the server's own statistics."""
    with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
        admin.execute("select pg_stat_reset()")
        runs.run(script, SECONDS, "supabase_admin", TRACKED)
        rows = admin.execute(
            "select funcname, 100 * self_time / sum(self_time) over () as share from pg_stat_user_functions"
            " order by self_time desc limit 6"
        ).fetchall()
    return ", ".join(f"{name} {share:.0f} %" for name, share in rows)
