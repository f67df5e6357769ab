"""What is genuine but makes no sense is answered 200, or it would be sent again for ever; it is counted and logged."""

from __future__ import annotations

import json
import logging

import pytest

from tests.support.web import FORM, Web, counted, envelope

pytestmark = pytest.mark.newest_postgres

NOT_JSON = [b"", b"not json", b'{"update_id": 1', b"\xff\xfe", b"[" * 100_000, b"null", b"1" * 5000]
NO_UPDATE = [b"[]", b"[1, 2]", b'"text"', b"5", b"true", b"{}", b'{"message": 7}', b'{"update_id": "x"}']


@pytest.mark.parametrize("content", NOT_JSON + NO_UPDATE, ids=lambda c: repr(c[:20]))
def test_telegram_body_is_dropped(served: Web, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    before = counted()
    reason = "not_json" if content in NOT_JSON else "unknown_shape"

    with caplog.at_level(logging.INFO):
        answer = served.telegram(content)

    assert answer.status_code == 200
    assert counted() - before == {f"telegram dropped {reason}": 1}
    lines = [r for r in caplog.records if getattr(r, "action", "") == "event_dropped"]
    assert [(r.platform, r.reason) for r in lines] == [("telegram", reason)]  # type: ignore[attr-defined]


SHAPES = [
    b"",
    b"not json",
    b"null",
    b"[]",
    b"5",
    b"[" * 100_000,
    b"{}",
    b'{"type": "nothing_known"}',
    b'{"type": 5}',
    b'{"type": "event_callback"}',
    b'{"type": "event_callback", "event": []}',
    b'{"type": "event_callback", "event": {}}',
    b'{"type": "event_callback", "event": {"type": 5}}',
    b'{"type": "event_callback", "event": {"type": "message"}}',
    b'{"type": "event_callback", "event": {"type": "message"}, "authorizations": 5}',
    b'{"type": "event_callback", "event": {"type": "message", "channel": 5, "user": 6, "ts": {}}}',
]


@pytest.mark.parametrize("content", SHAPES, ids=lambda c: repr(c[:60]))
def test_slack_body_is_dropped(served: Web, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    before = counted()

    with caplog.at_level(logging.INFO):
        answer = served.slack(content)

    assert answer.status_code == 200
    assert counted() - before == {"slack dropped unknown_shape": 1}
    lines = [r for r in caplog.records if getattr(r, "action", "") == "event_dropped"]
    assert [(r.platform, r.reason) for r in lines] == [("slack", "unknown_shape")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["team_join", "emoji_changed", "an_event_of_2031"])
def test_unknown_slack_event_is_counted(served: Web, kind: str) -> None:
    before = counted()

    answer = served.slack(envelope("1760000001.000100", type=kind))

    assert answer.status_code == 200
    assert counted() - before == {"slack dropped unhandled_event": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"payload=", "unknown_shape"),
        (b"payload=not+json", "unknown_shape"),
        (b"payload=[]", "unknown_shape"),
        (b"payload=5", "unknown_shape"),
        (b"payload={}", "unhandled_interaction"),
        (b"", "unhandled_interaction"),
        (b"payload=" + b"[" * 100_000, "unknown_shape"),
        (b'payload={"type":"block_actions"}', "unhandled_interaction"),
        (b'payload={"type":"block_actions","actions":5}', "unknown_shape"),
        (b'payload={"type":"view_submission","view":{"callback_id":"x"}}', "unknown_shape"),
        (b'payload={"type":"of_2031"}', "unhandled_interaction"),
    ],
    ids=lambda c: repr(c[:60]) if isinstance(c, bytes) else c,
)
def test_unknown_slack_interaction_is_counted(served: Web, content: bytes, reason: str) -> None:
    before = counted()

    answer = served.slack(content, "interactions", FORM)

    assert answer.status_code == 200
    assert counted() - before == {f"slack dropped {reason}": 1}


def test_words_that_postgres_refuses_are_still_recorded(served: Web) -> None:
    words = "NUL \x00 and half a pair \ud83d"

    served.slack(json.dumps(envelope("1760000001.000100", text=words)).encode())

    assert served.rows("select body from public.ticket_actions") == [("NUL \ufffd and half a pair \ufffd",)]


@pytest.mark.parametrize("path", ["telegram", "slack/events", "slack/interactions"])
def test_a_body_too_large_is_413(served: Web, path: str) -> None:
    content = b'{"update_id": 1, "x": "' + b"x" * 3 * 1024 * 1024 + b'"}'

    answer = served.telegram(content) if path == "telegram" else served.slack(content, path.partition("/")[2])

    assert answer.status_code == 413
    assert served.journal() == []


def test_only_post_is_served(served: Web) -> None:
    paths = ("telegram", "slack/events", "slack/interactions", "slack/commands")

    assert [served.http.get(f"/webhooks/{path}").status_code for path in paths] == [405] * 4
