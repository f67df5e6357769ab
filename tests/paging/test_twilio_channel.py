from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shiftbot.paging import words
from shiftbot.paging.base import Channel, Contact, Permanent, Sent, Temporary
from shiftbot.paging.twilio import PhoneCall, Sms
from shiftbot.settings import Settings, SettingsError
from shiftbot.sim.twilio import ACCOUNT, NUMBER, TOKEN, TwilioSim
from tests.paging.phone_pages import BASE, CHECKOUT, EXPORT, PHONE, SECRET, paged, wanted
from tests.platforms.answering import Server, answer, serving

CALLED = f"{BASE}/webhooks/twilio"


@pytest.fixture
def sim() -> Iterator[TwilioSim]:
    with TwilioSim() as running:
        running.behaves("", "ignored")
        yield running


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def phone(sim: TwilioSim) -> Iterator[PhoneCall]:
    made = PhoneCall(ACCOUNT, TOKEN, NUMBER, BASE, sim.url, timeout=2)
    yield made
    made.close()


@pytest.fixture
def sms(sim: TwilioSim) -> Iterator[Sms]:
    made = Sms(ACCOUNT, TOKEN, NUMBER, BASE + "/", sim.url, timeout=2)
    yield made
    made.close()


def test_channels_keep_the_contract(phone: Channel, sms: Channel) -> None:
    assert (phone.method, sms.method) == ("phone_call", "sms")


def test_call_on_the_wire(sim: TwilioSim, phone: PhoneCall) -> None:
    sent = phone.send(paged(), wanted)

    ((sid, call),) = sim.world.calls.items()
    assert sent == Sent("attempted", sid)
    secret = f"attempt=17&token={SECRET}"
    assert call.asked == {
        "To": [PHONE],
        "From": [NUMBER],
        "Url": [f"{CALLED}/voice?{secret}&turn=0#rc=3&rp=all"],
        "Method": ["POST"],
        "Timeout": ["25"],
        "StatusCallback": [f"{CALLED}/status?{secret}#rc=3&rp=all"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "MachineDetection": ["Enable"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": [f"{CALLED}/status?{secret}#rc=3&rp=all"],
        "AsyncAmdStatusCallbackMethod": ["POST"],
    }


@pytest.mark.parametrize(("seconds", "timeout"), [(0, "1"), (30, "30"), (9999, "600")])
def test_ring_is_as_long_as_twilio_allows(
    sim: TwilioSim, phone: PhoneCall, seconds: int, timeout: str
) -> None:
    phone.send(paged(ring_seconds=seconds), wanted)

    assert [call.first("Timeout") for call in sim.world.calls.values()] == [timeout]


@pytest.mark.parametrize("answered", [False, True])
def test_stopping_ends_a_call(sim: TwilioSim, phone: PhoneCall, answered: bool) -> None:
    mia = sim.operator(PHONE, does="rings")
    sent = phone.send(paged(), wanted)
    it = mia.expects_ring()
    if answered:
        sim.world.calls[it.sid].asked["Twiml"] = ["<Response><Gather timeout='60'/></Response>"]
        it.answers()

    phone.stop(paged(external_id=sent.external_id))

    assert it.ends()
    assert it.status == ("completed" if answered else "canceled")


def test_stopping_a_call_that_is_over_is_fine(sim: TwilioSim, phone: PhoneCall) -> None:
    sim.operator(PHONE, does="rings")
    sent = phone.send(paged(), wanted)
    sim.operator(PHONE).expects_ring().declines()

    phone.stop(paged(external_id=sent.external_id))
    phone.stop(paged(external_id="CA404"))

    assert sim.calls["calls.update"] == 2


def test_call_without_a_sid_is_not_stopped(sim: TwilioSim, phone: PhoneCall) -> None:
    phone.stop(paged())

    assert sim.calls["calls.update"] == 0


def test_stopping_fails_as_sending_does(sim: TwilioSim, phone: PhoneCall) -> None:
    sim.fault("rate_limited", "calls.update", seconds=7)
    with pytest.raises(Temporary) as caught:
        phone.stop(paged(external_id="CA1"))

    assert caught.value.retry_after == 7


def test_calls_are_told_nothing_and_texts_not_stopped(sim: TwilioSim, phone: PhoneCall, sms: Sms) -> None:
    phone.tell(paged(state="acknowledged", holder="Mia", external_id="CA1"))
    sms.stop(paged(method="sms", external_id="SM1"))

    assert sim.calls == {}


def test_text_says_how_to_answer(sim: TwilioSim, sms: Sms) -> None:
    page = paged(method="sms", tickets=(CHECKOUT, EXPORT))
    sent = sms.send(page, wanted)

    (text,) = sim.messages(PHONE)
    assert sent == Sent("attempted", text["sid"])
    assert text["body"] == words.sms(page)
    assert text["body"].endswith("Reply 1 4 to acknowledge, 9 4 to pass on.")


def test_fate_of_a_text_is_told_to_the_webhooks(server: Server) -> None:
    server.answers(answer({"sid": "SM1", "status": "queued"}, 201))
    sms = Sms(ACCOUNT, TOKEN, NUMBER, BASE, server.url, timeout=1)
    assert sms.send(paged(method="sms"), wanted) == Sent("attempted", "SM1")
    sms.close()

    (asked,) = server.asked
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert asked.form["StatusCallback"] == f"{CALLED}/status?attempt=17&token={SECRET}#rc=3&rp=all"
    assert asked.form["SmartEncoded"] == "true"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"state": "acknowledged", "holder": "Mia Meier"}, ["Mia Meier has ticket 4."]),
        ({"state": "acknowledged", "tickets": (CHECKOUT, EXPORT)}, ["Somebody has tickets 4 and 7."]),
        ({"state": "resolved"}, ["Ticket 4: no longer needed."]),
        ({"state": "ringing"}, []),
    ],
)
def test_others_are_told_in_one_short_text(
    sim: TwilioSim, sms: Sms, fields: dict[str, Any], told: list[str]
) -> None:
    sms.tell(paged(method="sms", **fields))

    assert [text["body"] for text in sim.messages(PHONE)] == told


