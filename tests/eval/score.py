"""Part of the evaluation: an engine's verdicts against the labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shiftbot.triage.verdict import Conversation, Verdict
from tests.eval.labelled import Band, Labelled

BANDS: tuple[Band, ...] = ("high", "medium", "low", "noise")
HIGH_FROM, MEDIUM_FROM = 0.7, 0.35
Engine = Callable[[Conversation], Verdict]


@dataclass(frozen=True)
class Judged:
    """A label and the verdict on the same conversation."""

    label: Labelled
    verdict: Verdict

    @property
    def band(self) -> Band:
        """The band of the verdict's severity."""
        if self.verdict.category == "noise":
            return "noise"
        if self.verdict.severity >= HIGH_FROM:
            return "high"
        return "medium" if self.verdict.severity >= MEDIUM_FROM else "low"

    @property
    def is_mistake(self) -> bool:
        """Whether somebody is woken in vain, or is not woken, or a report is closed as noise, or noise is answered."""
        return self.verdict.escalate != self.label.escalate or (self.band == "noise") != (
            self.label.band == "noise"
        )


@dataclass(frozen=True)
class Rate:
    """Of what was found, how much is right; of what there is, how much was found."""

    found: int
    right: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


def judge(engine: Engine, labels: Iterable[Labelled]) -> list[Judged]:
    """The engine's verdict on each."""
    return [Judged(label, engine(label.conversation)) for label in labels]


def escalation(judged: Sequence[Judged]) -> Rate:
    """Who is woken, and who should be."""
    return _rate([(one.verdict.escalate, one.label.escalate) for one in judged])


def band(judged: Sequence[Judged], name: Band) -> Rate:
    """What is put into a band, and what belongs there."""
    return _rate([(one.band == name, one.label.band == name) for one in judged])


def closed_reports(judged: Sequence[Judged]) -> list[Judged]:
    """Real reports that would be closed silently, as noise."""
    return [one for one in judged if one.band == "noise" and one.label.band != "noise"]


def _rate(pairs: Sequence[tuple[bool, bool]]) -> Rate:
    return Rate(
        sum(found for found, _ in pairs),
        sum(found and there for found, there in pairs),
        sum(there for _, there in pairs),
    )
