"""Part of the soak: a durable Postgres, simulators, and the programs as processes that are started again when they die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from shiftbot.local.database import prepare_database
from shiftbot.local.ports import free_port
from shiftbot.local.postgres import EmbeddedPostgres
from shiftbot.migrate import migrate
from shiftbot.sim.openai import ModelSim
from shiftbot.sim.slack import SECRET as SLACK_SECRET
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim
from shiftbot.sim.twilio import TwilioSim
from shiftbot.sources import Source, sync
from tests.support.previous import previous_version

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the-secret-of-the-soak"  # of all that want one here
GROUPS = [-1_001_000_001_000 - n for n in range(40)]
CHANNELS = [f"C0SOAK{n:04d}" for n in range(10)]
PHONES = {"Ada": "+15550100001", "Ben": "+15550100002"}
WEBHOOKS = 2  # Slack tries four times within six minutes: of a single one that dies every minute, some events would find nobody
HISTORY_SECONDS = 20  # what Slack gave up is looked for in its channels
RESTART_SECONDS = 1.0  # what a supervisor takes to notice


@dataclass
class Program:
    """One process and how to start it again."""

    name: str
    command: list[str]
    code: Path  # the version it is of
    process: subprocess.Popen[bytes]
    deaths: int = 0


@dataclass
class Stage:
    """What traffic, havoc and ledger hold in their hands."""

    server: EmbeddedPostgres
    telegram: TelegramSim
    slack: SlackSim
    model: ModelSim
    twilio: TwilioSim
    url: str
    folder: Path
    environment: dict[str, str]
    programs: list[Program] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """What the database has; a connection each time, as the server is restarted in between."""
        with psycopg.connect(self.server.dsn(), autocommit=True, connect_timeout=5) as conn:
            return conn.execute(query.encode(), arguments or None).fetchall()

    def start(self, name: str, *command: str, code: Path = ROOT) -> None:
        """Starts `shiftbot COMMAND…`, again and again until the stage is left."""
        whole = [sys.executable, "-m", "shiftbot.cli", *command]
        with self.guard:
            self.programs.append(Program(name, whole, code, self._launch(name, whole, code)))

    def kill(self, program: Program) -> None:
        """SIGKILL to the process and its children, as when a machine goes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.process.pid, signal.SIGKILL)
        program.process.wait()
        program.deaths += 1

    def revive(self, leaving: threading.Event) -> None:
        """What systemd or Kubernetes would do; runs in a thread of its own."""
        while not leaving.wait(RESTART_SECONDS):
            with self.guard:
                for program in self.programs:
                    if program.process.poll() is not None and not leaving.is_set():
                        program.process = self._launch(program.name, program.command, program.code)

    def is_up(self) -> bool:
        """Whether webhooks and dashboard answer, and every worker has given its sign of life."""
        workers = sum(program.name.startswith("worker") for program in self.programs)
        try:
            doors = (f"{self.url}/readyz", f"{self.environment['DASHBOARD_URL']}/healthz")
            are_open = all(httpx.get(door, timeout=2).status_code == 200 for door in doors)
        except httpx.HTTPError:
            return False
        return are_open and self.rows("select count(distinct process) from private.workers") >= [(workers,)]

    def _launch(self, name: str, command: list[str], code: Path) -> subprocess.Popen[bytes]:
        environment = self.environment | {"PYTHONPATH": str(code)}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command, env=environment, cwd=code, stderr=log, stdout=log, start_new_session=True
            )


@contextlib.contextmanager
def stage(workers: int, older: str | None = None) -> Iterator[Stage]:
    """Everything up: sources, two engineers with phones, every program; the first worker may be of an older commit."""
    with tempfile.TemporaryDirectory(prefix="shiftbot-soak-") as folder, contextlib.ExitStack() as stack:
        server = EmbeddedPostgres(Path(folder) / "data", 18, free_port())
        server.start()
        stack.callback(server.stop)
        prepare_database(server.dsn(user="supabase_admin"))
        migrate(server.dsn())
        sims = tuple(stack.enter_context(kind()) for kind in (TelegramSim, SlackSim, ModelSim, TwilioSim))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        sources = Path(folder) / "sources.json"
        sources.write_text(json.dumps(_sources()))
        it = Stage(server, *sims, url, Path(folder), _environment(server, sims, port, sources))
        _furnish(it)
        leaving = threading.Event()
        reviver = threading.Thread(target=it.revive, args=(leaving,))
        stack.callback(_end, it, leaving, reviver)
        for number in range(WEBHOOKS):
            it.start(f"webhooks-{number}", "webhooks")
        it.start("dashboard", "dashboard")
        for number in range(workers):
            is_older = older is not None and number == 0
            code = previous_version(it.folder / "older", older or "") if is_older else ROOT
            it.start(
                f"worker-{number}" if not is_older else "worker of an older version", "worker", code=code
            )
        reviver.start()
        while not it.is_up():
            time.sleep(0.1)
        yield it


