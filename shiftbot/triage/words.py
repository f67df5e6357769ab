"""The words of a conversation as features: what `shiftbot.triage.learned` has weights for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from shiftbot.triage.hearing import Hearing, listened
from shiftbot.triage.learned import RESOLVED, WORKS_ELSEWHERE
from shiftbot.triage.signals import ear
from shiftbot.triage.text import sentences
from shiftbot.triage.verdict import Conversation

_STEM = 5  # letters: longer words count by their beginning too, whatever their ending
_SHORT, _LONG = 6, 32  # words


def features(conversation: Conversation, hearing: Hearing) -> dict[str, float]:
    """What the customers said, once each: `word`, `begin*`, `two words`, `word?` within a question, and <facts> of the whole.

    Instructions to the bot are left out, and nothing else that stands beside them.
    """
    customers = [m for m in listened(conversation.said) if m.role == "customer"]
    said = [
        (ear("injection").sub(", ", s.words).split(), s.asks) for m in customers for s in sentences(m.text)
    ]
    found = {name: 1.0 for words, asks in said for name in _of_sentence(words, asks)}
    length = sum(word != "," for words, _ in said for word in words)
    found["<length>"] = math.log1p(min(length, _LONG)) / 2
    for name, is_so in (
        ("<asks>", any(asks for _, asks in said)),
        ("<short>", length < _SHORT),
        ("<thread>", len(customers) > 1),
        ("<several people>", len({m.author for m in customers}) > 1),
        ("<several reporters>", len(hearing.reporters) > 1),
        (RESOLVED, hearing.resolved),
        (WORKS_ELSEWHERE, hearing.contradicted and len(hearing.reporters) < 2),
        *((f"<{factor}>", True) for factor in hearing.factors),
    ):
        if is_so:
            found[name] = 1.0
    return found


def _unled(words: str) -> str:
    """Without instructions to the bot, and without the labels that they would have it put on."""
    return ear("label").sub(", ", ear("injection").sub(", ", words))


def _of_sentence(words: list[str], asks: bool) -> Iterator[str]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if following:
            yield f"{word} {following}"
        if word == ",":
            continue
        yield word
        if len(word) > _STEM:
            yield f"{word[:_STEM]}*"
        if asks:
            yield f"{word}?"
