"""What the rules promise on conversations that they were never tuned on. Numbers only: texts shown would be tuned on.

The recall is held on the older of the two parts; on the fresh one it is not reached yet (docs/judgement.md, `make eval`).
"""

from __future__ import annotations

import functools

import pytest

from shiftbot.triage.rules import RulesEngine
from tests.eval.__main__ import PRECISION, RECALL
from tests.eval.labelled import UNSEEN, load
from tests.eval.score import Judged, closed_reports, escalation, judge


@functools.cache
def judged(part: str) -> list[Judged]:
    return judge(RulesEngine().triage, load(part))


def test_serious_reports_wake_somebody() -> None:
    assert escalation(judged("untouched")).recall >= RECALL


@pytest.mark.parametrize("part", UNSEEN)
def test_most_who_are_woken_are_woken_rightly(part: str) -> None:
    assert escalation(judged(part)).precision >= PRECISION


@pytest.mark.parametrize("part", UNSEEN)
def test_no_report_is_closed_as_noise(part: str) -> None:
    assert len(closed_reports(judged(part))) == 0
