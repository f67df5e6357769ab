"""What cannot be recorded now is answered 5xx, so that the platform sends it again; then it is recorded once."""

from __future__ import annotations

import json
import logging

import pytest

from tests.platforms.fixtures import load
from tests.support.web import Web, envelope, update

pytestmark = pytest.mark.newest_postgres

EVENT = envelope("1760000001.000100")


def press(served: Web) -> int:
    return served.slack_form("interactions", payload=json.dumps(load("slack", "press_positive"))).status_code


def test_database_away_is_503_and_the_redelivery_is_recorded_once(served: Web) -> None:
    assert served.telegram(update(1)).status_code == 200

    with served.outage():
        answers = [served.telegram(update(2)), served.slack(EVENT)]
        pressed = press(served)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.headers["Retry-After"] for answer in answers] == ["1", "1"]
    assert pressed == 503
    for _ in range(2):
        assert served.telegram(update(2)).status_code == 200
        assert served.slack(EVENT, X_Slack_Retry_Num="1").status_code == 200
    assert served.journal() == [(1, "message"), (2, "message"), (3, "message")]


def test_an_outage_is_logged_without_words(served: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), served.outage():
        served.telegram(update(1, text="my secret is hunter2"))
        served.slack(envelope("1760000001.000100", text="my secret is hunter2"))

    actions = [getattr(record, "action", "") for record in caplog.records]
    assert actions.count("webhook_unavailable") == 2
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("kind", ["server_error", "drop_before_work", "bad_gateway", "rate_limited"])
def test_telegram_does_not_say_who_the_bot_is(served: Web, kind: str) -> None:
    served.telegram_sim.fault(kind, "getMe", count=1)

    assert served.telegram(update(1)).status_code == 503
    assert served.journal() == []
    assert served.telegram(update(1)).status_code == 200
    assert served.journal() == [(1, "message")]


def test_slack_is_asked_nothing_and_its_outage_loses_no_event(served: Web) -> None:
    """Slack sends an event four times at most, within minutes: none may wait for its Web API."""
    served.slack_sim.stop()

    assert [served.slack(EVENT).status_code, press(served)] == [200, 200]
    assert served.journal() == [(1, "message")]
    assert sum(served.slack_sim.calls.values()) == 0


def test_the_bot_is_asked_for_once(served: Web) -> None:
    for number in range(1, 4):
        served.telegram(update(number))

    assert served.telegram_sim.calls["getMe"] == 1


def test_a_refusal_that_is_no_outage_is_500_and_logged_without_words(
    served: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken database function: the platform keeps the event until somebody has mended it."""
    served.conn.execute("revoke execute on all functions in schema private from shiftbot_ingest")

    answers = [
        served.telegram(update(1, text="hunter2")),
        served.slack(EVENT | {"event": EVENT["event"] | {"text": "hunter2"}}),
    ]

    assert [answer.status_code for answer in answers] == [500, 500]
    failed = [record for record in caplog.records if getattr(record, "action", "") == "webhook_failed"]
    assert [record.error for record in failed] == ["InsufficientPrivilege"] * 2  # type: ignore[attr-defined]
    assert "hunter2" not in caplog.text


def test_a_long_outage_is_not_made_longer(served: Web) -> None:
    """The pool asks the database anew with each request, instead of waiting ever longer between its tries."""
    served.telegram(update(1))
    with served.outage():
        answers = [served.telegram(update(2)).status_code for _ in range(2)]

    assert answers == [503] * 2
    assert served.telegram(update(2)).status_code == 200
