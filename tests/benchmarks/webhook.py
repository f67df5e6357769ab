"""Webhook to committed: requests by wrk against what pgbench reaches calling the ingest function on the same cores."""

from __future__ import annotations

import contextlib
import http.client
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from shiftbot.local.ports import free_port
from tests.benchmarks.ingesting import AS_INGEST, CHAT, CLIENTS, call, pgbench, update
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import ROOT, Rig, rig

ROUNDS, SECONDS = 5, 5
LIMIT = 0.5
PER_SECOND, PACED_SECONDS, P99_LIMIT = 100, 15, 0.05
SECRET = "benchmark"
BASELINE = "pgbench calling the function"
_LUA = """
local prefix, suffix, count = %s, %s, 0
function request()
  count = count + 1
  local body = string.gsub(prefix, "1234567", string.format("%%.0f", %d + count))
  return wrk.format("POST", "/webhooks/telegram", {["X-Telegram-Bot-Api-Secret-Token"] = suffix}, body)
end
"""


def run() -> list[Figure]:
    """The figures."""
    if not (wrk := shutil.which("wrk")):
        raise SystemExit("The load comes from wrk. Please install: apt-get install wrk")
    with rig() as bench, pgbench(bench) as runs, _served(bench) as (port, server):
        ours, direct, through, spent = call(), [], [], []
        _load(wrk, port, 0, 2)
        for number in range(1, ROUNDS + 1):
            direct.append(runs.run(ours, SECONDS, "postgres", AS_INGEST).per_second)
            before, cpu = bench.one("select count(*) from public.tickets"), _cpu(bench, server)
            asked = _load(wrk, port, number, SECONDS)
            made = bench.one("select count(*) from public.tickets") - before
            if not asked <= made <= asked + CLIENTS:  # wrk gives up on those under way when its time is over
                raise RuntimeError(f"{asked} requests were answered and {made} tickets made")
            through.append(made / SECONDS)
            spent.append([(b - a) / made * 1000 for a, b in zip(cpu, _cpu(bench, server), strict=True)])
        waits = sorted(_paced(port))
    share = median(through) / median(direct)
    python, postgres = (median(one) for one in zip(*spent, strict=True))
    return [
        Figure("pgbench calling the ingest function, calls/s", f"{median(direct):.0f}"),
        Figure("webhook, messages committed/s", f"{median(through):.0f} ({share:.2f})", share, BASELINE),
        Figure("CPU per message: the server's Python", f"{python:.2f} ms", python / postgres, "Postgres'"),
        Figure("CPU per message: Postgres", f"{postgres:.2f} ms"),
        Figure(f"at least {LIMIT} of the calls/s of pgbench", "yes" if share >= LIMIT else "NO"),
        Figure(f"{PER_SECOND} requests/s: p50", f"{at(waits, 50) * 1000:.1f} ms"),
        Figure(f"{PER_SECOND} requests/s: p99", f"{at(waits, 99) * 1000:.1f} ms"),
        Figure(f"p99 under {P99_LIMIT * 1000:.0f} ms", "yes" if at(waits, 99) < P99_LIMIT else "NO"),
    ]


@contextlib.contextmanager
def _served(bench: Rig) -> Iterator[tuple[int, psutil.Process]]:
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
            # One a core, as deploy/compose.yaml has it.
            "WEBHOOKS_PROCESSES": os.environ.get("WEBHOOKS_PROCESSES", "2"),
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
            yield port, psutil.Process(process.pid)
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


def _load(wrk: str, port: int, number: int, seconds: int) -> int:
    """How many requests were answered with 200; each a first message of its own."""
    with TemporaryDirectory(prefix="shiftbot-wrk-") as folder:
        script = Path(folder) / "post.lua"
        body = json.dumps(json.dumps(update(1234567)))
        script.write_text(_LUA % (body, json.dumps(SECRET), (number + 1) * 10_000_000))
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
