"""What the rules listen for: kinds with their weights here, the words of each language in its own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shiftbot.triage.ear import Ears
from shiftbot.triage.signals import (
    appeal,
    english_lesser,
    english_severe,
    english_talk,
    english_trust,
    german,
    harm,
    peril,
    pleasantries,
    russian,
    spanish,
    stakes,
    standstill,
    trespass,
)
from shiftbot.triage.verdict import Category

TABLES = (
    english_severe.WORDS,
    english_trust.WORDS,
    english_lesser.WORDS,
    english_talk.WORDS,
    german.WORDS,
    spanish.WORDS,
    russian.WORDS,
    pleasantries.WORDS,
    standstill.WORDS,
    trespass.WORDS,
    harm.WORDS,
    peril.WORDS,
    stakes.WORDS,
    appeal.WORDS,
)


def _merged(*tables: dict[str, str]) -> dict[str, str]:
    """All lists of words by name; a name that two tables define would silently change the patterns of one of them."""
    merged: dict[str, str] = {}
    for table in tables:
        if twice := merged.keys() & table.keys():
            raise ValueError(f"two tables define the list {', '.join(sorted(twice))}")
        merged |= table
    return merged


MACROS = _merged(
    english_severe.MACROS,
    german.MACROS,
    spanish.MACROS,
    russian.MACROS,
    standstill.MACROS,
    trespass.MACROS,
    harm.MACROS,
    peril.MACROS,
    stakes.MACROS,
    appeal.MACROS,
)

Role = Literal["problem", "boost", "ask", "damp", "event"]


@dataclass(frozen=True)
class Kind:
    """What hearing a signal means.

    problem: the weight is the severity it stands for alone. boost: raises the severity of a problem by that
    share of what is left. ask: the severity where nothing worse is heard. damp: a factor. event: by name.
    """

    role: Role
    weight: float
    category: Category = "other"
    hard: bool = False  # a model may not wave it away
    passing: bool = False  # over once it is said to have been yesterday


KINDS: dict[str, Kind] = {
    "outage": Kind("problem", 0.88, "outage", hard=True, passing=True),
    "server error": Kind("problem", 0.76, "outage", passing=True),
    "cannot get in": Kind("problem", 0.74, "outage", passing=True),
    "data loss": Kind("problem", 0.88, "data_loss", hard=True),
    "wrong data": Kind("problem", 0.66, "data_loss"),
    "security": Kind("problem", 0.9, "security", hard=True),
    "security worry": Kind("problem", 0.76, "security"),
    "payment failure": Kind("problem", 0.78, "payment"),
    "payment trouble": Kind("problem", 0.5, "payment"),
    "core broken": Kind("problem", 0.56, "bug", passing=True),
    "broken": Kind("problem", 0.52, "bug", passing=True),
    "glitch": Kind("problem", 0.42, "bug", passing=True),
    "trouble": Kind("problem", 0.4, "bug", passing=True),
    "cosmetic": Kind("problem", 0.2, "bug"),
    "unusable": Kind("problem", 0.58, "performance", passing=True),
    "slow": Kind("problem", 0.38, "performance", passing=True),
    "many people": Kind("boost", 0.5),
    "business impact": Kind("boost", 0.5),
    "urgency": Kind("boost", 0.4),
    "deadline": Kind("boost", 0.22),
    "same here": Kind("boost", 0.35),
    "alarm": Kind("boost", 0.12),
    "feature request": Kind("ask", 0.15, "feature_request"),
    "how to": Kind("ask", 0.15, "question"),
    "complaint": Kind("ask", 0.3, "feedback"),
    "praise": Kind("ask", 0.05, "feedback"),
    "hypothetical": Kind("damp", 0.1),
    "past": Kind("damp", 0.55),
    "calm": Kind("damp", 0.55),
    "test system": Kind("damp", 0.55),
    "own network": Kind("damp", 0.45),
    "sales talk": Kind("damp", 0.3),
    "only a test": Kind("damp", 0.15),
    "resolved": Kind("event", 0.15),
    "works for me": Kind("event", 0.6),
    "relapse": Kind("event", 0.95),
    "human": Kind("event", 0.7),
    "injection": Kind("event", 0.0),
    "label": Kind("event", 0.0),
    "not a signal": Kind("event", 0.0),
    "pleasantry": Kind("event", 0.0),
    "small talk": Kind("event", 0.0),
    "doubt": Kind("event", 0.85),
    "no doubt": Kind("event", 1.0),
    "transparent": Kind("event", 0.0),
}


_EARS = Ears({name: [p for table in TABLES for p in table.get(name, ())] for name in KINDS}, MACROS)
ear = _EARS.__getitem__
warm_up = _EARS.warm_up
