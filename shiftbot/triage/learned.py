"""What words meant in conversations that people labelled: weights beside the signals, for what no table of words foresees.

`python -m tests.eval.learn` makes weights.tsv; why it is so is in docs/decisions/0021-weights-beside-the-signals.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shiftbot.triage.verdict import ESCALATES_FROM

FILE = "weights.tsv"
Logits = tuple[float, float, float]  # serious, trouble, human
ALWAYS = "<always>"  # the feature that every conversation has
RESOLVED, WORKS_ELSEWHERE = "<resolved>", "<works for somebody else>"  # it takes more to be woken by it then
TROUBLE_SEVERITY = 0.35
_MOST = 0.98
_NAMED = 3  # words in the reason
_NOTHING = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Scale:
    """How the signals' severity 0..1 adds to the words' logits, and from which chance on it is so."""

    signals: float
    offset: float
    counts_from: float

    def chance(self, words: float, severity: float) -> float:
        """0..1."""
        return _chance(words + self.offset + self.signals * severity)


# Set by the check of tests.eval.learn. A page too many costs less than one that is missing: woken is who is serious with a
# chance of one in seven, by words that were learned where one in three was.
SERIOUS = Scale(2.0, -1.0, 0.15)
DOUBTED = -1.75  # logits: then it has to be as likely as not
TROUBLE = Scale(4.0, -0.5, 0.4)
HUMAN_FROM = 0.4


@dataclass(frozen=True)
class Opinion:
    """What signals and words say together: a severity 0..1, chances 0..1, and the words that spoke most for it."""

    severity: float
    trouble: float  # that anything is wrong at all
    human: float  # that somebody asks for a person
    words: tuple[str, ...]


class Weights:
    """Logits by feature: for somebody having to be woken, for anything being wrong at all, and for a person being asked for."""

    def __init__(self, weights: Mapping[str, Logits]) -> None:
        self._weights = weights

    @classmethod
    def read(cls, lines: Iterable[str]) -> Weights:
        """From lines of a feature and its three weights, tabs between."""
        rows = (line.rstrip("\n").split("\t") for line in lines if line.strip() and not line.startswith("#"))
        return cls(
            {name: (float(serious), float(trouble), float(human)) for name, serious, trouble, human in rows}
        )

    def weigh(self, found: Mapping[str, float], severity: float) -> Opinion:
        """The opinion on a conversation with these features, whose signals have that severity 0..1.

        How much the signals count is set by hand, not learned: the tables know the tuning part too well.
        """
        heard = [(times, self._weights[name]) for name, times in found.items() if name in self._weights]
        heard.append((1.0, self._weights.get(ALWAYS, _NOTHING)))
        serious, trouble, human = (sum(times * weight[of] for times, weight in heard) for of in range(3))
        likely = 0.0 if RESOLVED in found else TROUBLE.chance(trouble, severity)
        doubted = DOUBTED if RESOLVED in found or WORKS_ELSEWHERE in found else 0.0
        grave = SERIOUS.chance(serious + doubted, severity)
        return Opinion(_severity(grave, likely), likely, _chance(human), self._loudest(found))

    def _loudest(self, found: Mapping[str, float]) -> tuple[str, ...]:
        """By what they say for serious; beginnings and facts are no words."""
        words = [name for name in found if name[0] != "<" and name[-1] not in "*?"]
        spoke = [(self._weights.get(name, _NOTHING)[0], name) for name in words]
        return tuple(name for weight, name in sorted(spoke, reverse=True)[:_NAMED] if weight > 0)


@cache
def shipped() -> Weights:
    """Those of weights.tsv."""
    return Weights.read((files("shiftbot.triage") / FILE).read_text(encoding="utf-8").splitlines())


def _severity(serious: float, trouble: float) -> float:
    """Serious begins at 0.7 and trouble at 0.35, however sure one has to be for that."""
    grave, likely = SERIOUS.counts_from, TROUBLE.counts_from
    if serious >= grave:
        return round(_between(ESCALATES_FROM, _MOST, (serious - grave) / (1 - grave)), 3)
    if trouble >= likely:
        return round(_between(TROUBLE_SEVERITY, ESCALATES_FROM - 0.001, serious / grave), 3)
    return round(_between(0.0, TROUBLE_SEVERITY - 0.001, trouble / likely), 3)


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _chance(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
