"""The queue loop with work that is nothing, against procrastinate and pgqueuer: how fast it drains, how soon a job begins."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from tests.benchmarks.contenders import PUTTING, install
from tests.benchmarks.cost import between, spent, told
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import ROOT, Rig, rig

OTHERS = ("procrastinate", "pgqueuer")
JOBS = {
    "ours": 10_000,
    "pgqueuer": 10_000,
    "procrastinate": 2_000,
}  # seconds of each; procrastinate's take longest
RATE, SECONDS = 50, 10
_FILL = {
    "ours": "select pgmq.send('deliveries', jsonb_build_object('number', n)) from generate_series(1, %s) as n",
    "pgqueuer": "insert into pgqueuer (priority, entrypoint, payload, status)"
    " select 0, 'nothing', convert_to(n::text, 'UTF8'), 'queued' from generate_series(1, %s) as n",
    "procrastinate": "insert into procrastinate_jobs (queue_name, task_name, args)"
    " select 'default', 'nothing', jsonb_build_object('number', n) from generate_series(1, %s) as n",
}
_LEFT = {
    "ours": "select count(*) from pgmq.q_deliveries",
    "pgqueuer": "select count(*) from pgqueuer",
    "procrastinate": "select count(*) from procrastinate_jobs where status <> 'succeeded'",
}


@dataclass
class Drained:
    """How a worker got through what waited."""

    rate: float  # jobs a second, from the first that began to the last
    costs: dict[str, float]  # CPU seconds a job


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench:
        asyncio.run(install(bench.dsn))
        drained = {name: _drain(bench, name) for name in PUTTING}
        waits = {name: _steady(bench, name) for name in PUTTING}
    return [*_of_drains(drained), *_of_waits(waits)]


def _drain(bench: Rig, name: str) -> Drained:
    bench.conn.execute(_FILL[name].encode(), (JOBS[name],))
    bench.conn.execute("vacuum analyze")
    roots = {"Postgres": [psutil.Process(bench.one("select pg_backend_pid()")).ppid()]}
    before = spent(roots)
    with _worker(bench, name, JOBS[name]) as (process, _):
        note = _note(process)
    costs = between(before, spent(roots), JOBS[name]) | {"worker": note["cpu"] / JOBS[name]}
    assert bench.one(_LEFT[name]) == 0, f"{name} left something undone"
    moments = note["begun"].values()
    return Drained(JOBS[name] / (max(moments) - min(moments)), costs)


def _steady(bench: Rig, name: str) -> list[float]:
    """From the call that puts a job on the queue to its beginning, ascending; each by the library's own means."""
    with _worker(bench, name, RATE * SECONDS) as (process, _):
        time.sleep(2)  # it listens
        put = asyncio.run(_put(bench.dsn, name))
        begun = _note(process)["begun"]
    return sorted(begun[str(number)] - moment for number, moment in put.items())


async def _put(dsn: str, name: str) -> dict[int, float]:
    moments = {}
    async with PUTTING[name](dsn) as put:
        started = time.monotonic()
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, started + number / RATE - time.monotonic()))
            moments[number] = time.time()
            await put(number)
    return moments


@contextmanager
def _worker(bench: Rig, name: str, count: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.benchmarks.contenders", name, bench.dsn, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline()


def _note(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = process.communicate(timeout=120)
    note: dict[str, Any] = json.loads(said)
    return note


def _of_drains(drained: Mapping[str, Drained]) -> Iterator[Figure]:
    ours = drained["ours"]
    yield Figure("the loop drains jobs that wait", f"{ours.rate:,.0f} a second")
    yield Figure("  CPU, ms a job", told(ours.costs))
    for name in OTHERS:
        other = drained[name]
        yield Figure(
            f"{name} does", f"{other.rate:,.0f} a second", ours.rate / other.rate, "as fast is the loop"
        )
        yield Figure("  CPU, ms a job", told(other.costs))
    yield _ahead(all(ours.rate > drained[name].rate for name in OTHERS))


def _of_waits(waits: Mapping[str, list[float]]) -> Iterator[Figure]:
    for percent in (50, 99):
        ours = at(waits["ours"], percent)
        yield Figure(f"enqueue to start at {RATE} a second, p{percent}", f"{ours * 1000:.1f} ms")
        for name in OTHERS:
            other = at(waits[name], percent)
            yield Figure(f"  {name}'s", f"{other * 1000:.1f} ms", other / ours, "of the loop's")
        yield _ahead(all(ours < at(waits[name], percent) for name in OTHERS))


def _ahead(is_kept: bool) -> Figure:
    return Figure("  ahead of both", "yes" if is_kept else "NO")
