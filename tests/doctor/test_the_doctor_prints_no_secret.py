"""`shiftbot doctor` as an operator runs it: lines or JSON, an exit code, and never a token, whatever goes wrong."""

from __future__ import annotations

import json

import pytest

from shiftbot.cli import main
from shiftbot.doctor.telegram import WANTED
from shiftbot.local.ports import free_port
from shiftbot.queue import QUEUES
from tests.support.duty import Duty
from tests.support.postgres import ROOT
from tests.support.product import SECRET

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def installed(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> Duty:
    """Everything is configured and as it should be."""
    duty.engineer("Ada", on_call=True)
    for queue in QUEUES:
        duty.rows("select private.sign_of_life('00000000-0000-4000-8000-000000000001', %s, 'host', 1)", queue)
    duty.telegram.set_webhook(f"{duty.url}/webhooks/telegram", SECRET, sorted(WANTED))
    monkeypatch.setenv("ENABLE_LLM", "true")
    monkeypatch.setenv("SOURCES_FILE", str(ROOT / "sources.json"))
    for name, value in duty.settings:
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if plain not in ("", None) and name not in ("enable_llm", "sources_file"):
            monkeypatch.setenv(name.upper(), str(plain))
    return duty


def test_all_is_well(installed: Duty, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor"])
    said = capsys.readouterr().out

    assert (code, "PROBLEM" in said, "warning" in said) == (0, False, False), said
    groups = {line.split()[1] for line in said.splitlines() if line.startswith("ok")}
    everybody = ("settings", "database", "work", "clock", "telegram", "slack", "twilio", "model", "mail")
    assert groups == {f"{group}:" for group in everybody}
    assert said.endswith("ok, 0 to look at, 0 to mend\n")


def test_everything_is_wrong_and_no_secret_is_told(
    installed: Duty, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = installed.settings.secrets()
    gone = f"http://127.0.0.1:{free_port()}"
    for name in ("TELEGRAM_API_BASE_URL", "SLACK_API_BASE_URL", "TWILIO_API_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, gone)
    monkeypatch.setenv("SMTP_URL", f"smtp://bot:hunter2-of-the-test@127.0.0.1:{free_port()}")
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:opensesame-of-the-test@127.0.0.1:1/none")

    code = main(["doctor", "--json"])
    said = capsys.readouterr().out
    problems = {f["group"] for f in json.loads(said) if f["status"] == "problem"}

    assert code == 1
    assert problems == {"database", "telegram", "slack", "twilio", "model", "mail"}
    for secret in (*secrets, "hunter2-of-the-test", "opensesame-of-the-test"):
        assert secret not in said or len(secret) < 6


def test_what_a_service_says_is_masked(
    installed: Duty, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed.telegram.updates._last_error = {
        "last_error_date": 2_000_000_000,
        "last_error_message": f"Wrong response from {installed.telegram.token} and {SECRET}",
    }
    code = main(["doctor"])
    said = capsys.readouterr().out

    assert code == 0  # a warning is no problem
    assert "[redacted]" in said
    assert installed.telegram.token not in said
    assert SECRET not in said


def test_missing_settings_are_findings_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("SHIFTBOT_HOME", str(tmp_path))
    code = main(["doctor", "--json"])

    assert code == 1
    assert [f["says"] for f in json.loads(capsys.readouterr().out)] == ["DATABASE_URL: Field required"]
