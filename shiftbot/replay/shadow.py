"""Shadow decisions over history, a few at a time; what went through is known even where the model gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, cast, get_args

from shiftbot.replay.history import History, Recorded
from shiftbot.triage.engine import SKIPPED
from shiftbot.triage.verdict import Category, Conversation, Verdict

Kind = Literal["page", "noise", "answer"]
Judge = Callable[[Conversation], Verdict]
_BATCH = 16  # decisions for each one that is judged at once: the conversations that are held in memory


class GaveUp(Exception):
    """The model failed so often in a row that production would stop asking it: a comparison would be one of the rules."""


@dataclass(frozen=True)
class Shadow:
    """One decision, and what would have been decided."""

    was: Recorded
    verdict: Verdict
    event: str

    @property
    def would_be(self) -> Kind:
        return kind_of(self.event)

    @property
    def is_flip(self) -> bool:
        return kind_of(self.was.event) != self.would_be


def kind_of(event: str) -> Kind:
    """What a decision means to people: somebody is rung, it is closed silently, or it is answered (drafted, left to people)."""
    return {"triaged_escalate": "page", "triaged_ignore": "noise"}.get(event, "answer")  # type: ignore[return-value]


def judged(
    history: History, decisions: Sequence[Recorded], judge: Judge, threshold: float | None, concurrency: int
) -> Iterator[Shadow]:
    """Every decision made again by `judge`. Raises GaveUp after those that were made before it did."""
    with ThreadPoolExecutor(concurrency, "replay") as pool:
        for start in range(0, len(decisions), _BATCH * concurrency):
            batch = decisions[start : start + _BATCH * concurrency]
            verdicts = list(pool.map(judge, history.conversations(batch)))
            kept = [
                (d, v)
                for d, v in zip(batch, verdicts, strict=True)
                if not v.fallback_reason.startswith(SKIPPED)
            ]
            yield from _decided(history, kept, threshold)
            if len(kept) < len(batch):
                raise GaveUp


def remembered(
    history: History, decisions: Sequence[Recorded], threshold: float | None, batch: int = 1000
) -> Iterator[Shadow]:
    """Every decision made again from the verdict that the journal keeps; no engine is asked, no words are read."""
    for start in range(0, len(decisions), batch):
        pairs = [(d, _verdict_of(d)) for d in decisions[start : start + batch]]
        yield from _decided(history, pairs, threshold)


def _decided(
    history: History, pairs: Sequence[tuple[Recorded, Verdict]], threshold: float | None
) -> Iterator[Shadow]:
    if pairs:
        decisions, verdicts = zip(*pairs, strict=True)
        for (was, verdict), event in zip(pairs, history.decide(decisions, verdicts, threshold), strict=True):
            yield Shadow(was, verdict, event)


def _verdict_of(was: Recorded) -> Verdict:
    """Its texts are content, which may be erased, and decide nothing."""
    category = cast(Category, was.category if was.category in get_args(Category) else "other")
    return Verdict(
        title="-",
        summary="-",
        severity=was.severity,
        escalate=was.escalate,
        reason="-",
        category=category,
        reply="-",
        language="und",
        engine="model" if was.engine == "model" else "rules",
    )
