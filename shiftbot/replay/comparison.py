"""What would have changed, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shiftbot.replay.history import Recorded
from shiftbot.replay.shadow import Kind, Shadow, kind_of

NOTABLE = 0.05  # of severity; less is the same opinion in other numbers
_LABELS = {True: "needed", False: "not_needed", None: "nobody_said"}


@dataclass(frozen=True)
class Price:
    """Of a million tokens, in whatever currency it was given."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens: Tokens) -> float:
        return (tokens.tokens_in * self.tokens_in + tokens.tokens_out * self.tokens_out) / 1_000_000


@dataclass
class Tokens:
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, tokens_in: int, tokens_out: int) -> None:
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out


@dataclass
class Change:
    """Of one kind of decision: how many there were, how many there would be, and by what people said."""

    was: int = 0
    would_be: int = 0
    more: Counter[str] = field(default_factory=Counter)
    fewer: Counter[str] = field(default_factory=Counter)

    def add(self, kind: Kind, shadow: Shadow) -> None:
        was, would_be = kind_of(shadow.was.event) == kind, shadow.would_be == kind
        self.was += was
        self.would_be += would_be
        if was != would_be:
            (self.more if would_be else self.fewer)[_LABELS[shadow.was.is_needed]] += 1

    def as_json(self) -> dict[str, Any]:
        changes = {"more": self.more, "fewer": self.fewer}
        return {"was": self.was, "would_be": self.would_be} | {
            name: {"count": counted.total()} | {label: counted[label] for label in _LABELS.values()}
            for name, counted in changes.items()
        }


@dataclass
class Comparison:
    """The sums; of the decisions only the flips are kept, at most `limit` of them."""

    limit: int
    compared: int = 0
    flips: int = 0
    shown: list[Shadow] = field(default_factory=list)
    pages: Change = field(default_factory=Change)
    noise: Change = field(default_factory=Change)
    higher: int = 0
    lower: int = 0
    severity_was: float = 0.0
    severity_would_be: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    spent: Tokens = field(default_factory=Tokens)
    spent_then: Tokens = field(default_factory=Tokens)

    def add_all(self, shadows: Iterable[Shadow]) -> None:
        """Counts what comes, and keeps the count where the source of it breaks off."""
        for shadow in shadows:
            self._add(shadow)

    def _add(self, shadow: Shadow) -> None:
        was, verdict = shadow.was, shadow.verdict
        self.compared += 1
        self.pages.add("page", shadow)
        self.noise.add("noise", shadow)
        if shadow.is_flip:
            self.flips += 1
            if len(self.shown) < self.limit:
                self.shown.append(shadow)
        self._weigh(was, verdict.severity)
        if verdict.fallback_reason:
            self.failures[verdict.fallback_reason.partition(":")[0]] += 1
        self.spent.add(verdict.tokens_in, verdict.tokens_out)
        self.spent_then.add(was.tokens_in, was.tokens_out)

    def _weigh(self, was: Recorded, severity: float) -> None:
        shift = round(severity - was.severity, 3)
        self.higher += shift >= NOTABLE
        self.lower += shift <= -NOTABLE
        self.severity_was += was.severity
        self.severity_would_be += severity

    def as_json(self, price: Price | None) -> dict[str, Any]:
        """For machines; `cost` is null where no price was given."""
        count = max(self.compared, 1)
        return {
            "compared": self.compared,
            "pages": self.pages.as_json(),
            "noise": self.noise.as_json(),
            "flips": {"count": self.flips, "shown": [flip_of(shadow) for shadow in self.shown]},
            "severity": {
                "mean_was": round(self.severity_was / count, 3),
                "mean_would_be": round(self.severity_would_be / count, 3),
                "higher": self.higher,
                "lower": self.lower,
            },
            "failed": {"count": self.failures.total()} | dict(sorted(self.failures.items())),
            "tokens": vars(self.spent) | {"then": vars(self.spent_then)},
            "cost": None if price is None else round(price.of(self.spent), 6),
            "cost_then": None if price is None else round(price.of(self.spent_then), 6),
        }


def flip_of(shadow: Shadow) -> dict[str, Any]:
    """One flip without anybody's words."""
    return {
        "ticket_id": shadow.was.ticket_id,
        "seq": shadow.was.seq,
        "was": kind_of(shadow.was.event),
        "would_be": shadow.would_be,
        "severity_was": shadow.was.severity,
        "severity_would_be": shadow.verdict.severity,
        "label": shadow.was.label,
        "failed": shadow.verdict.fallback_reason.partition(":")[0] or None,
    }
