"""SIGKILL at every point of an attempt: the page goes on until somebody has it, and then nothing rings."""

from __future__ import annotations

import pytest

from tests.support.duty import OUTAGE, Duty
from tests.support.pages import assert_page_has_ended, come_back, held, ringing, told, waiting_ticket
from tests.support.product import CHANNEL
from tests.workers.worker_process import is_waiting, kill, ticket_held, worker

pytestmark = pytest.mark.newest_postgres
HAS_IT = "An engineer has this now"
PHONES_ONLY = (("on_call", "phone_call", 600), ("everyone", "phone_call", 600))


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call, Ben is not; the second step is ten minutes away unless the first has failed."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(*PHONES_ONLY)
    return duty


def assert_ada_takes_it(duty: Duty, ticket: int) -> None:
    """A fresh worker rings on; Ada presses 1 in the call that rings now."""
    come_back(duty)
    with duty.workers():
        duty.operator("Ada").expects_ring(timeout=20).presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert duty.hears(HAS_IT)
        assert_page_has_ended(duty, ticket)


def test_killed_after_reading_the_message(duty: Duty) -> None:
    ticket = waiting_ticket(duty)
    with ticket_held(duty), worker(duty, "escalations") as process:
        assert duty.until(lambda: is_waiting(duty, "claim_attempt"))
        kill(duty, process)

    assert duty.attempts(ticket) == [("phone_call", "Ada", None)]
    assert_ada_takes_it(duty, ticket)
    assert duty.attempts(ticket) == [("phone_call", "Ada", "acknowledged")]


def test_killed_between_the_claim_and_the_request(duty: Duty) -> None:
    """Claimed, and Twilio did nothing: nobody can know, so the next step rings."""
    ticket = waiting_ticket(duty)
    duty.twilio.fault("timeout", "calls.create", seconds=30, count=1)
    with worker(duty, "escalations") as process:
        assert duty.until(lambda: duty.twilio.calls["calls.create"] == 1)
        kill(duty, process)

    assert duty.attempts(ticket) == [("phone_call", "Ada", "attempted")]
    assert duty.operator("Ada").rings() == []
    assert_ada_takes_it(duty, ticket)
    assert duty.attempts(ticket)[:2] == [
        ("phone_call", "Ada", "unknown"),
        ("phone_call", "Ada", "acknowledged"),
    ]
    assert told(duty, ticket, "call_outcome")[0] == ("phone_call", "unknown")


def test_killed_while_twilio_answers_and_the_phone_rings(duty: Duty) -> None:
    """Twilio's callbacks tell of the call that no worker knows of, and its key counts."""
    ticket = waiting_ticket(duty)
    duty.twilio.fault("slow", "calls.create", seconds=30, count=1)
    with worker(duty, "escalations") as process:
        ring = duty.operator("Ada").expects_ring()
        kill(duty, process)

    assert duty.twilio.settled()
    assert duty.attempts(ticket) == [("phone_call", "Ada", "ringing")]
    ring.presses("1")
    assert ring.hears().endswith(f"You have ticket {ticket}. The reporter is told. Goodbye.")
    come_back(duty)
    with duty.workers():
        assert duty.hears(HAS_IT)
        assert_page_has_ended(duty, ticket)
    assert duty.attempts(ticket) == [("phone_call", "Ada", "acknowledged")]


def test_killed_while_twilio_answers_and_somebody_else_has_it(duty: Duty) -> None:
    """The call that no worker knows of is ended all the same once Ben has it."""
    ticket = waiting_ticket(duty)
    duty.twilio.fault("slow", "calls.create", seconds=30, count=1)
    with worker(duty, "escalations") as process:
        ring = duty.operator("Ada").expects_ring()
        kill(duty, process)
    assert duty.operator("Ben").texts(f"1 {ticket}").startswith(f"You have ticket {ticket}.")

    come_back(duty)
    with duty.workers():
        assert ring.ends()
        assert_page_has_ended(duty, ticket)
    assert ring.status == "canceled"


def test_killed_while_a_message_is_written(duty: Duty) -> None:
    """Telegram tells nothing later: the attempt is unknown, the page goes on, and both buttons work."""
    duty.policy(("on_call", "telegram_message", 600), ("on_call", "phone_call", 600))
    ticket = waiting_ticket(duty)
    chat = 7_000_000_001
    duty.telegram.fault("slow", "sendMessage", seconds=30, count=1)
    with worker(duty, "escalations") as process:
        assert duty.until(lambda: len(duty.telegram.messages(chat, sender="bot")) == 1)
        kill(duty, process)

    come_back(duty)
    with duty.workers():
        duty.operator("Ada").expects_ring(timeout=20)
        assert duty.attempts(ticket)[0] == ("telegram_message", "Ada", "unknown")
        duty.telegram.press(chat, chat, "Acknowledge")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert duty.until(lambda: ringing(duty) == [])
        assert_page_has_ended(duty, ticket)
    assert duty.attempts(ticket)[0] == ("telegram_message", "Ada", "acknowledged")


