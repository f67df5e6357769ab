from __future__ import annotations

import random
import unicodedata

import pytest

from shiftbot.platforms.slack.content import escape
from shiftbot.platforms.text import clean_json, clean_text, split_text, utf16_length, utf16_slice

FAMILY = "👩‍👩‍👧‍👦"
PIECES = [
    *("a", "word", "Wort,", "слово", "語", "😀", FAMILY, "👍🏽", "🇵🇱🇩🇪", "e\u0301", "<&>", '»"', "x" * 40),
    *(" ", "  ", "\n", "\n\n", "\n \n", ". ", "! ", "? ", "。", "… ", "\t", "\u00a0", "\r\n"),
]
MEASURES = [len, utf16_length, lambda text: utf16_length(escape(text))]


def without_space(text: str) -> str:
    return "".join(text.split())


def random_text(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randrange(60)))


@pytest.mark.parametrize("measure", MEASURES)
def test_any_text_comes_back_whole_in_parts_that_fit(measure: type[len]) -> None:  # type: ignore[valid-type]
    chance = random.Random(4096)  # noqa: S311 (a fixed seed, not a secret)
    for _ in range(1500):
        text, limit = random_text(chance), chance.randint(30, 200)

        parts = split_text(text, limit, measure)

        assert without_space("".join(parts)) == without_space(text)
        assert all(measure(part) <= limit for part in parts)
        assert all(part == part.strip() and part for part in parts)
        assert parts == split_text(text, limit, measure)


def test_words_shorter_than_the_limit_are_never_cut() -> None:
    chance = random.Random(17)  # noqa: S311 (a fixed seed, not a secret)
    for _ in range(1500):
        words = ["w" * chance.randint(1, 20) for _ in range(chance.randrange(80))]
        text = "".join(word + chance.choice([" ", "\n", ". ", "\n\n"]) for word in words)

        parts = split_text(text, chance.randint(22, 90))

        assert " ".join(parts).split() == text.split()


def test_no_part_begins_inside_what_a_reader_sees_as_one_character() -> None:
    chance = random.Random(8)  # noqa: S311 (a fixed seed, not a secret)
    marks = [FAMILY, "👍🏽", "e\u0301\u0323", "🇵🇱", "ก็", "a"]
    for _ in range(500):
        text = "".join(chance.choice(marks) for _ in range(80))

        for part in split_text(text, chance.randint(25, 60), utf16_length):
            assert unicodedata.category(part[0]) not in ("Mn", "Mc", "Me", "Cf")
            assert not "\U0001f3fb" <= part[0] <= "\U0001f3ff"
            assert part[-1] != "\u200d"
            assert sum("\U0001f1e6" <= character <= "\U0001f1ff" for character in part) % 2 == 0


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        (" \n ", 10, []),
        ("short", 10, ["short"]),
        ("exactly 10", 10, ["exactly 10"]),
        ("first part\n\nsecond one. More", 20, ["first part", "second one. More"]),
        ("One is here. Two is there.", 20, ["One is here.", "Two is there."]),
        ("He said «stop.» Then left", 18, ["He said «stop.»", "Then left"]),
        ("one two three four", 9, ["one two", "three", "four"]),
        ("full part fits", 9, ["full part", "fits"]),
        ("a\n\nlong line of words here", 20, ["a\n\nlong line of", "words here"]),
        ("xxxxxxxxxxyyyyy", 10, ["xxxxxxxxxx", "yyyyy"]),
        ("👍🏽👍🏽👍🏽", 5, ["👍🏽👍🏽", "👍🏽"]),
        ("a" + "\u0301" * 9, 4, ["a\u0301\u0301\u0301", "\u0301" * 4, "\u0301" * 2]),
    ],
)
def test_cuts_where_a_reader_would(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


def test_a_character_over_the_limit_still_makes_progress() -> None:
    assert split_text("😀😀", 1, utf16_length) == ["😀", "😀"]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split_text("text", 0)


@pytest.mark.parametrize(("text", "units"), [("", 0), ("a", 1), ("ż", 1), ("😀", 2), ("\ud800", 1)])
def test_length_counts_as_the_platforms_do(text: str, units: int) -> None:
    assert utf16_length(text) == units


def test_slice_counts_as_the_platforms_do() -> None:
    assert utf16_slice("😀 @bot!", 3, 4) == "@bot"


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("as it was 😀", "as it was 😀"),
        ("\x00", "\ufffd"),
        ("a\ud83db", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\x01\x1f", "\x01\x1f"),
    ],
)
def test_clean_text_replaces_only_what_postgres_refuses(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_clean_json_reaches_keys_and_values() -> None:
    dirty = {"\x00": ["\ud800", {"n": float("nan"), "i": float("-inf"), "kept": [1, 1.5, True, None]}]}

    assert clean_json(dirty) == {"\ufffd": ["\ufffd", {"n": None, "i": None, "kept": [1, 1.5, True, None]}]}