@pytest.mark.parametrize("contact", [None, Contact(1, "Ada Adler", "ada@example.com")])
def test_nobody_without_a_number_is_reached(
    sim: TwilioSim, phone: PhoneCall, sms: Sms, contact: Contact | None
) -> None:
    for it in (phone, sms):
        with pytest.raises(Permanent, match="no phone number"):
            it.send(paged(contact=contact), wanted)

    assert sim.calls == {}


def test_nothing_is_logged_about_whom_or_what(
    sim: TwilioSim, phone: PhoneCall, sms: Sms, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        phone.send(paged(), wanted)
        sms.send(paged(), wanted)
        sim.fault("server_error")
        with pytest.raises(Temporary):
            sms.send(paged(), wanted)

    for secret in (PHONE[1:], TOKEN, SECRET, "Checkout"):
        assert secret not in caplog.text


def test_many_threads_share_a_channel(sim: TwilioSim, phone: PhoneCall) -> None:
    with ThreadPoolExecutor(32) as threads:
        sent = list(threads.map(lambda n: phone.send(paged(attempt_id=n), wanted), range(64)))

    assert {call.external_id for call in sent} == set(sim.world.calls)
    assert len(sim.world.calls) == 64


@pytest.mark.parametrize("kind", [PhoneCall, Sms])
def test_settings_make_a_channel(sim: TwilioSim, kind: type[PhoneCall] | type[Sms]) -> None:
    values = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_from_number": NUMBER}
    values |= {"twilio_api_base_url": sim.url, "public_base_url": BASE, "database_url": "postgres://x"}
    channel = kind.from_settings(Settings.load(**values))

    assert channel.send(paged(), wanted).outcome == "attempted"
    channel.close()


@pytest.mark.parametrize("kind", [PhoneCall, Sms])
def test_settings_that_lack_something_say_all_of_it(kind: type[PhoneCall] | type[Sms]) -> None:
    with pytest.raises(SettingsError) as caught:
        kind.from_settings(Settings.load(database_url="postgres://x", twilio_account_sid=ACCOUNT))

    missing = ("TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER", "PUBLIC_BASE_URL")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == list(missing)
