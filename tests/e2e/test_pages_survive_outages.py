"""The provider, the webhooks or the database are away: the page waits without spinning and goes on afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from shiftbot.local.ports import free_port
from tests.support.duty import Duty, on_duty
from tests.support.pages import assert_page_has_ended, minutes_pass, ringing, told
from tests.support.postgres import TestServer
from tests.workers.worker_process import worker

pytestmark = pytest.mark.newest_postgres
ADA = 7_000_000_001  # her private chat with the bot
HAS_IT = "An engineer has this now"


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call; all ways to her lead through Twilio."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 60), ("on_call", "sms", 60), ("everyone", "phone_call", 60))
    return duty


def unreachable(duty: Duty) -> list[str]:
    return [str(row[0]) for row in duty.rows("select reason from ops.stalled_escalations")]


@pytest.mark.parametrize("outage", ["stopped", "server_error", "drop_before_work"])
def test_twilio_is_down_for_ten_minutes(duty: Duty, outage: str) -> None:
    if outage == "stopped":
        duty.twilio.stop()
    else:
        duty.twilio.fault(outage)
    with duty.workers():
        ticket = duty.outage()
        assert duty.until(lambda: duty.status(ticket) == "escalation_pending")
        minutes_pass(duty, 10)
        tried = duty.attempts(ticket)
        requests = sum(duty.twilio.calls.values())

        duty.twilio.clear_faults()
        duty.twilio.start()
        duty.twilio.set_webhook(duty.url)
        for _ in range(11):  # the slow repeat is every five minutes
            if ringing(duty):
                break
            minutes_pass(duty, 0.5)
        duty.operator("Ada").expects_ring(2).presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert duty.hears(HAS_IT)
        assert_page_has_ended(duty, ticket)

    outcome = "unknown" if outage == "drop_before_work" else "failed"
    assert {made[2] for made in tried} == {outcome}
    # Three rounds at full speed and one slow one, of four rings each; each ring is asked for three times at most.
    assert 12 <= len(tried) <= 20
    assert requests <= 3 * len(tried)


def test_nobody_can_be_reached_and_it_is_loud(duty: Duty) -> None:
    """Every number is refused for good: the rounds do not spin, the alarm says so, a mended number is rung."""
    for name in ("Ada", "Ben"):
        duty.operator(name).behaves("invalid")
    with duty.workers():
        ticket = duty.outage()
        assert duty.until(lambda: len(duty.attempts(ticket)) == 4)
        assert duty.until(lambda: unreachable(duty) == ["nobody could be reached at all"])
        minutes_pass(duty, 4)
        assert unreachable(duty) == ["nobody could be reached at all"]
        assert len(duty.attempts(ticket)) == 12
        duty.operator("Ada").behaves("rings")
        minutes_pass(duty, 5)
        duty.operator("Ada").expects_ring(2).presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert_page_has_ended(duty, ticket)


def test_the_webhooks_are_down_and_no_callback_arrives(duty: Duty) -> None:
    """Ada picks up and hears that something is broken: nobody knows what became of the call, so it goes on."""
    with duty.workers(public_base_url=f"http://127.0.0.1:{free_port()}"):
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().says_nothing()
        assert "application error" in ring.hears()
        assert duty.attempts(ticket) == [("phone_call", "Ada", "attempted")]
        minutes_pass(duty, 1)
        assert len(duty.operator("Ada").messages(1)) == 1
        minutes_pass(duty, 0.6)
        assert duty.attempts(ticket)[0] == ("phone_call", "Ada", "unknown")
        assert told(duty, ticket, "call_outcome")[0] == ("phone_call", "unknown")
    with duty.workers():
        minutes_pass(duty, 0.5)
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert_page_has_ended(duty, ticket)


def test_what_is_refused_for_now_is_sent_within_its_step(duty: Duty) -> None:
    """Twice Telegram is away; the third try is one message, and the next step waits its time."""
    duty.policy(("on_call", "telegram_message", 60), ("on_call", "phone_call", 60))
    duty.telegram.fault("server_error", "sendMessage", count=1)
    duty.telegram.fault("rate_limited", "sendMessage", count=1, seconds=7)
    with duty.workers("triage", "escalations"):
        ticket = duty.outage()
        assert duty.until(lambda: duty.status(ticket) == "escalation_pending")
        minutes_pass(duty, 0.5)

        assert duty.attempts(ticket) == [("telegram_message", "Ada", "delivered")]
        assert len(duty.telegram.messages(ADA, sender="bot")) == 1
        assert duty.telegram.calls["sendMessage"] == 3


@pytest.mark.parametrize("processes", [2, 3])
def test_several_workers_sweep_and_each_step_is_begun_once(duty: Duty, processes: int) -> None:
    duty.policy(("on_call", "phone_call", 60), ("everyone", "phone_call", 60))
    duty.conn.execute("update public.app_settings set storm_window = interval '0'")
    duty.twilio.behaves("", "no_answer")
    with ExitStack() as stack:
        for _ in range(processes):
            stack.enter_context(worker(duty))
        tickets = [duty.outage(customer) for customer in range(101, 111)]
        for cycle in (1, 2, 3):
            assert duty.until(lambda: _have_ended(duty, 3 * cycle * len(tickets)), 60)  # noqa: B023
            duty.conn.execute("update public.escalations set due_at = clock_timestamp()")

    made = duty.rows(
        "select cycle, step, engineer_id, count(*), count(distinct escalation_id) from public.escalation_attempts"
        " where cycle <= 3 group by 1, 2, 3 order by 1, 2, 3"
    )
    assert made == [(c, step, who, 10, 10) for c in (1, 2, 3) for step, who in ((1, 1), (2, 1), (2, 2))]


def _have_ended(duty: Duty, attempts: int) -> bool:
    query = "select count(*) from public.escalation_attempts where outcome = 'no_answer'"
    return bool(duty.rows(query)[0][0] >= attempts)


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_the_database_restarts_in_the_middle_of_a_page(
    own_server: TestServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Away while Twilio answers the worker and Ada picks up: the call waits for it, and her key counts."""
    monkeypatch.setattr("workers.loop.POLL_SECONDS", 0.2)
    with own_server.clone() as database, on_duty(database) as duty, ThreadPoolExecutor(1) as threads:
        duty.engineer("Ada", on_call=True)
        duty.policy(("on_call", "telegram_message", 0), ("on_call", "phone_call", 600))
        duty.telegram.fault("slow", "sendMessage", seconds=1.5, count=1)
        duty.twilio.fault("slow", "calls.create", seconds=1.5, count=1)
        with duty.workers("triage", "escalations"):
            ticket = duty.outage()
            ring = duty.operator("Ada").expects_ring()
            assert duty.until(lambda: duty.telegram.messages(ADA, sender="bot") != [])
            assert duty.twilio.settled()
            own_server.server._pg_ctl("stop", "-m", how)
            picks_up = threads.submit(ring.answers)
            assert duty.twilio.wait_until(lambda: ring.status == "in-progress")
            own_server.server.start()
            duty.conn = duty.database.connect()
            picks_up.result()
            assert f"Ticket {ticket}" in ring.hears()
            assert duty.until(lambda: duty.attempts(ticket)[0] == ("telegram_message", "Ada", "delivered"))
            ring.presses("1")
            assert duty.until(lambda: duty.status(ticket) == "escalated")
        with duty.workers():
            assert duty.hears(HAS_IT)
            assert_page_has_ended(duty, ticket)

        assert duty.attempts(ticket)[1:] == [("phone_call", "Ada", "acknowledged")]
        assert duty.telegram.messages(ADA, sender="bot")[0]["text"].endswith("Ada has it.")
        assert len(duty.operator("Ada").rings()) == 1
