from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

import pytest
from sim_receiver import Arrival, Receiver
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio_library import MIA, connected

from shiftbot.sim.faults import SimError
from shiftbot.sim.twilio import NUMBER, TOKEN, TwilioSim

EVENTS = ["initiated", "ringing", "answered", "completed"]
MENU = (
    b'<Response><Gather numDigits="1" action="/voice?turn=1" timeout="3"><Say>The site is down.</Say>'
    b"<Say>Press 1.</Say></Gather><Say>Goodbye.</Say><Hangup/></Response>"
)
THANKS = b"<Response><Say>Thank you.</Say><Hangup/></Response>"


@pytest.fixture
def sim(receiver: Receiver) -> Iterator[TwilioSim]:
    def answer(arrival: Arrival) -> tuple[int, bytes]:
        if arrival.path == "/voice":
            return 200, THANKS if "Digits" in fields(arrival) else MENU
        return 200, b"<Response><Message>Noted.</Message></Response>"

    receiver.answer = answer
    with TwilioSim(webhook_url=receiver.url) as running:
        yield running


@pytest.fixture
def client(sim: TwilioSim) -> Iterator[Client]:
    with connected(sim) as made:
        yield made


def fields(arrival: Arrival) -> dict[str, str]:
    return dict(parse_qsl(arrival.body.decode(), keep_blank_values=True))


def ring(client: Client, receiver: Receiver, to: str = MIA, **more: Any) -> str:
    callbacks = {"status_callback": f"{receiver.url}/status", "status_callback_event": EVENTS}
    url = f"{receiver.url}/voice?turn=0"
    return str(client.calls.create(**({"to": to, "from_": NUMBER, "url": url} | callbacks | more)).sid)


def statuses(receiver: Receiver, count: int) -> list[str]:
    """CallStatus, MessageStatus or AnsweredBy of the callbacks, in the order they came."""
    names = ("CallStatus", "MessageStatus", "AnsweredBy")

    def found() -> list[str]:
        callbacks = [fields(a) for a in list(receiver.arrivals) if a.path.startswith("/status")]
        return [next(f[name] for name in names if name in f) for f in callbacks]

    with receiver.changed:
        receiver.changed.wait_for(lambda: len(found()) >= count, 10)
    return found()


