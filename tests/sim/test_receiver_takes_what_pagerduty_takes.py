from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shiftbot.sim.faults import SimError
from shiftbot.sim.receiver import WebhookReceiver

SECRET, NOW = "s3cret", 1_700_000_000


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(secret=SECRET, routing_key="KEY", now=lambda: NOW) as running:
        yield running


def event(**fields: Any) -> dict[str, Any]:
    payload = {"summary": "down", "source": "bugs", "severity": "error"}
    given = {"routing_key": "KEY", "event_action": "trigger", "dedup_key": "k", "payload": payload}
    return {name: value for name, value in (given | fields).items() if value is not None}


def post(
    receiver: WebhookReceiver, body: Any, at: int = NOW, secret: str = SECRET, delivery: str = ""
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    digest = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    headers = {"X-Shiftbot-Signature": f"t={at},v1={digest}", "X-Shiftbot-Delivery": delivery}
    return httpx.post(receiver.events_url, content=content, headers=headers)


def test_event_is_taken_as_pagerduty_does(receiver: WebhookReceiver) -> None:
    answer = post(receiver, event())

    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "k"}
    assert receiver.expects("trigger").body == event()


def test_alert_follows_its_events(receiver: WebhookReceiver) -> None:
    for key, actions in {
        "a": ["trigger", "acknowledge"],
        "b": ["trigger", "resolve"],
        "c": ["trigger"],
    }.items():
        for action in actions:
            post(
                receiver,
                event(
                    dedup_key=key,
                    event_action=action,
                    payload=None if action != "trigger" else event()["payload"],
                ),
            )

    assert receiver.alerts() == {"a": "acknowledged", "b": "resolved", "c": "triggered"}
    assert [taken.action for taken in receiver.events("a")] == ["trigger", "acknowledge"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (event(event_action="shout"), "event_action"),
        (event(dedup_key=None), "dedup_key"),
        (event(dedup_key="k" * 256), "dedup_key"),
        (event(routing_key="OTHER"), "routing_key"),
        (event(payload=None), "payload"),
        (event(payload={"summary": " ", "source": "s", "severity": "error"}), "payload.summary"),
        (event(payload={"summary": "s" * 1025, "source": "s", "severity": "error"}), "payload.summary"),
        (event(payload={"summary": "s", "severity": "error"}), "payload.source"),
        (event(payload={"summary": "s", "source": "s", "severity": "bad"}), "payload.severity"),
        (b"no json", "JSON object"),
        (b"[]", "JSON object"),
    ],
)
def test_what_is_no_event_is_refused(receiver: WebhookReceiver, body: Any, problem: str) -> None:
    answer = post(receiver, body)

    assert answer.status_code == 400
    assert problem in " ".join(answer.json()["errors"])
    assert receiver.events() == []


def test_signature_must_fit_and_be_fresh(receiver: WebhookReceiver) -> None:
    assert post(receiver, event(), secret="other").status_code == 403
    assert post(receiver, event(), at=NOW - 301).status_code == 403
    assert post(receiver, event(), at=NOW + 301).status_code == 403
    assert httpx.post(receiver.events_url, json=event()).status_code == 403
    assert receiver.events() == []
    assert post(receiver, event(), at=NOW - 299).status_code == 202


def test_delivery_that_comes_again_is_kept_once(receiver: WebhookReceiver) -> None:
    answers = [post(receiver, event(), delivery="page-1-trigger").status_code for _ in range(3)]

    assert answers == [202, 202, 202]
    assert len(receiver.events()) == 1
    assert receiver.repeated == ["page-1-trigger"] * 2


def test_unexpected_event_is_said(receiver: WebhookReceiver) -> None:
    post(receiver, event())

    with pytest.raises(SimError, match="trigger came where resolve was expected"):
        receiver.expects("resolve")
    with pytest.raises(SimError, match=r"no event came within 0\.01 s, acknowledge was expected"):
        receiver.expects("acknowledge", timeout=0.01)


def test_another_process_looks(receiver: WebhookReceiver) -> None:
    post(receiver, event(), delivery="d")

    seen = httpx.get(f"{receiver.url}/sim/events?dedup_key=k&wait=5").json()
    assert [(one["number"], one["delivery"], one["action"]) for one in seen] == [(1, "d", "trigger")]
    assert httpx.get(f"{receiver.url}/sim/alerts").json() == {"k": "triggered"}
    assert httpx.delete(f"{receiver.url}/sim/events").json() == []
    assert receiver.alerts() == {}
