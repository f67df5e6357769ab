"""The local rung: a database, simulated platforms, the webhooks, the workers and the dashboard, all on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from shiftbot import sources
from shiftbot.dashboard_settings import DashboardSettings
from shiftbot.local import api, env_file, ports, supabase, team
from shiftbot.local.database import prepare_database
from shiftbot.local.home import Home, LocalError
from shiftbot.local.postgres import HOST, EmbeddedPostgres, PostgresError
from shiftbot.local.postgres_guardian import VERSION
from shiftbot.local.supervisor import Program, Supervisor
from shiftbot.migrate import MigrationError, migrate
from shiftbot.settings import Settings
from shiftbot.sim.twilio import NUMBER as TWILIO_NUMBER

ROOT = Path(__file__).resolve().parents[2]
_NOT_PROXIED = "127.0.0.1,localhost"


@contextlib.contextmanager
def running(home: Home, fresh: bool, tell: Callable[[str], None]) -> Iterator[dict[str, str]]:
    """Runs the whole rung and gives its settings. Raises LocalError where it cannot."""
    with home.locked() as lock:
        tell("Shift-Bot demo: everything runs on this machine; Telegram, Slack and the model are simulated.")
        if fresh:
            EmbeddedPostgres(home.postgres, VERSION).stop()
            home.remove_data()
        chosen = ports.choose()
        listed = _sources_file()
        with _database(home, chosen["database"], lock) as server:
            dsn = server.dsn()
            tell(f"database on {HOST}:{chosen['database']}, {_prepare(dsn, listed)}")
            settings = _settings(home, chosen, dsn, listed)
            settings |= supabase.let_the_dashboard_in(dsn, settings) | api.let_programs_in(dsn, settings)
            superuser = server.dsn(user="supabase_admin")
            programs = _programs(settings, chosen, superuser, home.attachments)
            supervisor = Supervisor(programs, _environment(settings), home.logs, lock, tell)
            try:
                supervisor.start()
                env_file.write(home.env_file, settings)
                yield settings
            finally:
                home.env_file.unlink(missing_ok=True)
                supervisor.stop()


@contextlib.contextmanager
def _database(home: Home, port: int, lock: int) -> Iterator[EmbeddedPostgres]:
    """The server while inside; its guardian stops it, whether or not this process lives to see that."""
    server = EmbeddedPostgres(home.postgres, VERSION, port)
    guardian = subprocess.Popen(  # noqa: S603  # our own program and arguments
        [sys.executable, "-m", "shiftbot.local.postgres_guardian", str(home.path), str(port)],
        stdin=subprocess.PIPE,
        start_new_session=True,
        pass_fds=(lock,),
    )
    try:
        try:
            server.start()
            prepare_database(server.dsn(user="supabase_admin"))
        except PostgresError as error:
            raise LocalError(str(error)) from None
        finally:
            os.write(guardian.stdin.fileno() if guardian.stdin else -1, b".")
        yield server
    finally:
        guardian.communicate()  # closes the pipe and waits


def _prepare(dsn: str, listed: Path) -> str:
    try:
        applied = migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as conn:
            sources.sync(conn, sources.load(listed))
            team.hire(conn)
    except MigrationError as error:
        raise LocalError(f"{error} To begin with an empty database: shiftbot demo --fresh") from None
    except sources.SourcesError as error:
        raise LocalError(f"{listed} cannot be used:\n{error}") from None
    return f"{len(applied)} migrations applied" if applied else "with the data of the last run"


def _sources_file() -> Path:
    named = os.environ.get("SOURCES_FILE")
    file = Path(named or "sources.json").absolute()
    return file if named or file.exists() else ROOT / "sources.json"


def _settings(home: Home, chosen: dict[str, int], dsn: str, listed: Path) -> dict[str, str]:
    url = {name: f"http://{HOST}:{port}" for name, port in chosen.items()}
    return (
        {
            "DATABASE_URL": dsn,
            "WEBHOOKS_URL": url["webhooks"],
            "WEBHOOKS_BIND": f"{HOST}:{chosen['webhooks']}",
            "PUBLIC_BASE_URL": url["webhooks"],
            "WORKER_BIND": f"{HOST}:{ports.free_port()}",
            "SOURCES_FILE": str(listed),
            "TELEGRAM_API_BASE_URL": url["telegram"],
            "TELEGRAM_SIM_URL": url["telegram"],
            "SLACK_API_BASE_URL": f"{url['slack']}/api/",
            "SLACK_SIM_URL": url["slack"],
            "ENABLE_LLM": "true",
            "OPENAI_BASE_URL": f"{url['openai']}/v1",
            "OPENAI_SIM_URL": url["openai"],
            "OPENAI_MODEL": "gpt-5-mini",
            "TWILIO_API_BASE_URL": url["twilio"],
            "TWILIO_SIM_URL": url["twilio"],
            "TWILIO_FROM_NUMBER": TWILIO_NUMBER,
            "SMTP_URL": f"smtp://{HOST}:{chosen['smtp']}",
            "SMTP_FROM": "Shift-Bot <shift-bot@example.com>",
            "MAIL_SIM_URL": url["mail"],
            "OUTGOING_WEBHOOK_ALLOW_HTTP": "true",
            "SUPABASE_URL": url["supabase"],
            "DASHBOARD_URL": url["dashboard"],
            "DASHBOARD_BIND": f"{HOST}:{chosen['dashboard']}",
        }
        | api.settings(url)
        | _secrets(home.secrets_file)
    )


def _secrets(file: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if missing := {name: value for name, value in _new_secrets().items() if name not in kept}:
        kept |= missing
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(kept, out)
    return kept


def _new_secrets() -> dict[str, str]:
    return (
        {
            "TELEGRAM_BOT_TOKEN": f"{7_000_000_000 + secrets.randbelow(10**9)}:AA{secrets.token_urlsafe(25)}",
            "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(24),
            "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(20)}",
            "SLACK_SIGNING_SECRET": secrets.token_hex(16),
            "OPENAI_API_KEY": f"sk-{secrets.token_urlsafe(24)}",
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "OUTGOING_WEBHOOK_SECRET": secrets.token_hex(32),
        }
        | supabase.new_secrets()
        | api.new_secrets()
    )


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """The caller's environment without the product's settings: those may be of a real installation."""
    ours = {name.upper() for program in (Settings, DashboardSettings) for name in program.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    kept["NO_PROXY"] = kept["no_proxy"] = _NOT_PROXIED
    return kept | {"PYTHONUNBUFFERED": "1"} | settings


def _programs(
    settings: dict[str, str], chosen: dict[str, int], admin_dsn: str, attachments: Path
) -> list[Program]:
    def simulator(name: str, *options: str) -> Program:
        command = (sys.executable, "-m", "shiftbot.sim", name, "--port", str(chosen[name]), *options)
        return Program(name, command, lambda: ports.answers(chosen[name]), outlives_others=True)

    hooks, listed = settings["WEBHOOKS_URL"], ("--sources", settings["SOURCES_FILE"])
    shiftbot = (sys.executable, "-m", "shiftbot.cli")
    return [
        simulator("openai", "--latency", "0.4"),  # thinks, as a model does: messages meanwhile are taken in
        simulator("telegram", *listed, "--webhook-url", f"{hooks}/webhooks/telegram"),
        simulator("slack", *listed, "--webhook-url", hooks),
        simulator("twilio", "--webhook-url", hooks),
        simulator("mail", "--smtp-port", str(chosen["smtp"])),
        api.provider(chosen["oauth"]),
        Program("webhooks", (*shiftbot, "webhooks"), lambda: _is_healthy(f"{hooks}/healthz")),
        supabase.project(chosen["supabase"], admin_dsn, attachments),
        Program("workers", (*shiftbot, "worker", "all")),
        supabase.dashboard(settings, _is_healthy),
    ]


def _is_healthy(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
