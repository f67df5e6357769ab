"""What the rules promise on conversations that they were never tuned on. Numbers only: texts shown would be tuned on."""

from __future__ import annotations

import pytest

from shiftbot.triage.rules import RulesEngine
from tests.eval.__main__ import PRECISION, RECALL
from tests.eval.labelled import load
from tests.eval.score import Judged, closed_reports, escalation, judge


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(RulesEngine().triage, load("untouched"))


def test_serious_reports_wake_somebody(judged: list[Judged]) -> None:
    assert escalation(judged).recall >= RECALL


def test_most_who_are_woken_are_woken_rightly(judged: list[Judged]) -> None:
    assert escalation(judged).precision >= PRECISION


def test_no_report_is_closed_as_noise(judged: list[Judged]) -> None:
    assert len(closed_reports(judged)) == 0
