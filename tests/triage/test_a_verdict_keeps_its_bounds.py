"""Verdict refuses what the database would refuse; `clean` makes an engine's raw words fit."""

from __future__ import annotations

from typing import Any

import pytest

from shiftbot.triage.text import clean_text
from shiftbot.triage.verdict import LIMITS, Verdict
from tests.triage.conftest import GOOD


def build(**changes: Any) -> Verdict:
    return Verdict(**(GOOD | {"engine": "model"} | changes))


def test_a_verdict_within_bounds_is_kept_as_it_is() -> None:
    assert build(severity=1.0, title="x" * 120, reply="y" * 3500).severity == 1.0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"severity": 1.01}, "severity"),
        ({"severity": -0.01}, "severity"),
        ({"severity": float("nan")}, "severity"),
        ({"title": ""}, "title is blank"),
        ({"summary": " \n"}, "summary is blank"),
        ({"reason": ""}, "reason is blank"),
        ({"reply": ""}, "reply is blank"),
        ({"language": ""}, "language is blank"),
        ({"title": "x" * 121}, "title is over 120"),
        ({"summary": "x" * 1001}, "summary is over 1000"),
        ({"reply": "x" * 3501}, "reply is over 3500"),
        ({"category": "fire"}, "category"),
        ({"engine": "oracle"}, "engine"),
        ({"tokens_in": -1}, "count"),
        ({"title": "a\x00b"}, "title holds unstorable"),
        ({"reply": "a\ud800b"}, "reply holds unstorable"),
        ({"fallback_reason": "x" * 301}, "fallback_reason is over"),
    ],
)
def test_a_verdict_out_of_bounds_is_refused_by_name(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        build(**changes)


def test_noise_needs_no_reply() -> None:
    assert build(category="noise", reply="").reply == ""


def test_clean_makes_raw_words_fit() -> None:
    raw = dict.fromkeys(("title", "summary", "reason", "reply"), "word \x00�" * 1000)

    found = Verdict.clean(**(GOOD | raw), engine="model")

    assert all(len(getattr(found, name)) <= LIMITS[name] for name in raw)
    found.reply.encode()


def test_clean_does_not_bend_the_severity() -> None:
    with pytest.raises(ValueError, match="severity"):
        Verdict.clean(**(GOOD | {"severity": 7.0}), engine="model")


@pytest.mark.parametrize(
    ("tag", "kept"),
    [("DE", "de"), ("pt_BR", "pt-br"), ("English!", "und"), ("", "und"), ("zh-Hans", "zh-hans")],
)
def test_clean_reads_the_language_tag(tag: str, kept: str) -> None:
    assert Verdict.clean(**(GOOD | {"language": tag}), engine="model").language == kept


@pytest.mark.parametrize("limit", [2, 5, 10, 120])
def test_a_text_is_cut_at_a_word_and_never_over(limit: int) -> None:
    assert len(clean_text("one two three " * 50, limit)) <= limit
    assert len(clean_text("x" * 500, limit)) <= limit
    assert clean_text("short", 120) == "short"
