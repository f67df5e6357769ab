from __future__ import annotations

import copy
import dataclasses
import json
import logging
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shiftbot.platforms.base import Dropped, Incoming, Parsed, SourceMoved
from shiftbot.platforms.slack.parse import parse_event, parse_interaction
from shiftbot.platforms.telegram.parse import parse_update
from tests.platforms.fixtures import load, names

MUTANTS = 3000
NESTED: Any = []
for _ in range(900):
    NESTED = [NESTED]
JUNK: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**63, 2**200, -(2**63), float("nan"), float("inf"), 10**300),
    *("", "\x00", "\ud800", "a\udc00b", "x" * 100_000, "2025-10-10", "-1", "\u202e", "1.2.3"),
    *([], {}, [None], [[]], {"": ""}, {"\x00": "\ud83d"}, [{"id": 1}], {"id": "x"}, NESTED),
]

Parse = Callable[[Any], Parsed]


def telegram(raw: Any) -> Parsed:
    return parse_update(raw, "shift_support_bot", 7412345678)


def slack(raw: Any) -> Parsed:
    return parse_event(raw)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def containers(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    if value is not NESTED and isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def mutate(raw: Any, chance: random.Random) -> Any:
    """The payload with one to three of its values replaced, removed, renamed or dirtied."""
    for _ in range(chance.randint(1, 3)):
        places = [found for found in containers(raw) if found]
        if not places:
            break
        place = chance.choice(places)
        key: Any = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
        value = place[key]  # type: ignore[index]  # a key of this very container
        kind = chance.randrange(4)
        if kind == 0 and isinstance(place, dict):
            del place[key]
        elif kind == 1 and isinstance(value, str):
            cut = chance.randint(0, len(value))
            place[key] = (
                value[:cut] + chance.choice(["\x00", "\ud83d", "\udc00", "\udfff\ud800"]) + value[cut:]
            )
        elif kind == 2 and isinstance(place, dict):
            place[chance.choice(["text", "from", "chat", "user", "ts", "type", "\x00"])] = value
        else:
            junk = chance.choice(JUNK)
            place[key] = junk if junk is NESTED else copy.deepcopy(junk)
    return raw


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def assert_recordable(parsed: Parsed) -> None:
    """Everything in it is of its type, and Postgres would take it as text, bigint and jsonb."""
    assert isinstance(parsed, Incoming | SourceMoved | Dropped)
    for found in strings(dataclasses.asdict(parsed)):
        assert "\x00" not in found
        found.encode()
    if isinstance(parsed, Incoming):
        json.dumps(parsed.payload, allow_nan=False)
        assert parsed.sent_at.tzinfo is not None
        for field in ("source_external_id", "external_id", "thread_key", "author", "author_name", "body"):
            assert type(getattr(parsed, field)) is str
        assert len(parsed.external_id) < 1000
        assert isinstance(parsed.refers_to, str | None)
        assert isinstance(parsed.merge_group, str | None)
        for flag in (parsed.addressed, parsed.needs_ticket, parsed.merges_with_author):
            assert type(flag) is bool


@pytest.mark.parametrize(
    ("platform", "parse"), [("telegram", telegram), ("slack", slack), ("slack", parse_interaction)]
)
def test_mutated_payloads_give_something_recordable(platform: str, parse: Parse) -> None:
    chance = random.Random(20251010)  # noqa: S311 (a fixed seed, not a secret)
    recorded = sorted(names(platform))
    kinds = set()
    for _ in range(MUTANTS):
        parsed = parse(mutate(load(platform, chance.choice(recorded)), chance))
        assert_recordable(parsed)
        kinds.add(type(parsed))

    assert {Incoming, Dropped} <= kinds  # the mutants reach both ends of the parser


@pytest.mark.parametrize("parse", [telegram, slack, parse_interaction])
@pytest.mark.parametrize("raw", [*JUNK, "{}", {"update_id": 1, "message": []}, {"type": "x y"}])
def test_junk_is_an_unknown_shape(parse: Parse, raw: Any) -> None:
    assert parse(raw) == Dropped("unknown_shape")


def test_dirty_words_are_kept_but_for_what_postgres_refuses() -> None:
    raw = load("telegram", "supergroup_text")
    raw["message"]["text"] = "half \ud83d smile, whole \ud83d\ude00 smile, \x00"

    parsed = telegram(raw)

    assert isinstance(parsed, Incoming)
    assert parsed.body == "half \ufffd smile, whole 😀 smile, \ufffd"
