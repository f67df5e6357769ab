"""Webhook to committed: requests by wrk against what pgbench reaches calling the ingest function on the same cores."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from shiftbot.local.ports import free_port
from tests.benchmarks.ingesting import AS_INGEST, CHAT, CLIENTS, call, pgbench, update
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import ROOT, Rig, rig, running

ROUNDS, SECONDS = 5, 5
LIMIT = 0.5
PER_SECOND, PACED_SECONDS, P99_LIMIT = 100, 15, 0.05
PROCESSES = os.environ.get("WEBHOOKS_PROCESSES", "2")  # one a core, as deploy/compose.yaml has it
SECRET = "benchmark"
BASELINE = "pgbench calling the function"
_FIRST = itertools.count(10**10, 10**7)  # of the messages of each load, none of which is one of pgbench's
_LUA = """
local prefix, suffix, count = %s, %s, 0
function request()
  count = count + 1
  local body = string.gsub(prefix, "1234567", string.format("%%.0f", %d + count))
  return wrk.format("POST", "/webhooks/telegram", {["X-Telegram-Bot-Api-Secret-Token"] = suffix}, body)
end
"""


@dataclass
class Served:
    """A server with the route."""

    port: int
    process: psutil.Process
    # Messages a second, and CPU milliseconds of Python and Postgres for each.
    rounds: list[tuple[float, float, float]] = field(default_factory=list)


def run() -> list[Figure]:
    """The figures."""
    if not (wrk := shutil.which("wrk")):
        raise SystemExit("The load comes from wrk. Please install: apt-get install wrk")
    with (
        rig() as bench,
        pgbench(bench) as runs,
        _served(bench) as ours,
        _sketched(bench) as bare,
    ):
        script, direct = call(), list[float]()
        for served in (ours, bare):
            _load(wrk, served.port, 2)
        for _ in range(ROUNDS):
            direct.append(runs.run(script, SECONDS, "postgres", AS_INGEST).per_second)
            for served in (ours, bare):
                served.rounds.append(_round(bench, wrk, served))
        waits = sorted(_paced(ours.port))
    (through, python, postgres), (plainly, plain, _) = _medians(ours), _medians(bare)
    share, bares = through / median(direct), plainly / median(direct)
    return [
        Figure("pgbench calling the ingest function, calls/s", f"{median(direct):.0f}"),
        Figure("webhook, messages committed/s", f"{through:.0f} ({share:.2f})", share, BASELINE),
        Figure(
            "a bare route with that call, messages committed/s",
            f"{plainly:.0f} ({bares:.2f})",
            bares,
            BASELINE,
        ),
        Figure("CPU per message: the server's Python", f"{python:.2f} ms", python / postgres, "Postgres'"),
        Figure("CPU per message: the bare route's", f"{plain:.2f} ms", plain / python, "the webhook's"),
        Figure("CPU per message: Postgres", f"{postgres:.2f} ms"),
        Figure(f"at least {LIMIT} of the calls/s of pgbench", "yes" if share >= LIMIT else "NO"),
        Figure(f"{PER_SECOND} requests/s: p50", f"{at(waits, 50) * 1000:.1f} ms"),
        Figure(f"{PER_SECOND} requests/s: p99", f"{at(waits, 99) * 1000:.1f} ms"),
        Figure(f"p99 under {P99_LIMIT * 1000:.0f} ms", "yes" if at(waits, 99) < P99_LIMIT else "NO"),
    ]


def _round(bench: Rig, wrk: str, served: Served) -> tuple[float, float, float]:
    """As many as it takes."""
    before, cpu = bench.one("select count(*) from public.tickets"), _cpu(bench, served.process)
    asked = _load(wrk, served.port, SECONDS)
    made = bench.one("select count(*) from public.tickets") - before
    if not asked <= made <= asked + CLIENTS:  # wrk gives up on those under way when its time is over
        raise RuntimeError(f"{asked} requests were answered and {made} tickets made")
    python, postgres = ((b - a) / made * 1000 for a, b in zip(cpu, _cpu(bench, served.process), strict=True))
    return made / SECONDS, python, postgres


def _medians(served: Served) -> list[float]:
    return [median(one) for one in zip(*served.rounds, strict=True)]


@contextlib.contextmanager
def _sketched(bench: Rig) -> Iterator[Served]:
    """A bare Flask route with the same call, behind the same server; it verifies, limits, logs and counts nothing."""
    port = free_port()
    with running("tests.benchmarks.sketch", "serve", bench.dsn, str(port), PROCESSES, "ingest") as (process,):
        while _post(port, 2) != 200:
            time.sleep(0.2)
            if process.poll() is not None:
                raise RuntimeError("the bare route's server ended, and said why above")
        yield Served(port, psutil.Process(process.pid))


@contextlib.contextmanager
def _served(bench: Rig) -> Iterator[Served]:
    """`shiftbot webhooks` as deployed, with a Telegram that only knows who the bot is."""
    telegram = ThreadingHTTPServer(("127.0.0.1", 0), _GetMe)
    threading.Thread(target=telegram.serve_forever, daemon=True).start()
    port = free_port()
    with TemporaryDirectory(prefix="shiftbot-bench-") as folder:
        sources = Path(folder) / "sources.json"
        sources.write_text(json.dumps([{"platform": "telegram", "external_id": str(CHAT), "name": "Bench"}]))
        environment = os.environ | {
            "DATABASE_URL": bench.dsn,
            "WEBHOOKS_BIND": f"127.0.0.1:{port}",
            "WEBHOOKS_PROCESSES": PROCESSES,
            "TELEGRAM_BOT_TOKEN": "7412345678:AAE-simulated-token-for-local-use-only",
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_API_BASE_URL": f"http://127.0.0.1:{telegram.server_port}",
            "SOURCES_FILE": str(sources),
            "NO_PROXY": "127.0.0.1",
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "shiftbot.cli", "webhooks"], env=environment, cwd=ROOT, stderr=log
            )
        try:
            while _post(port, 1) != 200:
                time.sleep(0.2)
                if process.poll() is not None:
                    raise RuntimeError((Path(folder) / "log").read_text()[-2000:])
            yield Served(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(60)
            telegram.shutdown()


class _GetMe(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        me = {"id": 7, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        body = json.dumps({"ok": True, "result": me}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it answers once."""


