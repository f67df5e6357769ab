"""What the rules promise on conversations that they were never tuned on."""

from __future__ import annotations

import pytest

from shiftbot.triage.rules import RulesEngine
from tests.eval.__main__ import PRECISION, RECALL
from tests.eval.labelled import load
from tests.eval.score import closed_reports, escalation, judge


def test_most_who_are_woken_are_woken_rightly() -> None:
    assert escalation(judge(RulesEngine().triage, load("untouched"))).precision >= PRECISION


# Not kept yet; strict, so that this mark has to go as soon as it is. Numbers only: texts shown would be tuned on.
@pytest.mark.xfail(strict=True, reason="recall on the untouched part is below what is promised")
def test_serious_reports_wake_somebody() -> None:
    assert escalation(judge(RulesEngine().triage, load("untouched"))).recall >= RECALL


@pytest.mark.xfail(strict=True, reason="one conversation labelled low is closed as noise")
def test_no_report_is_closed_as_noise() -> None:
    assert len(closed_reports(judge(RulesEngine().triage, load("untouched")))) == 0
