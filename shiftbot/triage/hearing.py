"""Listening to a conversation: which signals are heard, how strongly, and what is left of them at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from shiftbot.triage import signals
from shiftbot.triage.pattern import NEGATIONS
from shiftbot.triage.signals import KINDS, Kind, ear
from shiftbot.triage.text import Sentence, fold, sentences
from shiftbot.triage.verdict import Conversation, Said

LISTENED = 40  # messages: the first and the newest ones
_FADE = 0.95  # what an earlier message still weighs when a later one reports too
_CALM_OUTAGE = 0.8  # "not urgent, only all of production is down" is not calm
_NARROWING = ("calm", "own network")  # what a company-wide fault is not made smaller by
_WISHED = 0.6  # a problem named in a sentence that asks for a feature
_STATED = 0.75  # belief in what is stated before a question in the same sentence, at least
_REMINDS = 0.25  # what a second, weaker problem adds to the strongest one
_ORDERED = [n for n, k in KINDS.items() if k.role in ("problem", "boost", "ask")]
_ORDERED += ["resolved", "relapse", "works for me", "human"]


@cache
def _negated_before() -> re.Pattern[str]:
    words = [
        fold(w) for table in signals.TABLES for line in table.get("transparent", ()) for w in line.split("|")
    ]
    negations = "|".join(map(fold, NEGATIONS))
    return re.compile(rf"(?: |^)(?:{negations}) (?:(?:{'|'.join(map(re.escape, words))}) ){{0,5}}$")


@dataclass(frozen=True)
class Heard:
    """One signal in one sentence; `at` orders them."""

    name: str
    strength: float
    at: int


@dataclass
class Hearing:
    """What a conversation amounts to; `strengths` are the signals left at its end."""

    strengths: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)  # before anything was said to be resolved
    factors: dict[str, float] = field(default_factory=dict)
    reporters: set[str] = field(default_factory=set)
    human: bool = False
    injection: bool = False
    speakers: set[str] = field(default_factory=set)  # who said more than a pleasantry
    resolved: bool = False
    resolved_at: int = 0  # the message that said so, the latest
    contradicted: bool = False  # for somebody else it works
    only_pleasantries: bool = False

    @property
    def problems(self) -> dict[str, float]:
        """Problem signals, strongest first."""
        found = {n: s for n, s in self.strengths.items() if KINDS[n].role == "problem"}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @property
    def severity(self) -> float:
        """0..1: the strongest problem, reminded by others, raised by boosts, lowered by factors."""
        damp = 1.0
        for name, factor in self.factors.items():
            damp *= max(factor, _CALM_OUTAGE) if name in _NARROWING and self._is_undimmed else factor
        return round(min(self._raised(), 0.98) * damp, 3)

    @property
    def hard_severity(self) -> float:
        """The severity if outage, data loss or security is what it rests on, else 0."""
        return self.severity if self._is_hard else 0.0

    @property
    def is_report(self) -> bool:
        """Whether anything in it may be a problem, an ask or a complaint."""
        return self.human or any(KINDS[n].role != "boost" and n != "praise" for n in self.strengths)

    @property
    def _is_hard(self) -> bool:
        return any(KINDS[n].hard and s >= 0.5 for n, s in self.strengths.items())

    @property
    def _is_undimmed(self) -> bool:
        """Whether modest words make it no smaller: a fault of many, or a loss or theft, however politely told."""
        lost = max(self.strengths.get("security", 0.0), self.strengths.get("data loss", 0.0)) >= 0.85
        return lost or (self._is_grave and self._is_wide)

    @property
    def _is_grave(self) -> bool:
        return self._is_hard or any(strength >= 0.7 for strength in self.problems.values())

    @property
    def _is_wide(self) -> bool:
        return self.strengths.get("many people", 0.0) > 0.1

    def _raised(self) -> float:
        problems = self.problems
        worries = list(problems.values()) or [self._asked()]
        if len(worries) > 1:
            worries = [strength for name, strength in problems.items() if name != "trouble"]
        left = 1 - worries[0]
        for other in worries[1:]:
            left *= 1 - other * _REMINDS
        scale = 1.0 if worries[0] >= 0.3 else 0.5
        for name, strength in self.strengths.items():
            if KINDS[name].role == "boost":
                left *= 1 - strength * scale
        return 1 - left

    def _asked(self) -> float:
        asks = [s for n, s in self.strengths.items() if KINDS[n].role == "ask"]
        boosted = any(KINDS[n].role == "boost" for n in self.strengths)
        return max(asks, default=0.15 if boosted else 0.1)


def listen(conversation: Conversation) -> Hearing:
    """Hears the whole conversation, oldest message first."""
    hearing = Hearing()
    said = listened(conversation.said)
    for message in said:
        _hear(message, hearing)
    customers = [m for m in said if m.role == "customer"]
    hearing.only_pleasantries = bool(customers) and all(map(is_pleasantry, customers))
    if len(hearing.reporters) > 1 and hearing.problems:
        share = 0.3 if len(hearing.reporters) == 2 else 0.38
        hearing.strengths["many people"] = max(share, hearing.strengths.get("many people", 0.0))
    return hearing


def is_pleasantry(said: Said) -> bool:
    """Whether the message holds greetings, thanks or nods, and nothing else at all."""
    if said.attachments or not said.text.strip() or len(said.text) > 400:
        return False
    found = sentences(said.text)
    asks = [s for s in found if s.asks and not ear("small talk").search(s.words)]
    rest = [ear("pleasantry").sub("", ear("small talk").sub("", s.words)) for s in found]
    return bool(found) and not asks and not "".join(rest).strip(" ,")


def listened(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """The messages that are looked at, of however long a conversation."""
    return said if len(said) <= LISTENED else (said[0], *said[1 - LISTENED :])


def _hear(message: Said, hearing: Hearing) -> None:
    if message.role == "bot":
        return
    found = sentences(message.text)
    if message.role == "engineer":
        if any(h.name == "resolved" for h in _in_order(found)):
            _fade(hearing, 0.5)
        return
    _hear_customer(message, found, hearing)


def _hear_customer(message: Said, found: tuple[Sentence, ...], hearing: Hearing) -> None:
    injected = any(ear("injection").search(s.words) for s in found)
    hearing.injection = hearing.injection or injected
    _set_factors(found, hearing)
    events = list(_in_order(found))
    if any(KINDS[e.name].role == "problem" for e in events):
        _fade(hearing, _FADE)
    for event in events:
        if event.name == "human":
            hearing.human = hearing.human or not injected
        else:
            _take(event, message, hearing)
    if not is_pleasantry(message):
        hearing.speakers.add(message.author)


def _take(event: Heard, message: Said, hearing: Hearing) -> None:
    # Whoever spoke may have reported what no table knows: only for oneself can one say that it is over.
    others = bool(hearing.speakers - {message.author})
    if event.name in ("works for me", "resolved"):
        hearing.contradicted = hearing.contradicted or others
    if event.name == "works for me":
        _fade(hearing, KINDS[event.name].weight if others else KINDS["resolved"].weight)
    elif event.name == "resolved":
        _fade(hearing, 0.45 if others else KINDS["resolved"].weight)
        hearing.resolved, hearing.resolved_at = not others, message.seq
    elif event.name == "relapse":
        if hearing.resolved:
            hearing.strengths = {n: s * KINDS["relapse"].weight for n, s in hearing.peaks.items()}
        hearing.resolved = False
    else:
        hearing.peaks[event.name] = max(event.strength, hearing.peaks.get(event.name, 0.0))
        hearing.strengths[event.name] = max(event.strength, hearing.strengths.get(event.name, 0.0))
        # Nearly anybody who says "no" sounds like trouble: it makes nobody a reporter.
        if KINDS[event.name].role == "problem" and event.name != "trouble" and event.strength >= 0.38:
            hearing.resolved = False
            hearing.reporters.add(message.author)


def _fade(hearing: Hearing, factor: float) -> None:
    for name in hearing.strengths:
        hearing.strengths[name] *= factor


def _set_factors(found: tuple[Sentence, ...], hearing: Hearing) -> None:
    """The newest message that says how grave it is decides: "not urgent" and, later, "now it is urgent"."""
    words = "".join(s.words for s in found)
    if any(ear("urgency").search(_unnegated(s.words)) for s in found):
        hearing.factors.pop("calm", None)
    for name, kind in KINDS.items():
        needed = 2 if name == "sales talk" else 1  # one such word is no advertisement
        whole = kind.role == "damp" and name not in ("hypothetical", "past")
        if whole and ear(name).count(words) >= needed:
            hearing.factors[name] = kind.weight


def _unnegated(words: str) -> str:
    return ear("calm").sub(" ", words)


def _in_order(found: Iterable[Sentence]) -> Iterator[Heard]:
    for number, sentence in enumerate(found):
        words = ear("label").sub(" ", ear("not a signal").sub(", ", sentence.words))
        heard = sorted(_signals(words, sentence, number), key=lambda h: h.at)
        # "Geht bei uns gar nichts" begins like "works for us".
        reports = any(KINDS[h.name].role == "problem" for h in heard)
        yield from (h for h in heard if not (reports and h.name == "works for me"))


def _signals(words: str, sentence: Sentence, number: int) -> Iterator[Heard]:
    calm = _unnegated(words)
    asked_from = _asked_from(words)
    doubt = _doubted(words) if sentence.asks else 1.0
    for name in _ORDERED:
        kind = KINDS[name]
        if name == "resolved" and sentence.asks:
            continue
        text = calm if name in ("urgency", "deadline") else words
        for match in ear(name).finditer(text):
            if not _negated_before().search(text[max(0, match.start() - 90) : match.start()]):
                trust = doubt if match.start() >= asked_from else max(doubt, _STATED)
                belief = trust if kind.role == "problem" else 1.0
                strength = kind.weight * _believed(kind, sentence)  # here: few kinds are heard in a sentence
                yield Heard(name, strength * belief, number * 10_000 + match.start())


def _asked_from(words: str) -> int:
    """Where the question begins: "all projects are empty, what happened?" states first and asks then."""
    opening = words[:40]
    asks_at_once = any((m := ear(n).search(opening)) and m.start() < 2 for n in ("doubt", "how to"))
    return 0 if asks_at_once else max(0, words.rfind(","))


def _believed(kind: Kind, sentence: Sentence) -> float:
    """How much of a problem is left when a sentence imagines it, remembers it or wishes for something."""
    if kind.role not in ("problem", "boost"):
        return 1.0
    if ear("hypothetical").search(sentence.words):
        return KINDS["hypothetical"].weight
    belief = KINDS["past"].weight if kind.passing and _is_past(sentence) else 1.0
    return belief * (_WISHED if ear("feature request").search(sentence.words) else 1.0)


def _is_past(sentence: Sentence) -> bool:
    words = sentence.words
    return bool(ear("past").search(words)) and not any(
        w in words for w in (" since ", " still ", " seit ", " desde ", " now ")
    )


def _doubted(words: str) -> float:
    if ear("resolved").search(words):
        return KINDS["past"].weight
    if ear("no doubt").search(words):
        return 1.0
    if ear("how to").search(words):
        return 0.45
    return KINDS["doubt"].weight
