"""Genuine requests whose JSON was twisted in every way: never a 5xx, nothing half-written, each one accounted for."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.platforms.fixtures import load, names
from tests.support.web import FORM, Web, counted

ROUNDS = 750
ODD: list[Any] = [
    None, True, False, 0, -1, 7, 2**63, -(2**70), 1.5, 1e308, "", " ", "x" * 5000, "\x00", "\ud800", "1760000001.000100",
    "<!channel>", "'; drop table tickets; --", [], {}, [[]], [None], {"id": None}, {"type": {}}, ["message"], "message",
]  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the JSON."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*path, key))
    return found


def mutated(raw: Any, chance: random.Random) -> Any:
    """The payload with one to four places made odd, dropped, doubled or exchanged."""
    twisted = copy.deepcopy(raw)
    for _ in range(chance.randint(1, 4)):
        places = paths(twisted)
        if not places:
            return chance.choice(ODD)
        *way, last = chance.choice(places)
        parent = twisted
        for key in way:
            parent = parent[key]
        match chance.randrange(4):
            case 0:
                parent[last] = copy.deepcopy(chance.choice(ODD))
            case 1:
                del parent[last]
            case 2:
                parent[last] = [copy.deepcopy(parent[last])]
            case 3:
                parent[last] = copy.deepcopy(raw)
    return twisted


def cut(content: bytes, chance: random.Random) -> bytes:
    """One body in ten is damaged as bytes, too."""
    if chance.random() > 0.1 or not content:
        return content
    place = chance.randrange(len(content))
    return content[:place] + bytes([chance.randrange(128)]) * chance.randrange(3) + content[place + 1 :]


@pytest.mark.newest_postgres
def test_telegram_updates(served: Web, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(20260101)  # noqa: S311 - the same bodies every time
    known = sorted(names("telegram"))
    before = counted()
    statuses: Counter[int] = Counter()

    for _ in range(ROUNDS):
        raw = mutated(load("telegram", chance.choice(known)), chance)
        statuses[served.telegram(cut(json.dumps(raw).encode(), chance)).status_code] += 1

    assert statuses == {200: ROUNDS}
    assert (counted() - before).total() == ROUNDS
    assert_sound(served, caplog)


@pytest.mark.newest_postgres
def test_slack_requests(served: Web, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(20260102)  # noqa: S311 - the same bodies every time
    known = sorted(names("slack"))
    statuses: Counter[int] = Counter()

    for _ in range(ROUNDS):
        name = chance.choice(known)
        fresh = json.dumps(load("slack", name)).replace("17600000", f"17{chance.randrange(10**6):06d}")
        raw = mutated(json.loads(fresh), chance)
        if name.startswith(("press", "view")):
            content = cut(urlencode({"payload": json.dumps(raw)}).encode(), chance)
            answer = served.slack(content, "interactions", FORM)
        else:
            answer = served.slack(cut(json.dumps(raw).encode(), chance))
        statuses[answer.status_code] += 1

    assert statuses == {200: ROUNDS}
    assert_sound(served, caplog)


def assert_sound(served: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert [r.getMessage() for r in caplog.records if r.exc_info] == []
    assert served.rows("select * from ops.status_drift") == []
    assert served.rows("select * from ops.verify_journal()") == []
    assert served.rows("select count(*) > 20 from public.ticket_actions") == [(True,)]
