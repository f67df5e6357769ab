"""Providers at their worst, one fault after the other: python -m tests.soak --providers. What each cost, and for how long."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.soak.ledger import SOUND, Rest, settle
from tests.soak.stage import CHANNELS, GROUPS, Stage
from tests.soak.traffic import Said, Traffic


@dataclass(frozen=True)
class Fault:
    """One way in which one provider fails, for as long as an episode's traffic lasts."""

    provider: str
    kind: str
    words: str
    seconds: float = 2.0  # how long a 429 asks to wait, or how late an answer is
    pages: float = 0.1  # the part of the episode's messages that is serious


# Later than the client waits: ten seconds for the platforms and Twilio, five for the model as the stage sets it.
LATE, NEVER = 15.0, 60.0
FAULTS = (
    Fault("telegram", "rate_limited", "429 with retry_after"),
    Fault("telegram", "server_error", "500"),
    Fault("telegram", "drop_after_work", "sent, then cut"),
    Fault("telegram", "slow", "sent, answered too late", LATE),
    Fault("slack", "rate_limited", "429 with Retry-After"),
    Fault("slack", "server_error", "500"),
    Fault("slack", "drop_after_work", "sent, then cut"),
    Fault("slack", "slow", "sent, answered too late", LATE),
    Fault("model", "rate_limited", "429 with Retry-After"),
    Fault("model", "server_error", "500"),
    Fault("model", "drop_after_work", "answered, then cut"),
    Fault("model", "prose", "nonsense"),
    Fault("model", "wrong_schema", "nonsense in JSON"),
    Fault("model", "refusal", "refuses"),
    Fault("model", "slow", "takes 60 s", NEVER),
    Fault("twilio", "rate_limited", "429", pages=0.5),
    Fault("twilio", "server_error", "500", pages=0.5),
    Fault("twilio", "drop_after_work", "called, then cut", pages=0.5),
    Fault("twilio", "slow", "called, answered too late", LATE, pages=0.5),
)
COLUMNS = ("fault", "reports", "lost", "doubled", "unknown", "pages", "not acknowledged", "recovered after")
_WIDTHS = (36, 8, 6, 8, 8, 6, 17, 16)


@dataclass(frozen=True)
class Account:
    """What one fault cost."""

    fault: Fault
    reports: int
    lost: int
    doubled: int
    unknown: int
    pages: int
    unacknowledged: int
    recovery: Rest

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.unacknowledged or self.recovery.moving)

    def __str__(self) -> str:
        name = f"{self.fault.provider}: {self.fault.words}"
        counts = (self.reports, self.lost, self.doubled, self.unknown, self.pages, self.unacknowledged)
        return _line(name, *counts, self.recovery)


def heading() -> str:
    return _line(*COLUMNS)


def _line(*cells: object) -> str:
    first, *rest = zip(map(str, cells), _WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in rest)


def episodes(
    stage: Stage, dice: random.Random, rate: float, seconds: float, patience: float
) -> Iterator[Account]:
    """Each fault for so long, under so much traffic; then it is lifted, and all must come to rest."""
    for fault in FAULTS:
        sim = getattr(stage, fault.provider)
        sim.fault(fault.kind, seconds=fault.seconds)
        slack = {"telegram": 0.0, "slack": 1.0}.get(fault.provider, 0.2)
        traffic = Traffic(stage, rate, fault.pages, dice, noise=0, follow_ups=0, slack=slack)
        traffic.run(seconds, threading.Event())
        sim.clear_faults()
        yield _account(stage, fault, traffic.said, settle(stage, patience))


def unsound(stage: Stage) -> list[str]:
    """The laws that do not hold any more."""
    counts = {what: stage.rows(query)[0][0] for what, query in SOUND.items()}
    return [f"{what}: {count}" for what, count in counts.items() if count]


def _account(stage: Stage, fault: Fault, said: list[Said], rest: Rest) -> Account:
    names = [one.external_id for one in said]
    tickets = [row[0] for row in stage.rows(_TICKETS, names)]
    answers = _answers(stage)
    answered = {name for name, _ in answers}
    uncertain = {row[0] for row in stage.rows(_UNCERTAIN, names)}
    return Account(
        fault,
        reports=len(said),
        # A report that was never recorded has no answer either.
        lost=sum(name not in answered and name not in uncertain for name in names),
        doubled=sum(count - 1 for (name, _), count in answers.items() if name in set(names)),
        unknown=len(uncertain),
        pages=stage.rows(_PAGES, tickets)[0][0],
        unacknowledged=stage.rows(_PENDING, tickets)[0][0],
        recovery=rest,
    )


def _answers(stage: Stage) -> Counter[tuple[str, str]]:
    """How often each customer's message was answered with the same words, as its thread shows it."""
    heard: Counter[tuple[str, str]] = Counter()
    for group in GROUPS:
        for view in stage.telegram.messages(group, sender="bot"):
            heard[f"telegram:{group}/{view['reply_to']}", view["text"]] += 1
    for channel in CHANNELS:
        for view in stage.slack.messages(channel, sender="bot"):
            heard[f"slack:{channel}/{view['thread']}", view["text"]] += 1
    return heard


_TICKETS = "select distinct ticket_id from public.ticket_actions where external_id = any (%s)"
_UNCERTAIN = (
    "select distinct m.external_id from public.ticket_actions as m join public.replies as r on r.ticket_id = m.ticket_id"
    " join public.reply_attempts as a on a.reply_id = r.id and a.state = 'unknown' where m.event = 'message'"
    " and m.external_id = any (%s)"
)
_PAGES = "select count(*) from public.escalations where ticket_id = any (%s)"
_PENDING = "select count(*) from public.tickets where status = 'escalation_pending' and id = any (%s)"
