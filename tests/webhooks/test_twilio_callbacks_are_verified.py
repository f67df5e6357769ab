"""Calls and texts from Twilio: who is not Twilio, or says again what was heard, changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from prometheus_client import REGISTRY
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from tests.db.world import World
from tests.support.postgres import Database
from tests.support.web import FORM, Web, web

pytestmark = pytest.mark.newest_postgres

PUBLIC = "https://bot.example"
TOKEN = "auth-token-of-the-test"
CALL = "CA00000000000000000000000000000001"
ADA, BEN, STRANGER = "+15550100001", "+15550100002", "+15559999999"


@dataclass
class Paged:
    """Ada is rung about a ticket; `post` speaks as Twilio does."""

    world: World
    web: Web
    ticket_id: int
    attempt_id: int
    token: str

    def post(
        self,
        route: str,
        form: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
        signature: str | None = None,
        signed_at: str = PUBLIC,
    ) -> TestResponse:
        path = f"/webhooks/twilio/{route}" + (f"?{urlencode(query)}" if query else "")
        if signature is None:
            signature = RequestValidator(TOKEN).compute_signature(signed_at + path, form)
        return self.web.http.post(
            path, data=urlencode(form), content_type=FORM, headers={"X-Twilio-Signature": signature}
        )

    def voice(self, turn: int = 0, digits: str | None = None, call: str = CALL, **query: Any) -> TestResponse:
        form = {"CallSid": call, "CallStatus": "in-progress"} | ({} if digits is None else {"Digits": digits})
        return self.post("voice", form, self.secret() | {"turn": turn} | query)

    def status(self, status: str, call: str = CALL, **form: str) -> TestResponse:
        return self.post("status", {"CallSid": call, "CallStatus": status} | form, self.secret())

    def sms(self, body: str, sender: str = ADA, sid: str = "SM1") -> str:
        answer = self.post("sms", {"MessageSid": sid, "From": sender, "Body": body})
        assert answer.status_code == 200
        return " ".join(said.text or "" for said in twiml(answer).iter("Message"))

    def secret(self) -> dict[str, Any]:
        return {"attempt": self.attempt_id, "token": self.token}

    @property
    def outcome(self) -> str | None:
        found: str | None = self.world.value(
            "select outcome from public.escalation_attempts where id = %s", self.attempt_id
        )
        return found

    @property
    def is_taken(self) -> bool:
        return self.world.status(self.ticket_id) == "escalated"


def call_of(world: World, ticket_id: int) -> int:
    """The newest phone call about the ticket."""
    number: int = world.value(
        "select max(a.id) from public.escalation_attempts as a join public.escalations as e"
        " on e.id = a.escalation_id where e.ticket_id = %s and a.method = 'phone_call'",
        ticket_id,
    )
    return number


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with web(database, public_base_url=PUBLIC, twilio_auth_token=TOKEN) as served:
        world = World(database)
        world.do(
            "update public.escalation_steps set is_active = method = 'phone_call' and target = 'on_call'"
        )
        world.do("update public.app_settings set storm_window = interval '0'")
        for name, phone in (("Ada", ADA), ("Ben", BEN)):
            world.engineer(name)
            world.do("update public.engineers set phone = %s where name = %s", phone, name)
        world.do("update public.engineers set is_on_call = true where name = 'Ada'")
        ticket_id = world.ticket("escalation_pending")
        world.do("update public.tickets set title = 'Site\u0007 is <down>' where id = %s", ticket_id)
        attempt_id = call_of(world, ticket_id)
        world.do(
            "update public.escalation_attempts set claimed_at = clock_timestamp(), outcome = 'attempted' where id = %s",
            attempt_id,
        )
        token = world.value("select private.attempt_token(%s)", attempt_id)
        yield Paged(world, served, ticket_id, attempt_id, token)


def twiml(answer: TestResponse) -> ElementTree.Element:
    return ElementTree.fromstring(answer.text)  # noqa: S314  # our own


def spoken(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return " ".join(said.text or "" for said in twiml(answer).iter("Say"))


def actions(answer: TestResponse) -> list[str]:
    return [gather.get("action", "") for gather in twiml(answer).iter("Gather")]


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"platform": "twilio"} | labels) or 0


def test_answered_call_says_what_it_is_about(paged: Paged) -> None:
    answer = paged.voice()

    secret = urlencode(paged.secret())
    assert actions(answer) == [f"{PUBLIC}/webhooks/twilio/voice?{secret}&turn=1#rc=3&rp=all"] * 3
    said = spoken(answer)
    assert said.count(f"Ticket {paged.ticket_id}. Site  is <down>.") == 3
    assert said.endswith("No key was pressed, so nobody has acknowledged. Goodbye.")
    assert [verb.tag for verb in twiml(answer)] == [*["Gather"] * 3, "Say", "Hangup"]
    assert (paged.outcome, paged.is_taken) == ("answered", False)


def test_key_1_acknowledges_and_is_confirmed(paged: Paged) -> None:
    paged.voice()
    answer = paged.voice(1, "1")

    assert spoken(answer) == f"You have ticket {paged.ticket_id}. The reporter is told. Goodbye."
    assert actions(answer) == []
    assert (paged.outcome, paged.is_taken) == ("acknowledged", True)


def test_key_2_says_it_again(paged: Paged) -> None:
    first = paged.voice()
    again = paged.voice(1, "2")

    assert spoken(again) == spoken(first)
    assert "&turn=2#" in actions(again)[0]
    assert not paged.is_taken


def test_key_9_passes_it_on(paged: Paged) -> None:
    paged.voice()

    assert spoken(paged.voice(1, "9")) == "Passed on. The next one is called. Goodbye."
    assert (paged.outcome, paged.is_taken) == ("declined", False)


@pytest.mark.parametrize("key", ["7", "0", "#", "*", "11", "1" * 5000, "ü", "\x00", "' or 1=1"])
def test_other_keys_mean_nothing(paged: Paged, key: str) -> None:
    paged.voice()
    answer = paged.voice(1, key)

    assert spoken(answer).startswith("That key means nothing. ")
    assert len(actions(answer)) == 3
    assert not paged.is_taken


def test_no_key_acknowledges_nothing(paged: Paged) -> None:
    paged.voice()
    answer = paged.voice(1, "")
    paged.status("completed")

    assert not spoken(answer).startswith("That key")
    assert not paged.is_taken


def test_closed_page_says_so(paged: Paged) -> None:
    paged.world.append(paged.ticket_id, "closed")

    assert "no longer needed" in spoken(paged.voice())


def test_page_of_somebody_else_says_whose(paged: Paged) -> None:
    assert paged.sms("1", BEN) == "Nothing waits for you."
    assert paged.sms(f"1 {paged.ticket_id}", BEN, "SM2") == (
        f"You have ticket {paged.ticket_id}. The reporter is told."
    )

    assert spoken(paged.voice()) == "Ben has it already. Goodbye."
    assert paged.sms("1") == f"Ben has ticket {paged.ticket_id} already."


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


@pytest.mark.parametrize(
    ("status", "form", "outcome"),
    [
        ("initiated", {}, "attempted"),
        ("ringing", {}, "ringing"),
        ("in-progress", {}, "answered"),
        ("in-progress", {"AnsweredBy": "human"}, "answered"),
        ("", {"AnsweredBy": "human"}, "answered"),
        ("", {"AnsweredBy": "machine_start"}, "voicemail"),
        ("", {"AnsweredBy": "machine_end_beep"}, "voicemail"),
        ("completed", {"AnsweredBy": "fax"}, "voicemail"),
        ("completed", {"CallDuration": "0"}, "no_answer"),
        ("busy", {"SipResponseCode": "486"}, "busy"),
        ("no-answer", {}, "no_answer"),
        ("canceled", {}, "no_answer"),
        ("failed", {"ErrorCode": "13224"}, "failed"),
    ],
)
def test_status_moves_the_attempt(paged: Paged, status: str, form: dict[str, str], outcome: str) -> None:
    assert paged.status(status, **form).status_code == 204
    assert paged.outcome == outcome


def test_provider_s_reason_is_kept(paged: Paged) -> None:
    paged.status("failed", ErrorCode="13224")

    (detail,) = paged.world.row(
        "select detail from public.escalation_attempts where id = %s", paged.attempt_id
    )
    assert detail == "Twilio says failed, error 13224"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("sent", "attempted"), ("delivered", "delivered"), ("undelivered", "failed"), ("failed", "failed")],
)
def test_status_of_a_text_moves_the_attempt(paged: Paged, status: str, outcome: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status, "SmsStatus": status}

    assert paged.post("status", form, paged.secret()).status_code == 204
    assert paged.outcome == outcome


def test_news_out_of_order_moves_nothing_back(paged: Paged) -> None:
    for status in ("busy", "ringing", "initiated", "ringing"):
        assert paged.status(status).status_code == 204

    assert paged.outcome == "busy"


def test_voicemail_before_the_answer_stays_voicemail(paged: Paged) -> None:
    paged.status("", AnsweredBy="machine_start")
    paged.status("in-progress")
    paged.status("completed")

    assert (paged.outcome, paged.is_taken) == ("voicemail", False)


def test_status_of_a_stranger_is_refused(paged: Paged) -> None:
    answer = paged.post(
        "status", {"CallSid": CALL, "CallStatus": "busy"}, {"attempt": paged.attempt_id, "token": "x"}
    )

    assert (answer.status_code, paged.outcome) == (403, "attempted")


@pytest.mark.parametrize("body", ["1", " 1 ", "1.", "ack", "OK!", "Yes", "Okay", "acknowledge"])
def test_text_acknowledges_the_page_that_waits(paged: Paged, body: str) -> None:
    assert paged.sms(body) == f"You have ticket {paged.ticket_id}. The reporter is told."
    assert paged.is_taken


@pytest.mark.parametrize("body", ["1 {}", "ack {}", "ok #{}", "1, {}."])
def test_text_names_the_ticket(paged: Paged, body: str) -> None:
    other = paged.world.ticket("escalation_pending")

    assert paged.sms(body.format(other)) == f"You have ticket {other}. The reporter is told."
    assert paged.world.status(other) == "escalated"
    assert not paged.is_taken


@pytest.mark.parametrize("body", ["9", "pass", "No", "9 {}"])
def test_text_passes_on(paged: Paged, body: str) -> None:
    answer = paged.sms(body.format(paged.ticket_id))

    assert answer == f"Passed on: ticket {paged.ticket_id}. The next one is called."
    assert not paged.is_taken


@pytest.mark.parametrize(
    "body", ["", "?", "what is it", "10", "1 2 3", "yes but", "x" * 20_000, "\x00", "\uff11"]
)
def test_text_of_any_other_kind_is_told_how(paged: Paged, body: str) -> None:
    assert paged.sms(body).startswith("Reply 1 to acknowledge, 9 to pass on.")
    assert not paged.is_taken


def test_text_about_a_ticket_that_does_not_wait(paged: Paged) -> None:
    assert paged.sms("1 999999999999999999") == "Nothing waits for you."
    assert not paged.is_taken


def test_second_text_of_the_same_person_is_no_news(paged: Paged) -> None:
    paged.sms("1")

    assert paged.sms("1", sid="SM2") == f"You still have ticket {paged.ticket_id}."


@pytest.mark.xfail(strict=True, reason="private.hear_sms takes a page for a text that it has heard before")
def test_old_text_that_is_played_again_takes_no_later_page(paged: Paged) -> None:
    paged.sms("1")
    paged.world.append(paged.ticket_id, "closed")
    later = paged.world.ticket("escalation_pending")
    paged.world.do(
        "update public.escalation_attempts set claimed_at = clock_timestamp() where id = %s",
        call_of(paged.world, later),
    )
    paged.sms("1")

    assert paged.world.status(later) == "escalation_pending"
    assert paged.sms("1", sid="SM2") == f"You have ticket {later}. The reporter is told."


@pytest.mark.xfail(
    strict=True, reason="private.look_at_link takes the secret of any attempt, not only an e-mail's"
)
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


def test_stranger_gets_no_words_and_is_counted(paged: Paged, caplog: pytest.LogCaptureFixture) -> None:
    before = counted("shiftbot_events_dropped_total", reason="stranger")
    with caplog.at_level(logging.INFO):
        assert paged.sms(f"1 {paged.ticket_id}", STRANGER) == ""

    assert not paged.is_taken
    assert counted("shiftbot_events_dropped_total", reason="stranger") == before + 1
    assert STRANGER not in caplog.text
    assert "ack_refused" in paged.world.journal(paged.ticket_id)


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
