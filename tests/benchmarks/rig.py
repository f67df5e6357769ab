"""Part of the benchmarks: a durable embedded Postgres, a provider, worker processes, and tickets by the thousand."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from shiftbot.local.database import prepare_database
from shiftbot.local.postgres import EmbeddedPostgres
from shiftbot.migrate import migrate
from shiftbot.queue import QUEUES
from tests.benchmarks.report import at

ROOT = Path(__file__).resolve().parents[2]
_TIDYING = "select exists (select from pg_catalog.pg_stat_activity where backend_type = 'autovacuum worker')"
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Rig:
    """What a benchmark holds in its hands."""

    conn: psycopg.Connection[Any]
    dsn: str
    provider: str
    admin_dsn: str
    server: EmbeddedPostgres

    def one(self, query: str, *arguments: Any) -> Any:
        """The first value of the first row."""
        row = self.conn.execute(query.encode(), arguments).fetchone()
        return row[0] if row else None

    def times(self) -> dict[int, float]:
        """When each attempt reached the provider, seconds since 1970."""
        return self._noted("times")

    def replies(self) -> dict[int, list[float]]:
        """When each reply was posted, seconds since 1970, by the number of the message it answers."""
        return self._noted("replies")

    def _noted(self, what: str) -> dict[int, Any]:
        with DIRECTLY.open(f"{self.provider}/{what}") as answer:
            return {int(number): noted for number, noted in json.load(answer).items()}

    def escalate(self, where: str = "true") -> float:
        """Triage's verdict on those tickets; the moment at which it was committed."""
        self.conn.execute(
            "insert into public.ticket_actions (ticket_id, event, actor_type, actor)"
            f" select id, 'triaged_escalate', 'bot', 'bot:bench' from public.tickets where {where}".encode()
        )
        return time.time()

    def team(self) -> None:
        """One engineer on call, with a phone; the policy rings it; every ticket rings by itself."""
        self.conn.execute(
            "insert into public.engineers (name, email, phone) values ('Ada', 'ada@example.com', '+15550100001')"
        )
        self.conn.execute("select private.hand_over(id, 'benchmark') from public.engineers")
        self.conn.execute(
            "delete from public.escalation_steps where method <> 'phone_call' or target <> 'on_call'"
        )
        self.conn.execute("update public.escalation_steps set wait_seconds = 3600")
        self.conn.execute("update public.app_settings set storm_window = interval '0'")
        self.conn.execute(
            "insert into public.sources (platform, external_id, name) values ('telegram', '-1', 'Bench')"
        )

    def tickets(self, count: int, group: str = "-1") -> None:
        """So many open tickets."""
        self.conn.execute(
            "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, title, summary)"
            " select 'telegram', s.id, s.external_id, 'bench:' || coalesce((select max(id) from public.tickets), 0) + n,"
            " 'telegram:7', 'The site is down', 'Nobody can log in.'"
            " from public.sources as s, generate_series(1, %s) as n where s.external_id = %s",
            (count, group),
        )

    def tidy(self) -> None:
        """Returns once what many rows at once leave to autovacuum is done."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute("vacuum (analyze)")
            while admin.execute(_TIDYING.encode()).fetchone() == (True,):
                time.sleep(1)
            admin.execute("checkpoint")

    def durable_commit(self) -> float:
        """The median of what one small durable commit takes here, in seconds."""
        self.conn.execute("create table public.bench (n integer)")
        taken = []
        for number in range(200):
            begun = time.perf_counter()
            self.conn.execute("insert into public.bench values (%s)", (number,))
            taken.append(time.perf_counter() - begun)
        self.conn.execute("drop table public.bench")
        return at(sorted(taken), 50)

    @contextlib.contextmanager
    def commits_meanwhile(self) -> Iterator[list[float]]:
        """What small durable commits take, one after the other with pauses, until the end; in seconds."""
        taken: list[float] = []
        stop = threading.Event()

        def commit() -> None:
            with psycopg.connect(self.dsn, autocommit=True) as conn:
                conn.execute("create table public.bench (n integer)")
                while not stop.wait(0.02):
                    begun = time.perf_counter()
                    conn.execute("insert into public.bench values (1)")
                    taken.append(time.perf_counter() - begun)
                conn.execute("drop table public.bench")

        thread = threading.Thread(target=commit)
        thread.start()
        try:
            yield taken
        finally:
            stop.set()
            thread.join()

    @contextlib.contextmanager
    def workers(
        self, processes: int, which: str = "escalations", **settings: str
    ) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Worker processes for one queue, or all of them, up and idle."""
        with self.programs(processes, "worker", which, **settings) as running:
            loops = processes * (len(QUEUES) if which == "all" else 1)
            while self.one("select count(*) from private.workers") < loops:
                time.sleep(0.05)
            yield running

    @contextlib.contextmanager
    def programs(
        self, processes: int, *command: str, **settings: str
    ) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many of `shiftbot COMMAND…`, which may not be up yet."""
        environment = os.environ | {
            "DATABASE_URL": self.dsn,
            "PUBLIC_BASE_URL": "https://bench.example.com",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "benchmark",
            "TWILIO_FROM_NUMBER": "+15550100000",
            "TWILIO_API_BASE_URL": self.provider,
            "NO_PROXY": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
        }
        with running(
            "shiftbot.cli", *command, processes=processes, environment=environment | settings
        ) as them:
            yield them


@contextlib.contextmanager
def running(
    module: str, *arguments: str, processes: int = 1, environment: Mapping[str, str] = os.environ
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many of `python -m MODULE ARGUMENTS…`, which may not be up yet, until the end."""
    command = [sys.executable, "-m", module, *arguments]
    them = [subprocess.Popen(command, env=environment, cwd=ROOT) for _ in range(processes)]
    try:
        yield them
    finally:
        for process in them:
            process.terminate()
        for process in them:
            process.wait()


@contextlib.contextmanager
def rig() -> Iterator[Rig]:
    """A fresh database that fsyncs as a real one does."""
    with tempfile.TemporaryDirectory(prefix="shiftbot-bench-") as folder, contextlib.ExitStack() as stack:
        server = EmbeddedPostgres(Path(folder) / "data", 18)
        server.start()
        stack.callback(server.stop)
        prepare_database(server.dsn(user="supabase_admin"))
        migrate(server.dsn())
        address = stack.enter_context(provider())
        conn = stack.enter_context(psycopg.connect(server.dsn(), autocommit=True))
        yield Rig(conn, server.dsn(), address, server.dsn(user="supabase_admin"), server)


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """The address of what stands for Twilio, Telegram and a model."""
    command = [sys.executable, "-m", "tests.benchmarks.provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            assert running.stdout is not None
            yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        finally:
            running.kill()
