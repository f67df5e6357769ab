"""The words of a conversation as features: what `shiftbot.triage.learned` has weights for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from shiftbot.triage.hearing import Hearing, listened
from shiftbot.triage.learned import ELSEWHERE, OVER
from shiftbot.triage.signals import ear
from shiftbot.triage.text import Sentence, sentences
from shiftbot.triage.verdict import Conversation

_STEM = 5  # letters: longer words count by their beginning too, whatever their ending
_SHORT, _LONG = 6, 32  # words


def features(conversation: Conversation, hearing: Hearing) -> dict[str, float]:
    """What the customers said, once each: `word`, `begin*`, `two words`, `word?` within a question, and <facts> of the whole.

    A sentence that holds instructions to the bot is left out: nobody may talk it into anything.
    """
    customers = [m for m in listened(conversation.said) if m.role == "customer"]
    said = [s for m in customers for s in sentences(m.text) if not ear("injection").search(s.words)]
    found = {name: 1.0 for sentence in said for name in _of_sentence(sentence)}
    length = sum(sentence.words.count(" ") - 1 for sentence in said)
    found["<length>"] = math.log1p(min(length, _LONG)) / 2
    for name, is_so in (
        ("<asks>", any(s.asks for s in said)),
        ("<short>", length < _SHORT),
        ("<thread>", len(customers) > 1),
        ("<several people>", len({m.author for m in customers}) > 1),
        ("<several reporters>", len(hearing.reporters) > 1),
        (OVER, hearing.resolved),
        (ELSEWHERE, hearing.contradicted and len(hearing.reporters) < 2),
        *((f"<{factor}>", True) for factor in hearing.factors),
    ):
        if is_so:
            found[name] = 1.0
    return found


def _of_sentence(sentence: Sentence) -> Iterator[str]:
    words = sentence.words.split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if following:
            yield f"{word} {following}"
        if word == ",":
            continue
        yield word
        if len(word) > _STEM:
            yield f"{word[:_STEM]}*"
        if sentence.asks:
            yield f"{word}?"
