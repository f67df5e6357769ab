"""`duty` as in the end-to-end tests; `settings` names one service at a time; `found` reads findings like a person."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from shiftbot.doctor.finding import Finding
from shiftbot.settings import Settings
from tests.e2e.conftest import duty

__all__ = ["duty"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but the test's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(**values: object) -> Settings:
    return Settings.load(**({"database_url": "postgresql://nobody@127.0.0.1:1/none"} | values))


def found(findings: Iterable[Finding]) -> dict[str, str]:
    """Each check with the status it came to; the worst where it came to several."""
    worst: dict[str, str] = {}
    for finding in findings:
        assert finding.says
        assert bool(finding.mend) == (finding.status != "ok")
        order = ("ok", "warning", "problem")
        worst[finding.check] = max(worst.get(finding.check, "ok"), finding.status, key=order.index)
    return worst
