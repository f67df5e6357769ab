"""What is to be expected is no traceback: one sentence with the remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.postgres import ROOT, Database

READING = [
    ["tickets"],
    ["tickets", "7"],
    ["journal", "verify"],
    ["queue", "list"],
    ["queue", "requeue", "triage"],
    ["replies", "list"],
    ["replies", "resend", "1"],
    ["sources", "sync", "--file", str(ROOT / "sources.json")],
    ["on-call", "show"],
    ["on-call", "take", "ana"],
    ["on-call", "nobody"],
    ["on-call", "override", "ana", "now", "+4h"],
    ["on-call", "rotation", "list"],
    ["on-call", "rotation", "add", "weekly", "ana", "--zone", "Europe/Berlin"],
    ["on-call", "rotation", "stop", "weekly"],
    ["on-call", "calendar", "--revoke"],
    ["migrate"],
]
NOWHERE = "postgresql://postgres:hunter2secret@127.0.0.1:1/postgres"


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_no_database_is_named(shiftbot: Run, command: list[str]) -> None:
    assert shiftbot(*command) == (
        2,
        "",
        "shiftbot: DATABASE_URL is not set and no demo runs in this folder: set it (.env.example says how), "
        "or start the demo with `make demo`.\n",
    )


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_the_database_is_away(shiftbot: Run, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    assert shiftbot(*command) == (
        1,
        "",
        "shiftbot: The database on 127.0.0.1:1 cannot be used: Connection refused. Check DATABASE_URL.\n",
    )


def test_the_address_is_none(shiftbot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "https://example.com/hunter2secret")
    code, out, err = shiftbot("tickets")

    assert (code, out) == (2, "")
    assert err.startswith("shiftbot: DATABASE_URL is not an address of a Postgres database:")
    assert err.count("\n") == 1


@pytest.mark.newest_postgres
@pytest.mark.parametrize("command", [c for c in READING if c != ["migrate"]], ids=" ".join)
def test_the_database_is_not_migrated(
    shiftbot: Run, command: list[str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect() as conn:
        conn.execute(
            "drop schema ops cascade; drop schema private cascade;"
            " drop table public.tickets, public.engineers, public.rotations, public.shifts cascade"
        )
    monkeypatch.setenv("DATABASE_URL", database.dsn)

    assert shiftbot(*command) == (
        1,
        "",
        "shiftbot: The database does not have what this version needs: run `shiftbot migrate`.\n",
    )


@pytest.mark.parametrize("command", [["webhooks"], ["worker"], ["worker", "triage"]], ids=" ".join)
def test_settings_are_missing(shiftbot: Run, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALATION_THRESHOLD", "7")
    code, out, err = shiftbot(*command)

    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "shiftbot: the settings cannot be used (.env.example describes each):",
        "  DATABASE_URL: Field required",
        "  ESCALATION_THRESHOLD: Input should be less than or equal to 1",
    ]


@pytest.mark.parametrize("command", [["webhooks"], ["listen", "slack"]], ids=" ".join)
def test_the_sources_cannot_be_used_from_the_start(command: list[str], tmp_path: Path) -> None:
    tmp_path.joinpath("sources.json").write_text('[{"platform": "slack", "external_id": "C0BUGS00001"}]')
    ended = subprocess.run(
        [sys.executable, "-m", "shiftbot.cli", *command],
        env={
            **os.environ,
            "DATABASE_URL": NOWHERE,
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": "secret",
            "SLACK_APP_TOKEN": "xapp-1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[-2:] == [
        "shiftbot: sources.json cannot be used:",
        "  entry 1 (slack C0BUGS00001): name is missing",
    ]
    assert "Traceback" not in ended.stderr


def test_nothing_to_talk_to(shiftbot: Run) -> None:
    assert shiftbot("say", "telegram", "hello") == (
        1,
        "",
        "shiftbot: The demo is not running: start it with make demo.\n",
    )


def test_settings_that_a_killed_demo_left_are_no_demo(shiftbot: Run, tmp_path: Path) -> None:
    (tmp_path / ".shiftbot").mkdir()
    (tmp_path / ".shiftbot" / "env").write_text("TELEGRAM_SIM_URL=http://127.0.0.1:1\n")

    assert (
        shiftbot("say", "slack", "hello")[2]
        == "shiftbot: The demo is not running: start it with make demo.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["telegram", "hi", "--channel", "bugs"], "--channel and --thread are Slack's"),
        (["slack", "hi", "--chat", "-100"], "--chat is Telegram's"),
        (["slack", "  "], "the text is empty"),
    ],
)
def test_options_of_the_other_platform_are_refused(shiftbot: Run, arguments: list[str], words: str) -> None:
    code, _, err = shiftbot("say", *arguments)

    assert code == 2
    assert words in err


def test_the_folder_cannot_be_written(shiftbot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SHIFTBOT_HOME", str(tmp_path / "file" / "home"))
    code, _, err = shiftbot("demo", "--once")

    assert code == 1
    assert err == f"shiftbot: Cannot write in {tmp_path}/file/home: Not a directory.\n"
