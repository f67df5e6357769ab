"""What triage reads and what it decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self, get_args

from shiftbot.triage.text import clean_text, storable

Category = Literal[
    "outage", "data_loss", "security", "payment", "bug", "performance",
    "question", "feature_request", "feedback", "noise", "other",
]  # fmt: skip
Role = Literal["customer", "bot", "engineer"]

ESCALATES_FROM = 0.7  # severity

LIMITS = {
    "title": 120,
    "summary": 1000,
    "reason": 1000,
    "reply": 3500,
    "language": 16,
    "model": 200,
    "prompt_digest": 64,
    "rules_digest": 64,
    "fallback_reason": 300,
}
_REQUIRED = ("title", "summary", "reason", "language")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")


@dataclass(frozen=True)
class Said:
    """One message of the conversation."""

    seq: int
    role: Role
    author: str
    text: str
    at: datetime
    attachments: tuple[str, ...] = ()


def said_of(item: dict[str, Any]) -> Said:
    """One message as private.conversation() gives it."""
    attachments = tuple(str(a.get("kind") or "file") for a in item["attachments"] if isinstance(a, dict))
    return Said(
        item["seq"],
        item["role"],
        item["author"],
        item["text"],
        datetime.fromisoformat(item["at"]),
        attachments,
    )


@dataclass(frozen=True)
class Conversation:
    """A ticket's messages, oldest first."""

    ticket_id: int
    platform: str
    source_name: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Verdict:
    """What triage decided, within the bounds the database keeps. Raises ValueError outside of them."""

    title: str
    summary: str
    severity: float
    escalate: bool
    reason: str
    category: Category
    reply: str
    language: str
    engine: Literal["rules", "model"]
    model: str = ""
    prompt_digest: str = ""
    rules_digest: str = ""
    latency_ms: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    fallback_reason: str = ""

    def __post_init__(self) -> None:
        problems = [*self._text_problems(), *self._value_problems()]
        if problems:
            raise ValueError("; ".join(problems))

    def _text_problems(self) -> list[str]:
        problems = [
            f"{name} is over {limit} characters"
            for name, limit in LIMITS.items()
            if len(getattr(self, name)) > limit
        ]
        problems += [
            f"{name} holds unstorable characters" for name in LIMITS if not storable(getattr(self, name))
        ]
        required = _REQUIRED if self.category == "noise" else (*_REQUIRED, "reply")
        return problems + [f"{name} is blank" for name in required if not getattr(self, name).strip()]

    def _value_problems(self) -> list[str]:
        problems = []
        if not 0 <= self.severity <= 1:
            problems.append("severity is not within 0 and 1")
        if self.category not in get_args(Category):
            problems.append("category is unknown")
        if self.engine not in ("rules", "model"):
            problems.append("engine is unknown")
        if min(self.latency_ms, self.tokens_in, self.tokens_out) < 0:
            problems.append("a count is negative")
        return problems

    @classmethod
    def clean(cls, **fields: Any) -> Self:
        """A verdict from an engine's raw fields: texts cut to bounds; other nonsense raises."""
        for name in LIMITS.keys() & fields.keys():
            fields[name] = clean_text(fields[name], LIMITS[name])
        fields["title"] = " ".join(fields["title"].split())
        fields["language"] = _language(fields["language"])
        fields["severity"] = round(fields["severity"], 3)
        return cls(**fields)


def _language(tag: str) -> str:
    match = _LANGUAGE.fullmatch(tag.lower().replace("_", "-"))
    return match[0] if match else "und"
