"""What the model gets to read: the prompt, and the conversation fenced so that no message can climb out."""

from __future__ import annotations

import hashlib
import json
import secrets
from functools import cache
from importlib.resources import files

from shiftbot.triage.text import clean_text
from shiftbot.triage.verdict import Conversation, Said

MESSAGE_LIMIT = 4000
TOTAL_LIMIT = 12_000
_ATTACHMENTS = 10
_NAME_LIMIT = 100
# What JSON leaves alone and a reader may take for a tag or for the end of a line.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>\x85\u2028\u2029"}
_OVERHEAD = 80  # characters of JSON around one message's words


@cache
def prompt() -> str:
    """The system prompt as shipped."""
    return (files("shiftbot.triage") / "prompt.md").read_text(encoding="utf-8")


@cache
def prompt_digest(text: str) -> str:
    """Names a prompt's version in the journal."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def new_marker() -> str:
    """A fence nobody in the conversation can have known."""
    return f"conversation-{secrets.token_hex(12)}"


def messages(conversation: Conversation, marker: str, text: str | None = None) -> list[dict[str, str]]:
    """The chat messages of the first call, under the shipped prompt or that `text`."""
    system = f"{prompt() if text is None else text}\nThe marker of this call: {marker}\n"
    user = "\n".join(
        [f"Triage this conversation from {conversation.platform}.", *_fenced(conversation, marker)]
    )
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _fenced(conversation: Conversation, marker: str) -> list[str]:
    kept = _kept(conversation.said)
    people: dict[str, str] = {}
    for said in kept:
        people.setdefault(said.author, f"person {len(people) + 1}")
    lines = [_line(said, people[said.author]) for said in kept]
    omitted = len(conversation.said) - len(kept)
    if omitted:
        lines.insert(1, json.dumps({"omitted_messages": omitted}))
    return [f"<{marker}>", *lines, f"</{marker}>"]


def _kept(said: tuple[Said, ...]) -> list[Said]:
    """The first message and as many of the newest as fit."""
    if not said:
        return []
    room = TOTAL_LIMIT - _size(said[0])
    newest: list[Said] = []
    for message in reversed(said[1:]):
        room -= _size(message)
        if room < 0:
            break
        newest.append(message)
    return [said[0], *reversed(newest)]


def _size(said: Said) -> int:
    names = sum(min(len(name), _NAME_LIMIT) for name in said.attachments[:_ATTACHMENTS])
    return min(len(said.text), MESSAGE_LIMIT) + names + _OVERHEAD


def _line(said: Said, person: str) -> str:
    """One line: JSON escapes line breaks, so a message cannot begin a line of its own."""
    fields: dict[str, object] = {"n": said.seq, "role": said.role, "author": person}
    fields["text"] = clean_text(said.text, MESSAGE_LIMIT)
    if said.attachments:
        fields["attachments"] = [clean_text(name, _NAME_LIMIT) for name in said.attachments[:_ATTACHMENTS]]
    return json.dumps(fields, ensure_ascii=False).translate(_ESCAPED)
