"""Part of the benchmarks: the product, or the sketch, up with everything around it, and customers who write to it."""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from shiftbot.local.ports import free_port
from shiftbot.sources import Source, sync
from tests.benchmarks.cost import Roots, between, spent
from tests.benchmarks.customers import GROUPS, SECRET
from tests.benchmarks.rig import DIRECTLY, ROOT, Rig, running
from tests.benchmarks.sketch import TABLE
from tests.support.waiting import eventually

WORKERS = 2
CROWDED = "-1002000000000"  # the group in which so many replies wait for their turn
CALM_SECONDS = 1.0  # who is answered later than this after the last message of a step was part of a backlog
APART = 10**6  # between the messages' numbers of two towns
_GROUP = {"platform": "telegram", "settings": {"merge_window_seconds": 0}}


@dataclass
class Talk:
    """What became of a row of messages."""

    said: dict[int, float]
    posted: dict[int, list[float]]
    late: float  # how far the customers were behind their schedule
    costs: dict[str, float]  # CPU seconds per message

    @property
    def waits(self) -> list[float]:
        """From said to posted, in ascending order; endless where nobody answered."""
        return sorted(self.posted.get(number, [math.inf])[0] - begun for number, begun in self.said.items())

    def is_kept_up_with(self) -> bool:
        """Whether all were answered once, soon after the last was said, by customers who kept their schedule."""
        answered = [moment for number in self.said for moment in self.posted.get(number, [])]
        end = max(self.said.values()) + CALM_SECONDS
        return len(answered) == len(self.said) and max(answered) < end and self.late < CALM_SECONDS


class Town:
    """The product with everything around it, or the sketch, and customers by the number, from `first` on."""

    def __init__(self, bench: Rig, url: str, programs: Roots, first: int) -> None:
        self.bench = bench
        self._url = url
        self._programs = {**programs, "Postgres": [_postmaster(bench)]}
        self._next = first

    def talk(self, rate: float, seconds: float) -> Talk:
        """So many messages a second for so long, and how each was answered within a while."""
        count, first = round(rate * seconds), self._next
        self._next += count
        command = [sys.executable, "-m", "tests.benchmarks.customers", self._url]
        before = spent(self._programs)
        ran = subprocess.run(
            [*command, str(rate), str(count), str(first)], cwd=ROOT, capture_output=True, check=True
        )
        note = json.loads(ran.stdout)
        said = {int(number): moment for number, moment in note["said"].items()}
        eventually(lambda: said.keys() <= self.bench.replies().keys(), 20)
        costs = between(before, spent(self._programs), count)
        posted = self.bench.replies()
        return Talk(
            said, {number: posted[number] for number in said if number in posted}, note["late"], costs
        )


@contextlib.contextmanager
def product(bench: Rig) -> Iterator[Town]:
    """Webhooks and workers up, a thousand groups, each with its limit; the one of the whole bot is lifted."""
    groups = [
        Source.model_validate(_GROUP | {"external_id": str(g), "name": f"group {g}"})
        for g in (*GROUPS, CROWDED)
    ]
    sync(bench.conn, groups)
    bench.conn.execute("update private.send_limits set per_seconds = 0.01 where scope = 'total'")
    with tempfile.TemporaryDirectory(prefix="shiftbot-bench-") as folder:
        sources = Path(folder) / "sources.json"
        sources.write_text(json.dumps([group.model_dump(exclude_none=True) for group in groups]))
        port = free_port()
        settings = _settings(bench, port, sources)
        with (
            bench.programs(1, "webhooks", **settings) as webhooks,
            bench.workers(WORKERS, "all", **settings) as workers,
        ):
            yield Town(bench, _up(port), {"webhooks": _pids(webhooks), "workers": _pids(workers)}, 1)


@contextlib.contextmanager
def sketch(bench: Rig) -> Iterator[Town]:
    """As many processes of the sketch, in the same database."""
    bench.conn.execute(TABLE.encode())
    bench.conn.execute("select pgmq.create('sketch')")
    port, module = free_port(), "tests.benchmarks.sketch"
    with (
        running(module, "serve", bench.dsn, str(port), "1", "queue") as webhooks,
        running(module, "answer", bench.dsn, bench.provider, processes=WORKERS) as workers,
    ):
        yield Town(bench, _up(port), {"webhooks": _pids(webhooks), "workers": _pids(workers)}, APART)


def _pids(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    return [process.pid for process in processes]


def _up(port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    assert eventually(lambda: _is_up(url))
    return url


def _settings(bench: Rig, port: int, sources: Path) -> dict[str, str]:
    return {
        "WEBHOOKS_BIND": f"127.0.0.1:{port}",
        "SOURCES_FILE": str(sources),
        "TELEGRAM_BOT_TOKEN": "7000001:benchmark",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API_BASE_URL": bench.provider,
        "ENABLE_LLM": "true",
        "OPENAI_API_KEY": "benchmark",
        "OPENAI_BASE_URL": f"{bench.provider}/v1",
    }


def _is_up(url: str) -> bool:
    try:
        with DIRECTLY.open(f"{url}/readyz", timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def _postmaster(bench: Rig) -> int:
    """The process all others of the server are children of."""
    return psutil.Process(bench.one("select pg_backend_pid()")).ppid()
