from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shiftbot.paging.base import Channel, Permanent, Sent
from shiftbot.paging.webhook import Webhook
from tests.paging.mail_pages import ADA, DOWN, SLOW, TOKEN, page, wanted
from tests.platforms.answering import Server, answer, serving
from tests.support.postgres import ROOT

SECRET = "whsec-of-the-test"
KEY = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY32"
PAGE = page(method="webhook", contact=None)
TAKEN = answer({"status": "success", "message": "Event processed", "dedup_key": "k"}, 202)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.answers(TAKEN)
        yield running


@pytest.fixture
def channel(server: Server) -> Iterator[Webhook]:
    made = Webhook(f"{server.url}/v2/enqueue", SECRET, KEY, "https://bot.example/", timeout=0.5)
    yield made
    made.close()


def test_channel_keeps_the_contract(channel: Channel) -> None:
    assert channel.method == "webhook"


def test_page_on_the_wire(server: Server, channel: Webhook) -> None:
    assert channel.send(PAGE, wanted) == Sent("attempted", "shiftbot-escalation-5", "answered 202")

    (asked,) = server.asked
    assert asked.path == "/v2/enqueue"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["X-Shiftbot-Delivery"] == "page-17-trigger"
    assert asked.json == {
        "event_action": "trigger",
        "dedup_key": "shiftbot-escalation-5",
        "routing_key": KEY,
        "client": "Shift-Bot",
        "payload": {
            "summary": "Ticket 4: Checkout is down (and 1 more)",
            "source": "Acme Support",
            "severity": "critical",
            "custom_details": {
                "escalation_id": 5,
                "attempt_id": 17,
                "state": "ringing",
                "holder": "",
                "is_test": False,
                "tickets": [
                    {
                        "id": 4,
                        "title": "Checkout is down",
                        "summary": "Nobody can pay since 03:00.",
                        "severity": 0.93,
                        "platform": "telegram",
                        "source": "Acme Support",
                    },
                    {
                        "id": 7,
                        "title": "Export is slow",
                        "summary": "It takes an hour.",
                        "severity": 0.75,
                        "platform": "slack",
                        "source": "bugs",
                    },
                ],
                "tickets_not_listed": 0,
            },
        },
    }


def test_signature_is_the_documented_one(server: Server, channel: Webhook) -> None:
    before = int(time.time())
    channel.send(PAGE, wanted)

    (asked,) = server.asked
    stamp, digest = (part.split("=", 1)[1] for part in asked.headers["X-Shiftbot-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + asked.body, hashlib.sha256).hexdigest()
    assert digest == expected
    assert before <= int(stamp) <= time.time()


def test_without_secret_and_key_neither_is_sent(server: Server) -> None:
    channel = Webhook(server.url)
    channel.send(PAGE, wanted)
    channel.close()

    assert "X-Shiftbot-Signature" not in server.asked[0].headers
    assert "routing_key" not in server.asked[0].json


def test_link_is_sent_only_where_it_stands_for_somebody(server: Server, channel: Webhook) -> None:
    channel.send(PAGE, wanted)
    channel.send(replace(PAGE, contact=ADA), wanted)

    nobody, ada = (asked.json for asked in server.asked)
    assert "links" not in nobody
    assert TOKEN not in json.dumps(nobody)
    assert ada["links"] == [
        {"href": f"https://bot.example/acknowledge/{TOKEN}", "text": "Acknowledge as Ada Lovelace"}
    ]


@pytest.mark.parametrize(("state", "action"), [("acknowledged", "acknowledge"), ("resolved", "resolve")])
def test_alert_follows_the_page(server: Server, channel: Webhook, state: str, action: str) -> None:
    channel.send(PAGE, wanted)
    channel.tell(replace(PAGE, state=state, holder="Ben", external_id="shiftbot-escalation-5"))  # type: ignore[arg-type]

    begun, told = server.asked
    assert (told.json["event_action"], told.json["dedup_key"]) == (action, begun.json["dedup_key"])
    assert told.json["payload"]["custom_details"]["holder"] == "Ben"
    assert told.headers["X-Shiftbot-Delivery"] == f"page-17-{action}"


@pytest.mark.parametrize("state", ["ringing", "joined"])
def test_nothing_is_told_while_it_rings(server: Server, channel: Webhook, state: str) -> None:
    channel.tell(replace(PAGE, state=state))  # type: ignore[arg-type]
    channel.stop(PAGE)

    assert server.asked == []


def test_each_attempt_is_an_event_of_the_same_alert(server: Server, channel: Webhook) -> None:
    for attempt_id in (17, 18):
        channel.send(replace(PAGE, attempt_id=attempt_id), wanted)

    assert [asked.headers["X-Shiftbot-Delivery"] for asked in server.asked] == [
        "page-17-trigger",
        "page-18-trigger",
    ]
    assert {asked.json["dedup_key"] for asked in server.asked} == {"shiftbot-escalation-5"}


def test_retry_is_the_same_delivery_with_a_fresh_signature(server: Server) -> None:
    clock = iter([1_700_000_000.0, 1_700_000_060.0])
    channel = Webhook(server.url, SECRET, now=lambda: next(clock))
    for _ in range(2):
        channel.send(PAGE, wanted)
    channel.close()

    first, second = server.asked
    assert first.headers["X-Shiftbot-Delivery"] == second.headers["X-Shiftbot-Delivery"]
    assert first.body == second.body
    assert first.headers["X-Shiftbot-Signature"].startswith("t=1700000000,v1=")
    assert second.headers["X-Shiftbot-Signature"].startswith("t=1700000060,v1=")
    assert first.headers["X-Shiftbot-Signature"][-64:] != second.headers["X-Shiftbot-Signature"][-64:]


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        ((1.0,), "critical"),
        ((0.9,), "critical"),
        ((0.89,), "error"),
        ((0.7,), "error"),
        ((0.69,), "warning"),
        ((0.4,), "warning"),
        ((0.39,), "info"),
        ((0.0,), "info"),
        ((None,), "error"),
        ((None, 0.2), "info"),
        ((0.5, 0.95), "critical"),
        ((), "error"),
    ],
)
def test_severity_is_the_gravest(
    server: Server, channel: Webhook, severities: tuple[float | None, ...], said: str
) -> None:
    tickets = tuple(replace(DOWN, severity=severity) for severity in severities)
    channel.send(replace(PAGE, tickets=tickets), wanted)

    assert server.asked[0].json["payload"]["severity"] == said


