"""A NUL or half a surrogate pair, in every place of a message that a person writes: it is recorded as it would be without."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.platforms.fixtures import load, names
from tests.support.web import Web
from tests.webhooks import fuzz

pytestmark = pytest.mark.newest_postgres

WRITTEN_BY_PEOPLE = {
    *(
        "text",
        "caption",
        "title",
        "first_name",
        "last_name",
        "author_signature",
        "file_name",
        "emoji",
        "phone_number",
    ),
    *(
        "name",
        "real_name",
        "display_name",
        "fallback",
        "pretext",
        "footer",
        "author_name",
        "value",
        "alt_text",
    ),
}
ODD = ["\x00", "\ud83d"]
NEW = "select event, count(*) from public.ticket_actions where id > %s group by 1 order by 1"


def odd(value: Any, character: str) -> Any:
    """The payload with that character at the end of everything that a person may have written, a second time within."""
    if isinstance(value, dict):
        return {
            key: f"{item}{character}!{character}"
            if key in WRITTEN_BY_PEOPLE and isinstance(item, str)
            else odd(item, character)
            for key, item in value.items()
        }
    return [odd(item, character) for item in value] if isinstance(value, list) else value


def recorded(served: Web, platform: str, payload: Any, number: int) -> list[tuple[Any, ...]]:
    """Which events one delivery of it adds to the journal."""
    before = served.rows("select coalesce(max(id), 0) from public.ticket_actions")[0]
    body = fuzz.fresh(json.dumps(payload).encode(), number)
    answer = served.telegram(body) if platform == "telegram" else served.slack(body)
    assert answer.status_code == 200
    return served.rows(NEW, *before)


@pytest.mark.parametrize("character", ODD, ids=["nul", "half_a_pair"])
@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_whoever_writes_it_and_wherever(
    served: Web, caplog: pytest.LogCaptureFixture, platform: str, character: str
) -> None:
    compared = 0
    for number, name in enumerate(sorted(names(platform)), 1):
        payload = load(platform, name)
        expected = recorded(served, platform, payload, 2 * number)
        # A command or an emoji with something behind it is another one.
        if [event for event, _ in expected] in (["message"], ["edited"], ["message", "reopened"]):
            compared += 1
            assert recorded(served, platform, odd(payload, character), 2 * number + 1) == expected, name

    assert compared > 10
    assert [r.getMessage() for r in caplog.records if r.exc_info] == []
    assert served.rows("select * from ops.verify_journal()") == []
    assert served.rows("select count(*) from public.ticket_actions where body like %s", "%\ufffd!\ufffd") != [
        (0,)
    ]
