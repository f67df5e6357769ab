"""Part of the evaluation: conversations with the label a careful engineer gave them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from shiftbot.triage.verdict import Conversation
from tests.triage.conversations import conversation

Band = Literal["high", "medium", "low", "noise"]
FOLDER = Path(__file__).parent / "messages"
UNSEEN = tuple(sorted(path.stem for path in (FOLDER / "unseen").glob("*.txt")))  # nobody tunes on these parts
_LINE = re.compile(r"(high|medium|low|noise)(!?) ([a-z]{2}) \| (.+)")
_SPEAKER = re.compile(r"([a-z]+)> (.+)")


@dataclass(frozen=True)
class Labelled:
    """One conversation: its severity band, whether somebody is to be woken, and its language."""

    band: Band
    escalate: bool
    language: str
    text: str

    @property
    def conversation(self) -> Conversation:
        """As triage reads it."""
        return conversation(*map(_said, self.text.split(" ¶ ")))


def load(part: str) -> list[Labelled]:
    """The part `tuning`, or one of those that are unseen. Raises ValueError naming the line that cannot be read."""
    if part == "tuning":
        return [one for labels in writers().values() for one in labels]
    return _read(FOLDER / "unseen" / f"{part}.txt")


def writers() -> dict[str, list[Labelled]]:
    """The part `tuning` by who wrote it: each knew nothing of the others' words."""
    return {path.stem: _read(path) for path in sorted((FOLDER / "tuning").glob("*.txt"))}


def _read(path: Path) -> list[Labelled]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_labelled(line) for line in lines if line.strip() and not line.startswith("#")]


def _labelled(line: str) -> Labelled:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not LABEL LANGUAGE | MESSAGES: {line!r}")
    band, woken, language, text = match.groups()
    return Labelled(cast(Band, band), bool(woken), language, text)


def _said(text: str) -> str | tuple[str, str]:
    match = _SPEAKER.fullmatch(text)
    if match is None:
        return text
    name, words = match.groups()
    return (f"bot:{name}" if name == "bot" else f"customer:{name}"), words
