from __future__ import annotations

from collections.abc import Iterator

import pytest

from shiftbot.paging.base import OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.paging.twilio import PhoneCall, Sms
from shiftbot.sim.twilio import ACCOUNT, NUMBER, TOKEN, TwilioSim
from tests.paging.phone_pages import BASE, PHONE, SECRET, paged, wanted
from tests.platforms.answering import Answer, Server, answer, closed_port, page, serving


@pytest.fixture
def sim() -> Iterator[TwilioSim]:
    with TwilioSim() as running:
        running.behaves("", "ignored")
        yield running


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=[PhoneCall, Sms])
def channel(request: pytest.FixtureRequest, server: Server) -> Iterator[PhoneCall | Sms]:
    """Either channel before a server that answers what a test tells it."""
    made: PhoneCall | Sms = request.param(ACCOUNT, TOKEN, NUMBER, BASE, server.url, timeout=1)
    yield made
    made.close()


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


@pytest.mark.parametrize(
    ("does", "code"), [("invalid", "21211: not a valid"), ("unreachable", "21214: the number cannot")]
)
def test_bad_number_is_permanent(sim: TwilioSim, phone: PhoneCall, does: str, code: str) -> None:
    sim.behaves(PHONE, does)
    with pytest.raises(Permanent, match=code):
        phone.send(paged(), wanted)


def test_opting_out_is_permanent(sim: TwilioSim, sms: Sms) -> None:
    sim.behaves(PHONE, "opted_out")
    with pytest.raises(Permanent, match="21610: the person has opted out"):
        sms.send(paged(method="sms"), wanted)


def test_wrong_token_is_permanent(sim: TwilioSim) -> None:
    phone = PhoneCall(ACCOUNT, "another", NUMBER, BASE, sim.url)
    with pytest.raises(Permanent, match="20003: the account or its token is refused"):
        phone.send(paged(), wanted)
    phone.close()


@pytest.mark.parametrize(
    ("kind", "error", "rings"),
    [
        ("rate_limited", Temporary, 0),
        ("server_error", Temporary, 0),
        ("bad_gateway", OutcomeUnknown, 0),
        ("timeout", OutcomeUnknown, 0),
        ("slow", OutcomeUnknown, 1),
        ("drop_after_work", OutcomeUnknown, 1),
        ("drop_before_work", OutcomeUnknown, 0),
    ],
)
def test_trouble_at_twilio_and_the_next_call(
    sim: TwilioSim, kind: str, error: type[SendError], rings: int
) -> None:
    phone = PhoneCall(ACCOUNT, TOKEN, NUMBER, BASE, sim.url, timeout=0.5)
    sim.fault(kind, count=1, seconds=2)
    with pytest.raises(error):
        phone.send(paged(), wanted)

    assert len(sim.world.calls) == rings
    assert phone.send(paged(), wanted).outcome == "attempted"
    phone.close()


MADE = answer({"sid": "XX1", "status": "queued"}, 201)


def refused(code: int, status: int = 400, **headers: str) -> Answer:
    said = f"Something about {PHONE} and {TOKEN}"
    return answer({"code": code, "message": said, "status": status}, status, **headers)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (refused(20003, 401), Permanent, "20003"),
        (refused(20003, 403), Permanent, "20003"),
        (refused(21210), Permanent, "calling number"),
        (refused(21608), Permanent, "trial account"),
        (refused(29999), Permanent, "29999"),
        (refused(20404, 404), Permanent, "20404"),
        (refused(20429, 429, Retry_After="9"), Temporary, "rate limit"),
        (refused(20429, 400), Temporary, "rate limit"),
        (refused(20500, 500), Temporary, "20500"),
        (refused(20503, 503), Temporary, "20503"),
        (page(429), Temporary, "rate limit"),
        (page(408), Temporary, "408"),
        (page(403), Permanent, "403"),
        (page(502), OutcomeUnknown, "502"),
        (page(504), OutcomeUnknown, "504"),
        (page(200), OutcomeUnknown, "no readable answer"),
        (page(301), OutcomeUnknown, "301"),
        (answer({"type": "t", "title": PHONE, "status": 400, "code": 21211}, 400), Permanent, "21211"),
        (answer({}, 201), OutcomeUnknown, "which call or text"),
        (answer({"sid": 5}, 201), OutcomeUnknown, "which call or text"),
        (answer([1], 201), OutcomeUnknown, "AttributeError"),
        (answer(None, 201), OutcomeUnknown, "AttributeError"),
        (answer({"code": "x"}, 400), Permanent, "400"),
        (Answer(cut=True), OutcomeUnknown, "ConnectionError"),
        (Answer(hang=True), OutcomeUnknown, "ReadTimeout"),
        (Answer(201, b'{"sid": "X', {"Content-Length": "99"}), OutcomeUnknown, "no readable answer"),
    ],
)
def test_each_failure_is_one_of_three(
    server: Server, channel: PhoneCall | Sms, given: Answer, error: type[SendError], said: str
) -> None:
    server.answers(given)
    with pytest.raises(SendError, match=said) as caught:
        channel.send(paged(), wanted)

    assert type(caught.value) is error
    assert caught.value.__cause__ is None
    for secret in (PHONE, PHONE[1:], TOKEN, SECRET):
        assert secret not in str(caught.value)


def test_twilio_says_how_long_to_wait(server: Server, channel: PhoneCall | Sms) -> None:
    server.answers(refused(20429, 429, Retry_After="9"))
    with pytest.raises(Temporary) as caught:
        channel.send(paged(), wanted)

    assert caught.value.retry_after == 9


@pytest.mark.parametrize("kind", [PhoneCall, Sms])
@pytest.mark.parametrize(
    ("address", "error"),
    [("", Temporary), ("http://host.invalid", Temporary), ("http://", Permanent), ("nowhere", Permanent)],
)
def test_request_that_never_left(
    kind: type[PhoneCall] | type[Sms], address: str, error: type[SendError]
) -> None:
    channel = kind(ACCOUNT, TOKEN, NUMBER, BASE, address or closed_port(), timeout=1)
    with pytest.raises(error):
        channel.send(paged(), wanted)
    channel.close()


def test_server_that_does_not_speak_tls_is_no_success(server: Server) -> None:
    server.answers(MADE)
    channel = Sms(ACCOUNT, TOKEN, NUMBER, BASE, server.url.replace("http:", "https:"), timeout=1)
    with pytest.raises(OutcomeUnknown):
        channel.send(paged(), wanted)
    channel.close()
    assert server.asked == []
