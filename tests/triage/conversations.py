"""Conversations in one line, and messages as people really type them, for the tests of triage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from shiftbot.triage.verdict import Conversation, Role, Said

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def conversation(*lines: str | tuple[str, str], attachments: tuple[str, ...] = ()) -> Conversation:
    """Each line is what customer:ann says, or a pair of "role:name" and what they say."""
    said = []
    for number, line in enumerate(lines, start=1):
        who, text = ("customer:ann", line) if isinstance(line, str) else line
        role = cast(Role, who.partition(":")[0])
        said.append(Said(number, role, who, text, NOON + timedelta(minutes=number), attachments))
    return Conversation(1, "telegram", "Shop support", tuple(said))


def messages(name: str) -> list[str]:
    """The lines of messages/<name>.txt: grave ones reach an engineer, calm ones do not, noise is neither."""
    text = (Path(__file__).parent / "messages" / f"{name}.txt").read_text(encoding="utf-8")
    return [line.replace("\\n", "\n") for line in text.splitlines()]