def _end(it: Stage, leaving: threading.Event, reviver: threading.Thread) -> None:
    leaving.set()
    reviver.join()
    for program in it.programs:
        it.kill(program)


def _sources() -> list[dict[str, object]]:
    settings = {"merge_window_seconds": 0}
    groups = [
        {"platform": "telegram", "external_id": str(group), "name": f"group {group}"} for group in GROUPS
    ]
    channels = [{"platform": "slack", "external_id": name, "name": name.lower()} for name in CHANNELS]
    return [source | {"settings": settings} for source in (*groups, *channels)]


def _furnish(it: Stage) -> None:
    with psycopg.connect(it.server.dsn(), autocommit=True) as conn:
        sync(conn, [Source.model_validate(source) for source in _sources()])
        # The platforms' limits are lifted: 30 replies a second are all that Telegram takes from one bot.
        # By time, not by number: each send within its window is kept.
        conn.execute("update private.send_limits set per_seconds = 0.01")
        conn.execute("update public.app_settings set storm_window = interval '0'")
        conn.execute("delete from public.escalation_steps where method <> 'phone_call'")
        for name, phone in PHONES.items():
            conn.execute(
                "insert into public.engineers (name, email, phone) values (%s, %s, %s)",
                (name, f"{name.lower()}@example.com", phone),
            )
        conn.execute("select private.hand_over(min(id), 'the soak') from public.engineers")
        conn.execute(f"alter role shiftbot_dashboard login password '{SECRET}'".encode())
    for group in GROUPS:
        it.telegram.create_chat("supergroup", "Group", chat_id=group)
    for name in CHANNELS:
        it.slack.create_channel(name, name.lower())
    it.telegram.set_webhook(f"{it.url}/webhooks/telegram", SECRET)
    it.slack.set_webhook(it.url)
    it.slack.events.retry_delays = (0.0, 60.0, 300.0)  # Slack's own
    it.twilio.set_webhook(it.url)
    for phone in PHONES.values():
        it.twilio.operator(phone).behaves("answers", "1")


def _environment(server: EmbeddedPostgres, sims: tuple[Any, ...], port: int, sources: Path) -> dict[str, str]:
    telegram, slack, model, twilio = sims
    dashboard = f"127.0.0.1:{free_port()}"
    return os.environ | {
        "DASHBOARD_DATABASE_URL": f"postgresql://shiftbot_dashboard:{SECRET}@127.0.0.1:{server.port}/postgres",
        "DASHBOARD_COOKIE_SECRET": SECRET * 2,
        "DASHBOARD_BIND": dashboard,
        "DASHBOARD_URL": f"http://{dashboard}",
        "DASHBOARD_LOCAL_ENGINEERS": ",".join(f"{name.lower()}@example.com" for name in PHONES),
        "DATABASE_URL": server.dsn(),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "WEBHOOKS_BIND": f"127.0.0.1:{port}",
        "WEBHOOKS_SHARE_PORT": "true",
        "SOURCES_FILE": str(sources),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API_BASE_URL": telegram.url,
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_HISTORY_SECONDS": str(HISTORY_SECONDS),
        "SLACK_SIGNING_SECRET": SLACK_SECRET,
        "SLACK_API_BASE_URL": f"{slack.url}/api/",
        "ENABLE_LLM": "true",
        "OPENAI_API_KEY": model.api_key,
        "OPENAI_BASE_URL": f"{model.url}/v1",
        "OPENAI_TIMEOUT_SECONDS": "5",
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM_NUMBER": twilio.number,
        "TWILIO_API_BASE_URL": twilio.url,
        "NO_PROXY": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
    }