def _load(wrk: str, port: int, seconds: int) -> int:
    """How many requests were answered with 200; each a first message of its own."""
    with TemporaryDirectory(prefix="shiftbot-wrk-") as folder:
        script = Path(folder) / "post.lua"
        body = json.dumps(json.dumps(update(1234567)))
        script.write_text(_LUA % (body, json.dumps(SECRET), next(_FIRST)))
        command = [
            wrk,
            "-t1",
            f"-c{CLIENTS}",
            f"-d{seconds}s",
            "-s",
            str(script),
            f"http://127.0.0.1:{port}/",
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    found = re.search(r"(\d+) requests in", said)
    assert found is not None, said
    return int(found[1])


def _cpu(bench: Rig, server: psutil.Process) -> tuple[float, float]:
    """CPU seconds so far of the server's processes and of Postgres' (those of ended sessions within their parent's)."""
    postmaster = psutil.Process(int((bench.server.data_dir / "postmaster.pid").read_text().split()[0]))
    return _of_tree(server), _of_tree(postmaster)


def _of_tree(root: psutil.Process) -> float:
    spent = 0.0
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile, and its parent has its seconds
            times = process.cpu_times()
            spent += times.user + times.system
    times = root.cpu_times()
    return spent + times.children_user + times.children_system


def _paced(port: int) -> list[float]:
    """Seconds from when each request was due, not from when a connection was free for it, to its answer."""
    due: queue.SimpleQueue[tuple[int, float] | None] = queue.SimpleQueue()
    waits: list[float] = []

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (job := due.get()) is not None:
            if _ask(connection, 900_000_000 + job[0]) != 200:
                raise RuntimeError("a paced request was refused")
            waits.append(time.perf_counter() - job[1])
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(16)]
    for sender in senders:
        sender.start()
    begun = time.perf_counter()
    for number in range(PER_SECOND * PACED_SECONDS):
        at_moment = begun + number / PER_SECOND
        time.sleep(max(0.0, at_moment - time.perf_counter()))
        due.put((number, at_moment))
    for _ in senders:
        due.put(None)
    for sender in senders:
        sender.join()
    if len(waits) != PER_SECOND * PACED_SECONDS:
        raise RuntimeError(f"{len(waits)} of the paced requests were answered")
    return waits


def _post(port: int, number: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return _ask(connection, number)
    except OSError:  # not up yet
        return 0
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, number: int) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    connection.request("POST", "/webhooks/telegram", json.dumps(update(number)), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status
