"""Hearing one kind of signal: at each word of a sentence only those patterns are tried that can begin with it.

One expression of all patterns hears the same, takes two to three times as long, and a second to compile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from shiftbot.triage.pattern import expression, first_words

_Starts = Mapping[str, Sequence[tuple[int, Sequence["_Pattern"]]]]


class _Pattern:
    """Compiled when a sentence first gives reason to try it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._compiled: re.Pattern[str] | None = None

    def match(self, words: str, at: int) -> re.Match[str] | None:
        return self.compiled().match(words, at)

    def compiled(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._source)
        return self._compiled


class Ears:
    """An ear for each kind of `patterns`. Safe to use from several threads."""

    def __init__(self, patterns: Mapping[str, Sequence[str]], macros: Mapping[str, str]) -> None:
        self._ears = {kind: Ear(kind, self) for kind in patterns}
        self._patterns: list[tuple[str, _Pattern]] = []
        self._by_word: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        for kind, of_kind in patterns.items():
            for pattern in of_kind:
                self._add(kind, pattern, macros)
        self._lengths = sorted(set(map(len, self._by_beginning)))
        # A sentence is listened to by some twenty ears, one after the other.
        self.starts = lru_cache(maxsize=64)(self._starts)
        self._of_word = lru_cache(maxsize=4096)(self._startable)

    def __getitem__(self, kind: str) -> Ear:
        return self._ears[kind]

    def warm_up(self) -> None:
        """Compiles every pattern, most of a second's work, before threads do it beside each other."""
        for _, pattern in self._patterns:
            pattern.compiled()

    def _add(self, kind: str, pattern: str, macros: Mapping[str, str]) -> None:
        number = len(self._patterns)
        self._patterns.append((kind, _Pattern(expression(pattern, macros))))
        for word in first_words(pattern, macros):
            beginning, star, _ = word.partition("*")
            (self._by_beginning if star else self._by_word).setdefault(beginning, []).append(number)

    def _startable(self, word: str) -> Mapping[str, Sequence[_Pattern]]:
        numbers = set(self._by_word.get(word, ()))
        for length in self._lengths:
            if length <= len(word):
                numbers.update(self._by_beginning.get(word[:length], ()))
        found: dict[str, list[_Pattern]] = {}
        for number in sorted(numbers):  # of two that match the first one counts
            kind, pattern = self._patterns[number]
            found.setdefault(kind, []).append(pattern)
        return found

    def _starts(self, words: str) -> _Starts:
        found: dict[str, list[tuple[int, Sequence[_Pattern]]]] = {}
        at = 0
        for word in words.split(" "):
            if word and at:  # a pattern begins after a space
                for kind, patterns in self._of_word(word).items():
                    found.setdefault(kind, []).append((at, patterns))
            at += len(word) + 1
        return found


class Ear:
    """Hears one kind in the `words` of a Sentence, in any language."""

    def __init__(self, kind: str, ears: Ears) -> None:
        self._kind = kind
        self._ears = ears

    def finditer(self, words: str) -> Iterator[re.Match[str]]:
        """All that is heard, from left to right; nothing of it overlaps."""
        end = 0
        for at, patterns in self._ears.starts(words).get(self._kind, ()):
            if at < end:
                continue
            for pattern in patterns:
                if match := pattern.match(words, at):
                    yield match
                    end = match.end()
                    break

    def search(self, words: str) -> re.Match[str] | None:
        """The first that is heard."""
        return next(self.finditer(words), None)

    def count(self, words: str) -> int:
        """How many are heard."""
        return sum(1 for _ in self.finditer(words))

    def sub(self, instead: str, words: str) -> str:
        """The words with `instead` where something is heard."""
        parts, end = [], 0
        for match in self.finditer(words):
            parts += [words[end : match.start()], instead]
            end = match.end()
        return "".join([*parts, words[end:]])
