"""What the rules promise on conversations that they were never tuned on. Numbers only: texts shown would be tuned on."""

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


def everything_unseen() -> list[Judged]:
    """All parts: each has some eighty serious reports, and one of them is more than a hundredth of its recall."""
    return [one for part in UNSEEN for one in judged(part)]


def test_serious_reports_wake_somebody() -> None:
    assert escalation(everything_unseen()).recall >= RECALL


def test_most_who_are_woken_are_woken_rightly() -> None:
    assert escalation(everything_unseen()).precision >= PRECISION


@pytest.mark.parametrize("part", UNSEEN)
def test_no_report_is_closed_as_noise(part: str) -> None:
    assert len(closed_reports(judged(part))) == 0