@pytest.mark.parametrize("method", ["phone_call", "telegram_message"])
def test_killed_between_the_request_and_the_settling(duty: Duty, method: str) -> None:
    """The session dies with the worker: what the provider answered is lost."""
    duty.policy(("on_call", method, 600), ("everyone", "phone_call", 600))
    ticket = waiting_ticket(duty)
    simulator, call = (
        (duty.twilio, "calls.create") if method == "phone_call" else (duty.telegram, "sendMessage")
    )
    simulator.fault("slow", call, seconds=0.5, count=1)
    with worker(duty, "escalations") as process:
        assert duty.until(lambda: simulator.calls[call] == 1)
        with ticket_held(duty):
            assert duty.until(lambda: is_waiting(duty, "settle_attempt"))
            kill(duty, process)

    assert duty.rows("select external_id is not null from public.escalation_attempts") == [
        (method == "phone_call",)  # Twilio's callbacks have told it
    ]
    if method == "phone_call":
        duty.operator("Ada").expects_ring().lets_ring()
        assert duty.twilio.settled()
    assert_ada_takes_it(duty, ticket)
    first = ("phone_call", "Ada", "no_answer") if method == "phone_call" else (method, "Ada", "unknown")
    assert duty.attempts(ticket)[0] == first


def test_killed_while_the_settling_commits(duty: Duty) -> None:
    """The session outlives its worker and commits: what was sent stands and is not sent again."""
    duty.policy(("on_call", "telegram_message", 600))
    ticket = waiting_ticket(duty)
    chat = 7_000_000_001
    duty.telegram.fault("slow", "sendMessage", seconds=0.5, count=1)
    with worker(duty, "escalations") as process:
        assert duty.until(lambda: duty.telegram.calls["sendMessage"] == 1)
        with ticket_held(duty):
            assert duty.until(lambda: is_waiting(duty, "settle_attempt"))
            kill(duty, process, take_session_along=False)
        assert duty.until(lambda: duty.attempts(ticket) == [("telegram_message", "Ada", "delivered")])

    come_back(duty)
    with duty.workers():
        duty.telegram.press(chat, chat, "Acknowledge")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert_page_has_ended(duty, ticket)
    assert len(duty.telegram.messages(chat, sender="bot")) == 1


def test_killed_while_it_hangs_up(duty: Duty) -> None:
    """Ben has it, and the worker that was to stop Ada's phone dies: the next one stops it."""
    ticket = waiting_ticket(duty)
    with worker(duty, "escalations") as process:
        ring = duty.operator("Ada").expects_ring()
        duty.twilio.fault("timeout", "calls.update", seconds=30, count=1)
        assert duty.operator("Ben").texts(f"1 {ticket}").startswith(f"You have ticket {ticket}.")
        assert duty.until(lambda: duty.twilio.calls["calls.update"] == 1)
        kill(duty, process)

    assert ring.status == "ringing"
    come_back(duty)
    with duty.workers():
        assert ring.ends()
        assert_page_has_ended(duty, ticket)


@pytest.mark.parametrize("takes_session_along", [True, False])
def test_killed_while_it_sweeps(duty: Duty, takes_session_along: bool) -> None:
    """The second step is begun once, whether or not the dead worker's sweep commits."""
    ticket = waiting_ticket(duty)
    with worker(duty, "escalations") as process:
        duty.operator("Ada").expects_ring()
        assert duty.twilio.settled()
        with held(duty, "lock table public.escalation_attempts in share mode"):
            duty.conn.execute("update public.escalations set due_at = clock_timestamp()")
            assert duty.until(lambda: is_waiting(duty, "sweep"))
            kill(duty, process, take_session_along=takes_session_along)

    assert_ada_takes_it(duty, ticket)
    assert [(method, who) for method, who, _ in duty.attempts(ticket)] == [
        ("phone_call", "Ada"),
        ("phone_call", "Ada"),
        ("phone_call", "Ben"),
    ]


def test_killed_before_the_reporter_is_told(duty: Duty) -> None:
    ticket = waiting_ticket(duty)
    with duty.workers("escalations"):
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
    with ticket_held(duty), worker(duty, "replies") as process:
        assert duty.until(lambda: is_waiting(duty, "claim_reply_part"))
        kill(duty, process)

    come_back(duty)
    with duty.workers():
        assert duty.hears(HAS_IT)
        assert_page_has_ended(duty, ticket)


@pytest.mark.parametrize("fault", ["slow", "timeout"])
def test_killed_while_the_reporter_is_told(duty: Duty, fault: str) -> None:
    """Slack is asked whether the reply is there: the reporter hears it once."""
    duty.slack.say(CHANNEL, "U0ALICE", OUTAGE)
    with duty.workers("triage", "replies"):
        assert duty.until(lambda: len(duty.slack.messages(CHANNEL, sender="bot")) == 1)
        assert duty.until(lambda: "reply_delivered" in duty.events(1))
    with duty.workers("escalations"):
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.statuses() == ["escalated"])
    duty.slack.fault(fault, "chat.postMessage", seconds=30, count=1)
    with worker(duty, "replies") as process:
        assert duty.until(lambda: duty.slack.calls["chat.postMessage"] == 2)
        kill(duty, process)

    come_back(duty)
    with duty.workers():
        assert_page_has_ended(duty, 1)
    said = [view["text"] for view in duty.slack.messages(CHANNEL, sender="bot")]
    assert [HAS_IT in words for words in said] == [False, True]
