"""`shiftbot demo`, as a new user runs it: real processes, asserted by what the database holds afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from shiftbot.local import env_file
from shiftbot.local.home import Home
from shiftbot.local.postgres import EmbeddedPostgres
from shiftbot.local.postgres_guardian import VERSION
from shiftbot.local.reader import Reader
from tests.support.postgres import ROOT
from tests.support.waiting import eventually


@dataclass
class User:
    """Somebody with a terminal."""

    home: Home

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "SHIFTBOT_PORT_BASE"}
        # Settings of a real installation that must never be used.
        return kept | {"SHIFTBOT_HOME": str(self.home.path), "TELEGRAM_API_BASE_URL": "http://127.0.0.1:1"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "shiftbot.cli", *arguments],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def runs(self, *arguments: str) -> tuple[int, str]:
        """One command to its end: exit code and everything it printed."""
        with self.start(*arguments) as process:
            said, _ = process.communicate(timeout=180)
        return process.returncode, said

    def processes(self) -> list[str]:
        """Whatever runs with this home, the database included."""
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            try:
                line = " ".join(process.info["cmdline"] or [])
                is_ours = str(self.home.path) in line or process.environ().get("SHIFTBOT_HOME") == str(
                    self.home.path
                )
            except psutil.Error:
                continue
            if is_ours and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(line)
        return found


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    user = User(Home(tmp_path / "home"))
    yield user
    EmbeddedPostgres(user.home.postgres, VERSION).stop()


@pytest.fixture
def demo(user: User) -> Iterator[subprocess.Popen[str]]:
    """A demo in which nobody writes."""
    with user.start("demo", "--no-play") as process:
        assert eventually(lambda: user.home.env_file.exists() or process.poll() is not None, 90)
        yield process
        process.kill()


def test_a_dozen_conversations_come_to_rest(user: User) -> None:
    code, said = user.runs("demo", "--fresh", "--once")
    assert code == 0, said
    assert "Every ticket came to rest, the queues are empty and the journal is intact." in said
    assert user.processes() == []
    assert not user.home.env_file.exists()

    server = EmbeddedPostgres(user.home.postgres, VERSION)
    server.start()
    with Reader(server.dsn()) as reader:
        tickets = reader.rows(
            "select s.name, t.status::text, t.title from public.tickets as t"
            " join public.sources as s on s.id = t.source_id order by s.name, t.status::text, t.title"
        )
        events = dict(reader.rows("select event, count(*) from public.ticket_actions group by event"))
        engines = reader.rows(
            "select distinct payload #>> '{facts,engine}' from public.ticket_actions where event like 'triaged%'"
        )
        burst = reader.rows(
            "select count(distinct ticket_id), count(*) from public.ticket_actions"
            " where event = 'message' and payload ->> 'author_name' in ('Gita', 'Dmitri') group by actor"
        )
        problems = reader.rows(
            "select ticket_id from ops.verify_journal() union select ticket_id from ops.status_drift"
        )

    group, private = "Beta users (group)", "Private chats with the bot"
    assert [(name, status) for name, status, _ in tickets] == [
        (group, "awaiting_feedback"),
        (group, "awaiting_feedback"),
        (group, "awaiting_feedback"),
        (group, "closed"),
        (private, "awaiting_feedback"),
        (private, "closed"),
        (private, "escalated"),
        ("Release news, discussion", "awaiting_feedback"),
        ("Support forum (topics)", "closed"),
        ("bugs", "closed"),
        ("bugs", "escalated"),
        ("help-desk", "open"),
    ]
    assert (events["feedback_positive"], events["human_requested"], events["triaged_escalate"]) == (3, 1, 1)
    assert (events["edited"], events["triaged_ignore"], events["reply_drafted"]) == (1, 1, 1)
    assert (events["acknowledged"], events["page_joined"]) == (
        2,
        1,
    )  # the second report joined, then rang by itself
    assert engines == [("model",)]
    assert burst == [(1, 3), (1, 3)]  # three messages and an album of three: one ticket each
    assert problems == []


def test_a_customer_talks_to_the_running_demo(user: User, demo: subprocess.Popen[str]) -> None:
    assert eventually(lambda: user.runs("doctor")[0] == 0)  # once the workers have signed
    said = user.runs("doctor")[1]
    assert said.endswith(" ok, 0 to look at, 0 to mend\n"), said

    code, said = user.runs("say", "telegram", "the site is down", "--as", "Mia")
    assert code == 0
    assert "Mia (private chat): the site is down\nShift-Bot: Thank you for telling us." in said

    code, said = user.runs("say", "slack", "the export fails", "--channel", "#bugs")
    assert code == 0
    assert "[This helped]  [Get me a human]" in said

    a_program_raises_a_ticket(env_file.read(user.home.env_file))
    code, said = user.runs("tickets")
    assert code == 0
    assert "api, Monitoring" in said
    assert "the site is down" in said

    code, said = user.runs("demo")
    assert (code, said) == (
        1,
        f"shiftbot: A demo is already running in {user.home.path} (process {demo.pid}): "
        f"stop it with Ctrl-C in its terminal or with: kill {demo.pid}\n",
    )
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0
    assert said.endswith("Stopped. The data is kept for the next run.\n")
    assert user.processes() == []


def a_program_raises_a_ticket(settings: dict[str, str]) -> None:
    """Over the API of the demo, with the token that .shiftbot/env holds."""
    headers = {"Authorization": f"Bearer {settings['API_TOKEN']}", "Idempotency-Key": "raised-by-the-test"}
    with httpx.Client(base_url=settings["API_URL"], headers=headers, trust_env=False) as http:
        sources = http.get("/sources").json()["items"]
        (monitoring,) = [each["id"] for each in sources if each["platform"] == "api"]
        report = {"source_id": monitoring, "title": "The disk is full", "body": "The disk of db-1 is full"}
        raised = http.post("/tickets", json=report)

    assert (raised.status_code, raised.json()["outcome"]) == (201, "created")


def test_a_killed_demo_leaves_nothing_and_the_next_one_goes_on(
    user: User, demo: subprocess.Popen[str]
) -> None:
    secrets = json.loads(user.home.secrets_file.read_text())
    url = env_file.read(user.home.env_file)["DATABASE_URL"]
    demo.kill()
    demo.wait()

    assert eventually(lambda: user.processes() == [])
    assert not user.home.env_file.exists()
    with user.start("demo", "--no-play") as again:
        assert eventually(user.home.env_file.exists, 90)
        settings = env_file.read(user.home.env_file)
        again.terminate()
        again.communicate(timeout=30)
    assert again.returncode == 0
    assert {name: settings[name] for name in secrets} == secrets
    assert settings["DATABASE_URL"].partition("@")[0] == url.partition("@")[0]
    assert user.processes() == []
