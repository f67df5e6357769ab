"""What a call says when it is answered, what each key does, and what Twilio tells about it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.support.postgres import Database
from tests.webhooks.rung import BEN, PUBLIC, Paged, actions, ada_is_rung, spoken, twiml

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with ada_is_rung(database) as it:
        yield it


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
