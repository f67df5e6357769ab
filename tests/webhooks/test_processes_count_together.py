"""A server of two processes: what either counts is served as one, the database's gauges once, and no file is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from shiftbot.local.ports import free_port
from tests.support.postgres import ROOT, Database
from tests.support.waiting import eventually
from tests.support.web import TELEGRAM_SECRET

pytestmark = pytest.mark.newest_postgres


@contextmanager
def server(
    database: Database, log: Path, url: str = "", **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`shiftbot webhooks` as it is started in production."""
    url = url or f"http://127.0.0.1:{free_port()}"
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.dsn,
        "WEBHOOKS_BIND": url.removeprefix("http://"),
        "WEBHOOKS_PROCESSES": "2",
        "WEBHOOKS_THREADS": "2",
        "TELEGRAM_BOT_TOKEN": "7412345678:AAE-simulated-token-for-local-use-only",
        "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
        "SOURCES_FILE": str(ROOT / "sources.json"),
    }
    command = [sys.executable, "-m", "shiftbot.cli", "webhooks"]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment | settings, cwd=ROOT, stderr=out) as process,
    ):
        try:
            assert eventually(lambda: answers(url), 60), log.read_text()
            yield url, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return sorted(child.pid for child in psutil.Process(process.pid).children())


def drop(url: str, process: subprocess.Popen[bytes], directory: Path) -> int:
    """Sends what is dropped and counted, each over a new connection, until every process has counted; how often."""
    sent = 0
    while {int(file.stem.rpartition("_")[2]) for file in directory.glob("counter_*.db")} < set(
        children(process)
    ):
        answer = httpx.post(
            f"{url}/webhooks/telegram",
            content=b"no json",
            headers={"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET},
            trust_env=False,
        )
        assert answer.status_code == 200
        sent += 1
        assert sent < 5000
    return sent


def value(text: str, sample: str) -> list[float]:
    return [float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(sample + " ")]


DROPPED = 'shiftbot_events_dropped_total{platform="telegram",reason="not_json"}'


def test_counters_add_up_and_gauges_are_there_once(database: Database, tmp_path: Path) -> None:
    counters, log = tmp_path / "counters", tmp_path / "log"
    counters.mkdir()
    (counters / "counter_1.db").write_bytes(b"left by a run that was killed")
    with server(database, log, PROMETHEUS_MULTIPROC_DIR=str(counters)) as (url, process):
        assert eventually(lambda: len(children(process)) == 2)
        sent = drop(url, process, counters)

        text = httpx.get(f"{url}/metrics", trust_env=False).text
        assert value(text, DROPPED) == [sent]
        assert value(text, "shiftbot_on_call_engineers") == [0.0]
        assert value(text, "shiftbot_database_up") == [1.0]
        assert value(text, 'shiftbot_queue_messages{queue="triage",state="due"}') == [0.0]
        assert 'flask_http_request_total{method="POST",status="200"}' in text

        before = children(process)
        os.kill(before[0], signal.SIGKILL)
        assert eventually(lambda: len(children(process)) == 2 and before[0] not in children(process))
        assert value(httpx.get(f"{url}/metrics", trust_env=False).text, DROPPED) == [sent]

    lines = [json.loads(line) for line in log.read_text().splitlines()]  # gunicorn's own, too
    assert {line["service"] for line in lines} == {"webhooks"}
    assert any(line["logger"] == "gunicorn.error" for line in lines)


def test_the_directory_it_makes_is_gone_afterwards(database: Database, tmp_path: Path) -> None:
    with server(database, tmp_path / "log", TMPDIR=str(tmp_path)) as (url, process):
        (made,) = tmp_path.glob("shiftbot-metrics-*")
        assert drop(url, process, made) > 0

    assert list(tmp_path.glob("shiftbot-metrics-*")) == []
