"""Trying a pattern only at the words that it can begin with loses nothing of what it would match anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shiftbot.triage.ear import Ears
from shiftbot.triage.pattern import expression
from shiftbot.triage.signals import KINDS, MACROS, TABLES, ear
from shiftbot.triage.text import sentences
from tests.triage.conversations import messages

LANGUAGE = (
    "site|page ~2 down", "site is", "is? not", "crash*", "f*ed|log_in again", "~2 lost", "a|b", "a b c", "a? b? c",
    "{all} gone",
)  # fmt: skip
OWN = {"all": "everything|all_of_it|my data"}
WORDS = ("site", "page", "is", "not", "down", "crash", "crashed", "fried", "f", "log", "in", "again", "lost", "a", "b",
         "c", "everything", "all", "of", "it", "data", "gone", ",")  # fmt: skip


def as_one(patterns: tuple[str, ...] | list[str], macros: dict[str, str]) -> re.Pattern[str]:
    return re.compile("(?<= )(?:" + "|".join(expression(p, macros) for p in patterns) + ")")


def spans(matches: Iterator[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in matches]


@given(some.lists(some.sampled_from(WORDS), max_size=12), some.permutations(LANGUAGE), some.booleans())
def test_whatever_is_said_in_the_language_of_patterns(
    said: list[str], patterns: list[str], is_gappy: bool
) -> None:
    words = " " + (" " * (1 + is_gappy)).join(said) + " "  # what is taken out of a sentence leaves two spaces
    hearing, whole = Ears({"one": patterns}, OWN)["one"], as_one(patterns, OWN)

    assert spans(hearing.finditer(words)) == spans(whole.finditer(words))
    assert hearing.count(words) == len(whole.findall(words))
    assert hearing.sub(" - ", words) == whole.sub(" - ", words)
    found, expected = hearing.search(words), whole.search(words)
    assert (found and found.span()) == (expected and expected.span())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_what_people_wrote(kind: str) -> None:
    whole = as_one([p for table in TABLES for p in table.get(kind, ())], MACROS)
    for name in ("grave", "calm", "noise"):
        for text in messages(name):
            for words in (sentence.words for sentence in sentences(text)):
                assert spans(ear(kind).finditer(words)) == spans(whole.finditer(words)), words
