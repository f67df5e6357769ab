from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shiftbot.cli import main
from shiftbot.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting, and an empty working directory."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SHIFTBOT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shiftbot(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit code, what it printed and what it complained about."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run
