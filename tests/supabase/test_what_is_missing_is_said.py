from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import debian
from tests.support.postgres import ROOT


def test_ci_installs_what_the_tests_ask_for() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert [package for package in debian.PACKAGES.values() if f"({package})" not in script] == []


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "PACKAGES", {Path("/nowhere"): "pgbouncer", Path("/"): "base-files"})

    assert debian.remedy() == "Please install: apt-get install pgbouncer"
