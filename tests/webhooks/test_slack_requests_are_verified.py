"""Only what Slack signed within five minutes is listened to; the rest changes nothing."""

from __future__ import annotations

import json
import time

import pytest
from werkzeug.test import TestResponse

from tests.support.postgres import Database
from tests.support.web import Web, envelope, signed, web

pytestmark = pytest.mark.newest_postgres

EVENT = json.dumps(envelope("1760000001.000100")).encode()


def post(served: Web, headers: dict[str, str], content: bytes = EVENT, path: str = "events") -> TestResponse:
    return served.http.post(
        f"/webhooks/slack/{path}", data=content, headers=headers, content_type="application/json"
    )


def test_a_signed_request_is_accepted(served: Web) -> None:
    answer = post(served, signed(EVENT))

    assert answer.status_code == 200
    assert served.journal() == [(1, "message")]


def test_four_minutes_old_is_young_enough(served: Web) -> None:
    assert post(served, signed(EVENT, time.time() - 240)).status_code == 200


def unsigned() -> dict[str, dict[str, str]]:
    now = signed(EVENT)
    stamp, signature = now["X-Slack-Request-Timestamp"], now["X-Slack-Signature"]
    return {
        "no headers": {},
        "no signature": {"X-Slack-Request-Timestamp": stamp},
        "no timestamp": {"X-Slack-Signature": signature},
        "another secret": signed(EVENT, secret="another"),
        "another body": signed(EVENT + b" "),
        "a prefix": now | {"X-Slack-Signature": signature[:-1]},
        "no version": now | {"X-Slack-Signature": signature.removeprefix("v0=")},
        "in capitals": now | {"X-Slack-Signature": signature.upper()},
        "not ASCII": now | {"X-Slack-Signature": "v0=é"},
        "empty": now | {"X-Slack-Signature": ""},
        "another time": now | {"X-Slack-Request-Timestamp": str(int(stamp) + 1)},
        "six minutes old": signed(EVENT, time.time() - 360),
        "six minutes ahead": signed(EVENT, time.time() + 360),
        "no number": now | {"X-Slack-Request-Timestamp": "yesterday"},
        "not a whole number": now | {"X-Slack-Request-Timestamp": stamp + ".5"},
        "endless number": now | {"X-Slack-Request-Timestamp": "9" * 5000},
    }


@pytest.mark.parametrize("path", ["events", "interactions", "commands"])
def test_unsigned_requests_are_refused_and_nothing_written(served: Web, path: str) -> None:
    answers = {why: post(served, headers, path=path).status_code for why, headers in unsigned().items()}

    assert answers == dict.fromkeys(unsigned(), 401)
    assert served.journal() == []


def test_a_body_that_is_no_utf8_is_refused(served: Web) -> None:
    content = b'{"type": "\xff"}'

    assert post(served, signed(content), content).status_code == 401


def test_a_replayed_request_is_recorded_once(served: Web) -> None:
    headers = signed(EVENT)

    answers = [post(served, headers).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert served.journal() == [(1, "message")]


def test_without_a_configured_secret_everything_is_refused(database: Database) -> None:
    with web(database, slack_signing_secret="") as unsafe:
        answers = [post(unsafe, headers).status_code for headers in (signed(EVENT), signed(EVENT, secret=""))]

        assert answers == [401, 401]
        assert unsafe.journal() == []


def test_url_verification_gives_the_challenge_back(served: Web) -> None:
    answer = served.slack({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB"})

    assert (answer.status_code, answer.get_json(force=True)) == (200, {"challenge": "3eZbrw1aB"})
