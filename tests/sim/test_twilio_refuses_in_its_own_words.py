from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_library import MIA, connected

from shiftbot.sim.twilio import NUMBER, TOKEN, TwilioSim


@pytest.fixture
def sim() -> Iterator[TwilioSim]:
    with TwilioSim() as running:
        yield running


@pytest.fixture
def client(sim: TwilioSim) -> Iterator[Client]:
    with connected(sim) as made:
        yield made


def ring(client: Client, **arguments: Any) -> None:
    url = "http://127.0.0.1:9/voice"
    client.calls.create(**({"to": MIA, "from_": NUMBER, "url": url} | arguments))


@pytest.mark.parametrize(
    ("arguments", "does", "code"),
    [
        ({"to": "5550100"}, "", 21211),
        ({"to": MIA}, "invalid", 21211),
        ({"to": MIA}, "unreachable", 21214),
        ({"from_": "+15559999999"}, "", 21210),
        ({"from_": "me"}, "", 21212),
        ({"url": "nowhere"}, "", 21205),
        ({"status_callback": "nowhere"}, "", 21609),
        ({"timeout": 601}, "", 20001),
    ],
)
def test_call_that_twilio_refuses(
    sim: TwilioSim, client: Client, arguments: dict[str, Any], does: str, code: int
) -> None:
    sim.operator(MIA, does=does)
    with pytest.raises(TwilioRestException) as caught:
        ring(client, **({"to": MIA} | arguments))

    assert (caught.value.status, caught.value.code) == (400, code)
    assert sim.rings(MIA) == []


@pytest.mark.parametrize(
    ("arguments", "does", "code"),
    [
        ({"to": "x"}, "", 21211),
        ({}, "opted_out", 21610),
        ({"body": ""}, "", 21602),
        ({"body": "x" * 1601}, "", 21617),
        ({"from_": "+15559999999"}, "", 21606),
    ],
)
def test_text_that_twilio_refuses(
    sim: TwilioSim, client: Client, arguments: dict[str, Any], does: str, code: int
) -> None:
    sim.operator(MIA, does=does)
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(**({"to": MIA, "from_": NUMBER, "body": "down"} | arguments))

    assert (caught.value.status, caught.value.code) == (400, code)
    assert sim.messages(MIA) == []


@pytest.mark.parametrize(("sid", "token"), [("AC1", TOKEN), ("", "wrong")])
def test_wrong_account_or_token_is_refused(sim: TwilioSim, client: Client, sid: str, token: str) -> None:
    stranger = Client(sid or sim.account_sid, token, http_client=client.http_client)
    with pytest.raises(TwilioRestException) as caught:
        stranger.messages.create(to=MIA, from_=NUMBER, body="down")

    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_unknown_call_is_not_found(client: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client.calls("CA404").fetch()

    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_rate_limit_is_in_twilios_words(sim: TwilioSim, client: Client) -> None:
    sim.fault("rate_limited", count=1)
    with pytest.raises(TwilioRestException) as caught:
        ring(client)

    assert (caught.value.status, caught.value.code) == (429, 20429)