def test_key_is_pressed_in_an_answered_call(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sid = ring(client, receiver)

    it = sim.operator(MIA).expects_ring()
    it.answers()
    assert it.hears() == "The site is down. Press 1."
    assert client.calls(sid).fetch().status == "in-progress"
    it.presses("1")

    assert it.ends()
    assert it.hears() == "The site is down. Press 1. Thank you."
    assert client.calls(sid).fetch().status == "completed"
    assert statuses(receiver, 4) == ["initiated", "ringing", "in-progress", "completed"]


def test_every_request_is_signed(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    ring(client, receiver)
    sim.operator(MIA).expects_ring().presses("1")
    sim.operator(MIA).texts("1")
    assert sim.settled()

    validator = RequestValidator(TOKEN)
    given = [(a.path, fields(a), a.headers["X-Twilio-Signature"]) for a in receiver.arrivals]
    addresses = {"/voice": ["/voice?turn=0", "/voice?turn=1"], "/status": ["/status"]}
    assert len(given) == 7
    for path, form, signature in given:
        urls = [receiver.url + at for at in addresses.get(path, [path])]
        assert any(validator.validate(url, form, signature) for url in urls), path
        assert not any(validator.validate(url, form | {"From": "+1"}, signature) for url in urls)


def test_status_callbacks_are_numbered_and_dated(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    ring(client, receiver)
    sim.operator(MIA).expects_ring().presses("1").ends()
    statuses(receiver, 4)

    callbacks = [fields(a) for a in receiver.arrivals if a.path == "/status"]
    assert [c["SequenceNumber"] for c in callbacks] == ["0", "1", "2", "3"]
    assert all(c["Timestamp"].endswith("+0000") and c["To"] == MIA for c in callbacks)
    assert int(callbacks[-1]["CallDuration"]) >= 1


@pytest.mark.parametrize(
    ("act", "status"),
    [("declines", "busy"), ("is_busy", "busy"), ("lets_ring", "no-answer")],
)
def test_call_that_nobody_takes(
    sim: TwilioSim, client: Client, receiver: Receiver, act: str, status: str
) -> None:
    sid = ring(client, receiver)
    getattr(sim.operator(MIA).expects_ring(), act)()

    assert client.calls(sid).fetch().status == status
    assert statuses(receiver, 3)[-1] == status
    assert [a.path for a in receiver.arrivals if a.path == "/voice"] == []


def test_call_rings_until_its_time_is_up(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sid = ring(client, receiver, timeout=1)

    assert sim.operator(MIA).expects_ring().ends()
    assert client.calls(sid).fetch().status == "no-answer"


def test_machine_is_detected_and_spoken_to(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    detection = {"machine_detection": "Enable", "async_amd": "true"}
    ring(client, receiver, **detection, async_amd_status_callback=f"{receiver.url}/status")
    it = sim.operator(MIA).expects_ring().goes_to_voicemail()

    assert it.hears() == "The site is down. Press 1. Goodbye."
    assert statuses(receiver, 5)[3:] == ["machine_start", "completed"]


@pytest.mark.parametrize("answered", [False, True])
def test_call_is_hung_up_from_outside(
    sim: TwilioSim, client: Client, receiver: Receiver, answered: bool
) -> None:
    sid = ring(client, receiver)
    it = sim.operator(MIA).expects_ring()
    if answered:
        it.answers()
    client.calls(sid).update(status="completed")

    assert it.ends()
    assert it.status == ("completed" if answered else "canceled")
    with pytest.raises(TwilioRestException) as caught:
        client.calls(sid).update(status="completed")
    assert (caught.value.status, caught.value.code) == (400, 21220)


def test_canceling_leaves_an_answered_call(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sid = ring(client, receiver)
    it = sim.operator(MIA).expects_ring().answers()

    assert client.calls(sid).update(status="canceled").status == "in-progress"
    assert it.hangs_up().status == "completed"


def test_broken_webhook_is_apologised_for(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    receiver.answer = lambda arrival: (503, b"")
    ring(client, receiver)
    it = sim.operator(MIA).expects_ring().says_nothing()

    assert it.hears() == "We are sorry, an application error has occurred. Goodbye."


@pytest.mark.parametrize(
    ("overrides", "is_heard"), [("", False), ("#rc=1&rp=all", False), ("#rc=3&rp=all", True)]
)
def test_webhook_is_asked_again_as_its_address_says(
    sim: TwilioSim, client: Client, receiver: Receiver, overrides: str, is_heard: bool
) -> None:
    answers = iter([503, 503])
    receiver.answer = lambda arrival: (next(answers, 200), MENU)
    ring(client, receiver, url=f"{receiver.url}/voice{overrides}", status_callback="")
    it = sim.operator(MIA).expects_ring().answers()

    assert (it.hears() == "The site is down. Press 1.") == is_heard
    signature = RequestValidator(TOKEN).compute_signature(
        f"{receiver.url}/voice", fields(receiver.arrivals[0])
    )
    assert receiver.arrivals[0].headers["X-Twilio-Signature"] == signature


@pytest.mark.parametrize(
    ("does", "keys", "status"),
    [
        ("answers", "1", "completed"),
        ("answers", "", "completed"),
        ("voicemail", "", "completed"),
        ("busy", "", "busy"),
        ("declines", "", "busy"),
        ("no_answer", "", "no-answer"),
        ("fails", "", "failed"),
    ],
)
def test_phone_behaves_by_itself(
    sim: TwilioSim, client: Client, receiver: Receiver, does: str, keys: str, status: str
) -> None:
    sim.operator(MIA, does=does, answers_with=keys)
    sid = ring(client, receiver)

    assert sim.wait_until(lambda: sim.world.calls[sid].is_over)
    assert client.calls(sid).fetch().status == status
    heard = sim.hears(MIA)
    assert ("Thank you." in heard) == bool(keys)


def test_ignored_phone_makes_no_callback(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sim.behaves("", "ignored")
    sid = ring(client, receiver)

    assert client.calls(sid).fetch().status == "queued"
    assert sim.settled()
    assert receiver.arrivals == []


@pytest.mark.parametrize(("does", "last"), [("rings", "delivered"), ("undelivered", "undelivered")])
def test_text_is_delivered_or_lost(
    sim: TwilioSim, client: Client, receiver: Receiver, does: str, last: str
) -> None:
    sim.operator(MIA, does=does)
    sent = client.messages.create(to=MIA, from_=NUMBER, body="down", status_callback=f"{receiver.url}/status")

    assert sent.status == "queued"
    assert statuses(receiver, 2) == ["sent", last]
    assert sim.operator(MIA).messages() == (["down"] if last == "delivered" else [])


def test_operator_texts_and_is_answered(sim: TwilioSim, receiver: Receiver) -> None:
    assert sim.operator(MIA).texts("1 42") == "Noted."

    (arrival,) = receiver.arrivals
    assert arrival.path == "/webhooks/twilio/sms"
    assert (fields(arrival)["From"], fields(arrival)["To"], fields(arrival)["Body"]) == (MIA, NUMBER, "1 42")
    assert sim.operator(MIA).messages() == ["Noted."]


def test_callbacks_arrive_out_of_order(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sim.fault("callbacks_out_of_order")
    ring(client, receiver)
    sim.operator(MIA).expects_ring().presses("1").ends()

    assert statuses(receiver, 4) == ["completed", "in-progress", "ringing", "initiated"]


def test_callbacks_arrive_twice(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    sim.fault("callbacks_twice", count=1)
    ring(client, receiver)
    sim.operator(MIA).expects_ring().is_busy()

    assert statuses(receiver, 4) == ["initiated", "initiated", "ringing", "busy"]


def test_story_that_makes_no_sense_is_refused(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    with pytest.raises(SimError, match="was not rung"):
        sim.operator(MIA).expects_ring(timeout=0.01)
    with pytest.raises(SimError, match="no call has come"):
        sim.hears(MIA)
    with pytest.raises(SimError, match="unknown behaviour 'sings'"):
        sim.operator(MIA, does="sings")
    ring(client, receiver)
    it = sim.operator(MIA).expects_ring().declines()
    with pytest.raises(SimError, match="no longer rings"):
        it.presses("1")


def test_operator_is_played_over_http(sim: TwilioSim, client: Client, receiver: Receiver) -> None:
    def say(verb: str, **arguments: Any) -> Any:
        data = json.dumps({"number": MIA} | arguments).encode()
        with urlopen(Request(f"{sim.url}/sim/{verb}", data, method="POST")) as answer:  # noqa: S310  # our own simulator
            return json.load(answer)

    ring(client, receiver)
    assert say("expects_ring")["status"] == "ringing"
    assert say("presses", key="1")["heard"] == ["The site is down.", "Press 1.", "Thank you."]
    assert say("texts", body="ok") == ["Noted."]
    assert [text["body"] for text in say("messages")] == ["Noted."]
