"""Calls and texts from Twilio: who is not Twilio, or says again what was heard, changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from tests.support.postgres import Database
from tests.support.web import web
from tests.webhooks.rung import ADA, CALL, PUBLIC, TOKEN, Paged, ada_is_rung, spoken

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with ada_is_rung(database) as it:
        yield it


@pytest.mark.parametrize("route", ["voice", "status", "sms"])
@pytest.mark.parametrize(
    "signature", ["", "x", "ä", RequestValidator("another").compute_signature(PUBLIC, {})]
)
def test_request_without_a_good_signature_is_refused(paged: Paged, route: str, signature: str) -> None:
    paged.voice()
    form = {
        "CallSid": CALL,
        "Digits": "1",
        "CallStatus": "busy",
        "MessageSid": "SM1",
        "From": ADA,
        "Body": "1",
    }
    answer = paged.post(route, form, paged.secret() | {"turn": 1}, signature=signature)

    assert answer.status_code == 403
    assert (paged.outcome, paged.is_taken) == ("answered", False)


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ({"Digits": "1"}, {}),
        ({"CallSid": "CA2"}, {}),
        ({"Extra": ""}, {}),
        ({}, {"turn": 2}),
        ({}, {"attempt": 99}),
        ({}, {"more": "1"}),
    ],
)
def test_tampered_request_is_refused(paged: Paged, form: dict[str, str], query: dict[str, Any]) -> None:
    paged.voice()
    honest = {"CallSid": CALL, "Digits": "2"}
    secret = paged.secret() | {"turn": 1}
    url = f"{PUBLIC}/webhooks/twilio/voice?{urlencode(secret)}"
    signature = RequestValidator(TOKEN).compute_signature(url, honest)

    assert paged.post("voice", honest | form, secret | query, signature).status_code == 403
    assert paged.post("voice", honest, secret, signature).status_code == 200


@pytest.mark.parametrize("signed_at", ["http://bot.example", "https://localhost", ""])
def test_signature_of_another_address_is_refused(paged: Paged, signed_at: str) -> None:
    form = {"MessageSid": "SM1", "From": ADA, "Body": "1"}

    assert paged.post("sms", form, signed_at=signed_at).status_code == 403
    assert not paged.is_taken


def test_port_in_the_signed_address_may_be_there_or_not(paged: Paged) -> None:
    form = {"MessageSid": "SM1", "From": ADA, "Body": "1"}

    assert paged.post("sms", form, signed_at=f"{PUBLIC}:443").status_code == 200


def test_without_a_public_address_nothing_is_believed(database: Database) -> None:
    with web(database, twilio_auth_token=TOKEN) as served:
        signature = RequestValidator(TOKEN).compute_signature("/webhooks/twilio/sms", {})
        answer = served.http.post("/webhooks/twilio/sms", headers={"X-Twilio-Signature": signature})

    assert answer.status_code == 403


def test_without_a_token_there_is_no_route(database: Database) -> None:
    with web(database, public_base_url=PUBLIC) as served:
        assert served.http.post("/webhooks/twilio/sms").status_code == 404


def test_turn_that_was_heard_long_ago_is_refused(paged: Paged) -> None:
    paged.voice()
    paged.voice(1, "2")
    paged.world.do("update public.escalation_attempts set call_turn_at = call_turn_at - interval '1 minute'")

    assert paged.voice(1, "1").status_code == 403
    assert paged.voice(0).status_code == 403
    assert not paged.is_taken
    assert paged.voice(2, "1").status_code == 200
    assert paged.is_taken


@pytest.mark.parametrize(
    "query",
    [{"token": "wrong"}, {"attempt": 99}, {"attempt": "x"}, {"attempt": "9" * 30}, {"turn": "9" * 30}],
)
def test_signed_call_of_no_attempt_is_refused(paged: Paged, query: dict[str, Any]) -> None:
    assert paged.voice(**({"turn": 0} | query)).status_code == 403
    assert paged.outcome == "attempted"


def test_another_call_with_the_same_secret_is_refused(paged: Paged) -> None:
    paged.voice()

    assert paged.voice(1, "1", call="CA2").status_code == 403
    assert paged.status("busy", call="CA2").status_code == 403
    assert (paged.outcome, paged.is_taken) == ("answered", False)


def test_key_after_the_call_ended_is_refused(paged: Paged) -> None:
    paged.voice()
    paged.status("completed")

    assert paged.voice(1, "1").status_code == 403
    assert not paged.is_taken


def test_status_of_a_stranger_is_refused(paged: Paged) -> None:
    answer = paged.post(
        "status", {"CallSid": CALL, "CallStatus": "busy"}, {"attempt": paged.attempt_id, "token": "x"}
    )

    assert (answer.status_code, paged.outcome) == (403, "attempted")


def test_secret_of_a_call_is_no_link(paged: Paged) -> None:
    """It stands in Twilio's logs and in those of proxies, where a link of an e-mail never comes by."""
    paged.web.http.post(f"/acknowledge/{paged.token}")

    assert not paged.is_taken


def test_key_that_is_sent_twice_is_answered_twice_and_counts_once(paged: Paged) -> None:
    """Twilio asks again where it got no answer."""
    paged.voice()
    first, second = paged.voice(1, "1"), paged.voice(1, "1")

    assert spoken(first) == spoken(second)
    assert paged.world.journal(paged.ticket_id).count("acknowledged") == 1


@pytest.mark.parametrize("route", ["voice", "status", "sms"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"CallSid": ""},
        {"CallSid": "\x00", "MessageSid": "\x00", "From": "\x00", "CallStatus": "busy"},
        {"CallSid": "x" * 10_000, "MessageSid": "y" * 10_000, "From": ADA, "CallStatus": "z" * 10_000},
        {"CallSid": CALL, "CallStatus": "levitating", "MessageSid": "SM1", "From": "not a number"},
        {
            "CallSid": CALL,
            "MessageSid": "SM1",
            "From": "😱",
            "Body": "\ufffe😱",
            "Digits": "",
        },
    ],
)
def test_odd_bodies_break_nothing(paged: Paged, route: str, form: dict[str, str]) -> None:
    for query in (
        {},
        {"attempt": "", "token": "", "turn": ""},
        {"token": "\x00", "attempt": "\x00"},
        paged.secret(),
    ):
        assert paged.post(route, form, query).status_code in (200, 204, 403)

    assert (paged.outcome, paged.is_taken) == ("attempted", False)


def test_database_away_is_503(paged: Paged) -> None:
    with paged.web.outage():
        answers = [
            paged.voice(),
            paged.status("ringing"),
            paged.post("sms", {"MessageSid": "S", "From": ADA}),
        ]

    assert [answer.status_code for answer in answers] == [503] * 3


def test_logs_hold_no_number_token_or_word(paged: Paged, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        paged.voice()
        paged.status("ringing")
        paged.voice(1, "1")
        paged.sms("thanks a lot")

    actions = [getattr(record, "action", "") for record in caplog.records]
    assert [action for action in actions if action.startswith("twilio")] == [
        "twilio_call",
        "twilio_status",
        "twilio_call",
        "twilio_sms",
    ]
    for secret in (ADA, paged.token, TOKEN, "thanks", "down"):
        assert secret not in caplog.text
