"""What a phone can do to a page: only a key or a text ends it, and nothing rings after that."""

from __future__ import annotations

import pytest

from tests.support.duty import Duty

pytestmark = pytest.mark.newest_postgres
WORKERS = ("triage", "replies", "escalations")


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call; she is rung, and texted ten minutes later unless the ring has ended before."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 600), ("on_call", "sms", 600))
    return duty


def all_handled(duty: Duty) -> bool:
    return duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])


def test_whoever_acknowledges_hears_the_whole_confirmation(duty: Duty) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().presses("1")
        assert all_handled(duty)

    assert ring.hears().endswith(f"You have ticket {ticket}. The reporter is told. Goodbye.")
    assert duty.twilio.calls["calls.update"] == 0  # nobody hung up on her


def test_page_is_heard_again_before_it_is_taken(duty: Duty) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().presses("2").presses("5").presses("1")

        assert ring.hears().count(f"Ticket {ticket}.") == 3
        assert ring.hears().count("That key means nothing.") == 1
        assert duty.until(lambda: duty.status(ticket) == "escalated")


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        ("says_nothing", "answered"),
        ("goes_to_voicemail", "voicemail"),
        ("declines", "busy"),
        ("lets_ring", "no_answer"),
    ],
)
def test_call_without_a_key_is_followed_at_once(duty: Duty, act: str, outcome: str) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        getattr(duty.operator("Ada").expects_ring(), act)()
        assert len(duty.operator("Ada").messages(1)) == 1  # and not ten minutes later

    assert duty.status(ticket) == "escalation_pending"
    assert duty.attempts(ticket)[0] == ("phone_call", "Ada", outcome)


def test_key_9_goes_to_the_next_step(duty: Duty) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().presses("9")
        assert len(duty.operator("Ada").messages(1)) == 1

    assert ring.hears().endswith("Passed on. The next one is called. Goodbye.")
    assert duty.attempts(ticket)[0] == ("phone_call", "Ada", "declined")


def test_call_ends_when_somebody_else_has_it(duty: Duty) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().answers()
        assert duty.operator("Ben").texts(f"1 {ticket}").startswith(f"You have ticket {ticket}.")

        assert ring.ends()
        assert all_handled(duty)
    assert duty.twilio.calls["calls.update"] == 1
    assert len(duty.operator("Ada").rings()) == 1


def test_call_that_rings_ends_when_the_ticket_is_closed(duty: Duty) -> None:
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring()
        duty.conn.execute(
            "insert into public.ticket_actions (ticket_id, event) values (%s, 'closed')", (ticket,)
        )

        assert ring.ends()
        assert ring.status == "canceled"


@pytest.mark.parametrize("fault", ["callbacks_out_of_order", "callbacks_twice"])
@pytest.mark.parametrize(("act", "outcome"), [("declines", "busy"), ("goes_to_voicemail", "voicemail")])
def test_callbacks_in_any_order_tell_the_same(duty: Duty, fault: str, act: str, outcome: str) -> None:
    duty.twilio.fault(fault)
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        getattr(duty.operator("Ada").expects_ring(), act)()
        assert len(duty.operator("Ada").messages(1)) == 1
        assert duty.twilio.settled()
        duty.operator("Ada").texts("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert len(duty.operator("Ada").rings()) == 1
    assert duty.attempts(ticket)[0] == ("phone_call", "Ada", outcome)


@pytest.mark.parametrize("fault", ["callbacks_out_of_order", "callbacks_twice"])
def test_key_counts_whatever_the_callbacks_do(duty: Duty, fault: str) -> None:
    duty.twilio.fault(fault)
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        assert duty.operator("Ada").expects_ring().presses("1").ends()
        assert duty.twilio.settled()
        assert all_handled(duty)

    assert duty.attempts(ticket) == [("phone_call", "Ada", "acknowledged")]
    assert duty.events(ticket).count("acknowledged") == 1
    duty.assert_sound()


def test_key_counts_in_a_call_that_nobody_knows_was_placed(duty: Duty) -> None:
    """Twilio took the request and the line was cut before it said so: the phone rings all the same."""
    duty.twilio.fault("drop_after_work", "calls.create", count=1)
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket)[0] == ("phone_call", "Ada", "acknowledged")


@pytest.mark.parametrize("fault", ["rate_limited", "server_error"])
def test_call_that_was_refused_for_now_is_placed_soon(duty: Duty, fault: str) -> None:
    duty.twilio.fault(fault, "calls.create", count=1)
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        duty.operator("Ada").expects_ring(timeout=20).presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.twilio.calls["calls.create"] == 2


@pytest.mark.parametrize("does", ["unreachable", "invalid", "fails"])
def test_number_that_does_not_work_is_followed_at_once(duty: Duty, does: str) -> None:
    duty.policy(("on_call", "phone_call", 600), ("everyone", "sms", 600))
    duty.operator("Ada").behaves(does)
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        assert len(duty.operator("Ben").messages(1)) == 1
        duty.operator("Ben").texts("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket)[0] == ("phone_call", "Ada", "failed")


def test_text_that_is_lost_is_known(duty: Duty) -> None:
    duty.policy(("on_call", "sms", 600), ("everyone", "phone_call", 600))
    duty.operator("Ada").behaves("undelivered")
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        duty.operator("Ben").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket)[0] == ("sms", "Ada", "failed")


def test_page_outlives_an_outage_of_twilio(duty: Duty) -> None:
    duty.policy(("on_call", "phone_call", 60))
    duty.twilio.stop()
    with duty.workers(*WORKERS):
        ticket = duty.outage()
        alarm = "select reason from ops.stalled_escalations"
        assert duty.until(lambda: duty.rows(alarm) == [("nobody could be reached at all",)])
        duty.twilio.start()

        def rings() -> bool:
            duty.time_passes(60)
            return duty.operator("Ada").rings() != []

        assert duty.until(rings)
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert all_handled(duty)
    duty.assert_nothing_stalls()
    duty.assert_sound()
