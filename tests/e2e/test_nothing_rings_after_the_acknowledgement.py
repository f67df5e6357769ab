"""Once somebody has it the phones fall silent and messages say so, also where a request was late, lost or refused."""

from __future__ import annotations

import threading

import pytest

from shiftbot.paging.base import Page
from shiftbot.paging.twilio import PhoneCall
from tests.support.duty import Duty
from tests.support.pages import assert_page_has_ended, rests, ringing
from tests.support.product import GROUP

pytestmark = pytest.mark.newest_postgres
ADA = 7_000_000_001


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call and is called; Ben can take it by text."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 600), ("on_call", "phone_call", 600))
    return duty


def ben_takes(duty: Duty, ticket: int) -> None:
    assert duty.operator("Ben").texts(f"1 {ticket}").startswith(f"You have ticket {ticket}.")


@pytest.mark.parametrize("fault", ["drop_before_work", "bad_gateway", "server_error", "rate_limited"])
def test_a_phone_is_hung_up_on_though_the_first_request_fails(duty: Duty, fault: str) -> None:
    with duty.workers():
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring()
        duty.twilio.fault(fault, "calls.update", count=1)
        ben_takes(duty, ticket)

        assert ring.ends()
        assert ring.status == "canceled"
        assert_page_has_ended(duty, ticket)


def test_every_phone_call_of_a_page_is_hung_up_on(duty: Duty) -> None:
    """Nobody knows of the first call whether it rings, so a second one was placed."""
    with duty.workers():
        ticket = duty.outage()
        first = duty.operator("Ada").expects_ring()
        duty.time_passes(601)
        second = duty.operator("Ada").expects_ring()
        ben_takes(duty, ticket)

        assert first.ends()
        assert second.ends()
        assert_page_has_ended(duty, ticket)


def test_the_call_with_the_key_is_not_hung_up_on(duty: Duty) -> None:
    """Ada presses 1 before Twilio has even answered the request that rang her."""
    duty.twilio.fault("slow", "calls.create", seconds=1.5, count=1)
    with duty.workers():
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().answers()
        ring.presses("1")
        assert_page_has_ended(duty, ticket)

    assert ring.hears().endswith("The reporter is told. Goodbye.")
    assert duty.twilio.calls["calls.update"] == 0


def test_a_call_that_twilio_places_late_is_ended(duty: Duty) -> None:
    """The request was thought lost with its worker; Twilio acts on it after Ben has the ticket."""
    duty.twilio.fault("drop_before_work", "calls.create", count=1)
    duty.policy(("on_call", "phone_call", 600), ("on_call", "sms", 600))
    with duty.workers():
        ticket = duty.outage()
        assert len(duty.operator("Ada").messages(1)) == 1
        assert duty.attempts(ticket)[0] == ("phone_call", "Ada", "unknown")
        ((looked,),) = duty.rows("select private.look_at_attempt(1)")
        fields = {name: looked[name] for name in Page.__dataclass_fields__ if name in looked}
        ben_takes(duty, ticket)
        assert rests(duty)
        channel = PhoneCall.from_settings(duty.settings)
        channel.send(Page.from_row(fields), lambda: True)
        channel.close()
        ring = duty.operator("Ada").rings()[0]

        assert ring.ends(5)
        assert duty.until(lambda: ringing(duty) == [])
    duty.assert_sound()


def test_an_older_message_says_who_has_it_where_the_newer_failed(duty: Duty) -> None:
    duty.policy(("on_call", "telegram_message", 60), ("on_call", "sms", 60))
    with duty.workers():
        ticket = duty.outage()
        assert duty.until(lambda: len(duty.telegram.messages(ADA, sender="bot")) == 1)
        duty.time_passes(61)
        assert len(duty.operator("Ada").messages(1)) == 1
        duty.telegram.block(ADA)
        for _ in range(2):
            duty.time_passes(61)
            duty.conn.execute("select private.sweep()")
        assert duty.until(lambda: ("telegram_message", "Ada", "failed") in duty.attempts(ticket))
        duty.telegram.unblock(ADA)
        ben_takes(duty, ticket)
        assert_page_has_ended(duty, ticket)

    (page,) = duty.telegram.messages(ADA, sender="bot")
    assert page["text"].endswith("Ben has it.")
    assert page["buttons"] == ["Not needed"]


def test_messages_are_brought_up_to_date_after_a_long_outage(duty: Duty) -> None:
    """Ten minutes of refused edits bury nothing; then the message says who has it."""
    duty.policy(("on_call", "telegram_message", 600))
    with duty.workers("triage", "escalations"):
        ticket = duty.outage()
        assert duty.until(lambda: len(duty.telegram.messages(ADA, sender="bot")) == 1)
        duty.telegram.fault("server_error", "editMessageText")
        ben_takes(duty, ticket)
        for tries in range(1, 11):
            assert duty.until(lambda least=tries: duty.telegram.calls["editMessageText"] >= least)  # type: ignore[misc]
            duty.conn.execute("update public.escalations set changed_at = changed_at - interval '1 minute'")
            assert duty.until(lambda: duty.rows("select from pgmq.q_escalations where read_ct = 0") != [])
            duty.conn.execute("update pgmq.q_escalations set vt = clock_timestamp()")
        assert duty.telegram.calls["editMessageText"] <= 12
        duty.telegram.clear_faults()
        duty.conn.execute("update pgmq.q_escalations set vt = clock_timestamp()")
        assert duty.until(
            lambda: duty.telegram.messages(ADA, sender="bot")[0]["text"].endswith("Ben has it.")
        )
    with duty.workers("replies"):
        assert_page_has_ended(duty, ticket)


def test_a_press_while_telegram_still_answers_is_seen_by_all(duty: Duty) -> None:
    """The message is there before its worker knows of it: Ben presses, and the message is edited all the same."""
    duty.policy(("on_call", "telegram_message", 600))
    duty.telegram.fault("slow", "sendMessage", seconds=1.5, count=1)
    with duty.workers("triage", "escalations"):
        ticket = duty.outage()
        assert duty.until(lambda: len(duty.telegram.messages(ADA, sender="bot")) == 1)
        thread = threading.Thread(target=lambda: duty.telegram.press(ADA, ADA, "Acknowledge"))
        thread.start()
        thread.join()
        assert duty.until(
            lambda: duty.telegram.messages(ADA, sender="bot")[0]["text"].endswith("Ada has it.")
        )
    with duty.workers("replies"):
        assert_page_has_ended(duty, ticket)
    assert any("An engineer has this" in said["text"] for said in duty.telegram.messages(GROUP, sender="bot"))
