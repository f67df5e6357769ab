"""A day of a queue, replayed as fast as it goes: do the dead rows and the indexes stay bounded, and is the archive trimmed?

Messages go the workers' way (enqueue, read, archive; some fail, are read again, and some die of it). Time is pressed
together, so autovacuum looks each second: much less often for an hour's traffic than it does in life.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from tests.benchmarks.report import Figure
from tests.benchmarks.rig import Rig, rig

HOURS, AN_HOUR = 24, 2_000
BATCH = 100
FAILS, DIES = 20, 500  # each so many-th message fails once; fails always
OLD_HOURS = 12
LIMIT = 2.0


@dataclass(frozen=True)
class _Size:
    dead: int
    table: int
    indexes: int


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench:
        _press_time(bench)
        marks = [_hour(bench) for _ in range(HOURS)]
        sizes = [size for size, _ in marks]
        first, most = sizes[0], _most(sizes[1:])
        died = bench.one("select count(*) from pgmq.q_triage_dead")
        trimmed = _trim(bench, marks[OLD_HOURS - 1][1])
    return [
        Figure(
            f"replayed: messages ({HOURS} h of {AN_HOUR:,}); of them dead letters",
            f"{HOURS * AN_HOUR:,}; {died}",
        ),
        Figure("dead rows of the queue at an hour's end, at most", f"{most.dead:,}"),
        _compared("size of the queue's table, at most", most.table, first.table),
        _compared("size of its indexes, at most", most.indexes, first.indexes),
        Figure(
            f"both sizes within {LIMIT:.0f} x of the first hour's", "yes" if _bounded(first, most) else "NO"
        ),
        Figure(
            f"dead rows fewer than an hour's {AN_HOUR:,} messages", "yes" if most.dead < AN_HOUR else "NO"
        ),
        *trimmed,
    ]


def _press_time(bench: Rig) -> None:
    with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
        admin.execute("alter system set autovacuum_naptime = '1s'")
        admin.execute("select pg_reload_conf()")


def _hour(bench: Rig) -> tuple[_Size, int]:
    """One hour's traffic; how the queue stands after it, and its last message."""
    last = 0
    for _ in range(AN_HOUR // BATCH):
        last = bench.one(
            "select max(private.enqueue('triage', jsonb_build_object('ticket_id', n, 'seq', 1)))"
            " from generate_series(1, %s) as n",
            BATCH,
        )
        _work(bench)
    while bench.one("select count(*) from pgmq.q_triage"):
        # The clock of the replay moves on: whatever was put off is due.
        bench.conn.execute("update pgmq.q_triage set vt = clock_timestamp()")
        _work(bench)
    return _size(bench.conn), last


def _work(bench: Rig) -> None:
    """Each message in a transaction of its own, as the workers handle them."""
    while read := bench.conn.execute(
        "select msg_id, read_ct from private.read_queue('triage', 60, %s)", (BATCH,)
    ).fetchall():
        for msg_id, read_ct in read:
            if msg_id % DIES == 0 or (msg_id % FAILS == 0 and read_ct == 1):
                bench.one("select private.fail_message('triage', %s, 'the model is away')", msg_id)
            else:
                bench.one("select private.archive_message('triage', %s)", msg_id)


def _size(conn: psycopg.Connection[Any]) -> _Size:
    row = conn.execute(
        "select pg_stat_get_dead_tuples(q), pg_table_size(q), pg_indexes_size(q)"
        " from (values ('pgmq.q_triage'::regclass)) as v (q)"
    ).fetchone()
    if row is None:
        raise LookupError("pgmq.q_triage")
    return _Size(*row)


def _most(sizes: list[_Size]) -> _Size:
    return _Size(max(s.dead for s in sizes), max(s.table for s in sizes), max(s.indexes for s in sizes))


def _bounded(first: _Size, most: _Size) -> bool:
    return most.table <= LIMIT * first.table and most.indexes <= LIMIT * first.indexes


def _compared(what: str, most: int, first: int) -> Figure:
    return Figure(what, f"{most // 1024:,} kB", most / first, "the first hour's")


def _trim(bench: Rig, upto: int) -> list[Figure]:
    """The first half of the day becomes older than archive_days; house-keeping takes it and nothing else."""
    bench.conn.execute("update public.app_settings set archive_days = 1")
    bench.conn.execute(
        "update pgmq.a_triage set archived_at = archived_at - interval '2 days' where msg_id <= %s", (upto,)
    )
    old = bench.one("select count(*) from pgmq.a_triage where archived_at < now() - interval '1 day'")
    young = bench.one("select count(*) from pgmq.a_triage") - old
    calls = 0
    more: Any = True
    while more:
        calls += 1
        more = bench.one("select coalesce((private.keep_house() ->> 'more')::boolean, false)")
    left = bench.one("select count(*) from pgmq.a_triage")
    outdated = bench.one("select count(*) from pgmq.a_triage where archived_at < now() - interval '1 day'")
    return [
        Figure("outdated rows of the archive, trimmed in calls", f"{old - outdated:,} of {old:,} in {calls}"),
        Figure("it is trimmed of these and of no other", "yes" if (left, outdated) == (young, 0) else "NO"),
    ]