def test_test_page_says_so(server: Server, channel: Webhook) -> None:
    channel.send(replace(PAGE, tickets=(), is_test=True), wanted)

    payload = server.asked[0].json["payload"]
    assert (payload["summary"], payload["severity"]) == ("Test page from Shift-Bot", "info")
    assert payload["custom_details"]["is_test"] is True
    assert payload["source"] == "Shift-Bot"


def test_storm_fits_what_pagerduty_takes(server: Server, channel: Webhook) -> None:
    storm = tuple(replace(SLOW, id=number, title="t" * 2000, summary="s" * 2000) for number in range(120))
    channel.send(replace(PAGE, tickets=storm), wanted)

    payload = server.asked[0].json["payload"]
    assert len(payload["summary"]) == 1024
    assert len(payload["custom_details"]["tickets"]) == 50
    assert payload["custom_details"]["tickets_not_listed"] == 70
    assert len(server.asked[0].body) < 512 * 1024


def test_notice_is_nothing_for_a_webhook(server: Server, channel: Webhook) -> None:
    with pytest.raises(Permanent, match="takes pages, not notices"):
        channel.send(replace(PAGE, kind="notice"), wanted)
    channel.tell(replace(PAGE, kind="notice", state="resolved"))

    assert server.asked == []


def test_many_threads_share_one_channel(server: Server, channel: Webhook) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: channel.send(replace(PAGE, attempt_id=number), wanted), range(40)))

    assert len({asked.headers["X-Shiftbot-Delivery"] for asked in server.asked}) == 40


def test_documented_check_takes_our_signature_and_nothing_else(server: Server, channel: Webhook) -> None:
    page_of_docs = (ROOT / "docs" / "connect-webhook.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page_of_docs, re.DOTALL)
    defined: dict[str, Callable[[str, bytes, str], bool]] = {}
    exec(code, defined)  # noqa: S102  # the page of our own docs
    is_ours = defined["is_ours"]
    channel.send(PAGE, wanted)

    (asked,) = server.asked
    header = asked.headers["X-Shiftbot-Signature"]
    assert is_ours(header, asked.body, SECRET)
    assert not is_ours(header, asked.body + b" ", SECRET)
    assert not is_ours(header, asked.body, "other")
    assert not is_ours("", asked.body, SECRET)
    old = Webhook(server.url, SECRET, now=lambda: time.time() - 301)
    old.send(PAGE, wanted)
    old.close()
    assert not is_ours(server.asked[1].headers["X-Shiftbot-Signature"], server.asked[1].body, SECRET)
