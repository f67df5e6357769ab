"""What the rules promise on conversations that they were never tuned on."""

from __future__ import annotations

from shiftbot.triage.rules import RulesEngine
from tests.eval.__main__ import PRECISION, RECALL
from tests.eval.labelled import load
from tests.eval.score import closed_reports, escalation, judge


def test_serious_reports_wake_somebody_and_no_report_is_closed() -> None:
    judged = judge(RulesEngine().triage, load("untouched"))
    woken = escalation(judged)

    # Numbers only: a failure must not show the texts, or they would be tuned on.
    assert woken.recall >= RECALL
    assert woken.precision >= PRECISION
    assert len(closed_reports(judged)) == 0
