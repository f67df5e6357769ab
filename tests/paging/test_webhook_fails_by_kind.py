from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shiftbot.paging.base import OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.paging.webhook import Webhook
from shiftbot.sim.receiver import WebhookReceiver
from tests.paging.mail_pages import TOKEN, page, wanted
from tests.platforms.answering import Answer, Server, answer, closed_port, serving
from tests.platforms.answering import page as gateway

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


REDIRECT = Answer(307, headers={"Location": "http://127.0.0.1:9/elsewhere"})


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (answer({}, 400), Permanent, "answered 400"),
        (answer({}, 401), Permanent, "answered 401"),
        (answer({}, 404), Permanent, "answered 404"),
        (answer({}, 410), Permanent, "answered 410"),
        (REDIRECT, Permanent, "answered 307: a redirect is not followed"),
        (answer({}, 408), Temporary, "answered 408"),
        (answer({}, 429), Temporary, "answered 429"),
        (answer({}, 500), Temporary, "answered 500"),
        (gateway(502), Temporary, "answered 502"),
        (answer({}, 503), Temporary, "answered 503"),
        (Answer(cut=True), OutcomeUnknown, "no readable answer: RemoteProtocolError"),
        (Answer(hang=True), OutcomeUnknown, "no readable answer: ReadTimeout"),
    ],
)
@pytest.mark.parametrize("told", [False, True])
def test_each_failure_has_its_kind(
    server: Server, channel: Webhook, given: Answer, error: type[SendError], said: str, told: bool
) -> None:
    server.answers(given)

    with pytest.raises(error) as caught:
        channel.tell(replace(PAGE, state="resolved")) if told else channel.send(PAGE, wanted)

    assert type(caught.value) is error
    assert said in str(caught.value)
    assert len(server.asked) == 1


def test_nobody_listening_is_temporary() -> None:
    channel = Webhook(closed_port(), timeout=0.5)
    with pytest.raises(Temporary, match="cannot be reached: ConnectError"):
        channel.send(PAGE, wanted)
    channel.close()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("9" * 400, None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(server: Server, header: str, seconds: float | None) -> None:
    server.answers(Answer(429, headers={"Retry-After": header}))
    channel = Webhook(server.url, now=lambda: 1_700_000_000.0)

    with pytest.raises(Temporary) as caught:
        channel.send(PAGE, wanted)
    channel.close()

    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_taken(server: Server, channel: Webhook, status: int) -> None:
    server.answers(Answer(status))

    assert channel.send(PAGE, wanted).outcome == "attempted"


@pytest.mark.parametrize(
    "given",
    [
        Answer(202, b"x" * 10, {"Content-Length": "1000"}),  # cut off in its middle
        Answer(202, b"x" * 1_000_000),
    ],
)
def test_odd_rest_of_an_answer_changes_nothing(server: Server, channel: Webhook, given: Answer) -> None:
    server.answers(given)

    assert channel.send(PAGE, wanted).detail == "answered 202"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "events.pagerduty.com",
        "ftp://x/y",
        "http://",
        "https://s3cret@:99",
        "http://h:s3cret",
        "http://[s3cret",
    ],
)
def test_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^PAGING_WEBHOOK_URL: ") as caught:
        Webhook(url)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("given", [answer({}, 400), answer({}, 500), Answer(cut=True), REDIRECT])
def test_errors_and_logs_hold_no_key_and_no_words(
    server: Server, given: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(given)
    channel = Webhook(f"{server.url}/hook?token=k3y-in-the-url", SECRET, KEY, "https://bot.example")

    with pytest.raises(SendError) as caught:
        channel.send(PAGE, wanted)
    channel.close()

    for told in (str(caught.value), repr(caught.value), caplog.text):
        for secret in ("k3y-in-the-url", SECRET, KEY, TOKEN, "Checkout"):
            assert secret not in told


def test_receiver_sees_one_alert_through_its_life() -> None:
    with WebhookReceiver(secret=SECRET, routing_key=KEY) as receiver:
        channel = Webhook(receiver.events_url, SECRET, KEY, "https://bot.example")
        channel.send(PAGE, wanted)
        assert receiver.expects("trigger").body["payload"]["severity"] == "critical"
        assert receiver.alerts() == {"shiftbot-escalation-5": "triggered"}

        channel.tell(replace(PAGE, state="acknowledged", holder="Ada"))
        receiver.expects("acknowledge")
        channel.tell(replace(PAGE, state="resolved"))
        receiver.expects("resolve")
        channel.close()

        assert receiver.alerts() == {"shiftbot-escalation-5": "resolved"}


def test_receiver_knows_a_retry_after_a_cut_line() -> None:
    with WebhookReceiver(secret=SECRET) as receiver:
        channel = Webhook(receiver.events_url, SECRET)
        receiver.fault("drop_after_work", count=1)
        with pytest.raises(OutcomeUnknown):
            channel.send(PAGE, wanted)
        channel.send(PAGE, wanted)
        channel.close()

        assert [event.delivery for event in receiver.events()] == ["page-17-trigger"]
        assert receiver.repeated == ["page-17-trigger"]


def test_receiver_with_another_secret_takes_nothing() -> None:
    with WebhookReceiver(secret="other") as receiver:
        channel = Webhook(receiver.events_url, SECRET)
        with pytest.raises(Permanent, match="answered 403"):
            channel.send(PAGE, wanted)
        channel.close()

        assert receiver.events() == []


def test_receiver_asks_to_wait() -> None:
    with WebhookReceiver(secret=SECRET) as receiver:
        channel = Webhook(receiver.events_url, SECRET)
        receiver.fault("rate_limited", "trigger", seconds=9)
        with pytest.raises(Temporary) as caught:
            channel.send(PAGE, wanted)
        channel.close()

    assert caught.value.retry_after == 9
