"""What happens to people and tickets while it rings: shifts change, customers write on, tickets close, storms come."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.duty import OUTAGE, Duty
from tests.support.pages import assert_page_has_ended, rests, ringing
from tests.support.product import GROUP

pytestmark = pytest.mark.newest_postgres
ADA, BEN = 7_000_000_001, 7_000_000_002  # their private chats with the bot
HAS_IT = "An engineer has this now"


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call and is called; nothing else happens for ten minutes unless the call has ended."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 600))
    duty.conn.execute(
        "update private.send_limits set sends = 1000"
    )  # a storm is told within a test's patience
    return duty


def says(duty: Duty, ticket: int, event: str) -> None:
    duty.conn.execute("insert into public.ticket_actions (ticket_id, event) values (%s, %s)", (ticket, event))


def letters(duty: Duty, chat: int) -> list[tuple[str, list[str]]]:
    """Every message of the bot in a private chat: its last line, and its buttons."""
    seen = duty.telegram.messages(chat, sender="bot")
    return [(str(view["text"]).splitlines()[-1], list(view["buttons"])) for view in seen]


@pytest.mark.parametrize(("taker", "other"), [("Ada", "Ben"), ("Ben", "Ada")])
def test_the_shift_changes_hands_and_either_may_take_it(duty: Duty, taker: str, other: str) -> None:
    with duty.workers():
        ticket = duty.outage()
        rings = {"Ada": duty.operator("Ada").expects_ring()}
        duty.conn.execute("select private.hand_over(2, 'the night begins')")
        rings["Ben"] = duty.operator("Ben").expects_ring()

        assert rings[taker].presses("1").hears().endswith("The reporter is told. Goodbye.")
        assert rings[other].ends()
        assert_page_has_ended(duty, ticket)

    assert len(duty.operator("Ada").rings()) == len(duty.operator("Ben").rings()) == 1
    assert rings[other].status == "canceled"


@pytest.mark.parametrize(("event", "status"), [("closed", "closed"), ("deescalated", "open")])
def test_a_ticket_that_needs_nobody_stops_ringing(duty: Duty, event: str, status: str) -> None:
    duty.policy(
        ("on_call", "telegram_message", 0), ("on_call", "slack_message", 0), ("on_call", "phone_call", 600)
    )
    with duty.workers():
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring()
        assert duty.until(lambda: duty.telegram.messages(ADA, sender="bot") != [])
        says(duty, ticket, event)

        assert ring.ends()
        assert duty.until(
            lambda: letters(duty, ADA) == [("No longer needed: it is closed or was taken back.", [])]
        )
        assert rests(duty)
    in_slack = duty.slack.messages(duty.slack.open_direct("U0DUTY1"), sender="bot")

    assert ring.status == "canceled"
    assert [view["text"].splitlines()[-1] for view in in_slack] == [
        "No longer needed: it is closed or was taken back."
    ]
    assert duty.status(ticket) == status
    assert duty.rows("select state from public.escalations") == [("resolved",)]
    duty.assert_sound()


def test_an_acknowledgement_races_the_next_step(duty: Duty) -> None:
    """Twenty times Ben takes a ticket while the sweep begins the next step: no phone is left ringing."""
    duty.policy(("on_call", "phone_call", 600), ("everyone", "phone_call", 600))
    duty.conn.execute("update public.app_settings set storm_window = interval '0'")
    start = threading.Barrier(2)
    sweeper = duty.database.connect()

    def acknowledges(ticket: int) -> str:
        start.wait()
        return duty.operator("Ben").texts(f"1 {ticket}")

    def goes_on(ticket: int) -> None:
        start.wait()
        sweeper.execute("select private.sweep()")

    with duty.workers(), ThreadPoolExecutor(2) as threads:
        for customer in range(101, 121):
            ticket = duty.outage(customer)
            duty.operator("Ada").expects_ring()
            taken = threads.submit(acknowledges, ticket)
            duty.conn.execute(
                "update public.escalations set due_at = clock_timestamp() where ticket_id = %s", (ticket,)
            )
            threads.submit(goes_on, ticket).result()
            assert taken.result().startswith(f"You have ticket {ticket}.")
            assert rests(duty)
            assert duty.until(lambda: ringing(duty) == [], 5)

    assert set(duty.statuses()) == {"escalated"}
    assert duty.rows("select from public.escalation_attempts where outcome is null") == []
    duty.assert_nothing_stalls()
    duty.assert_sound()


def test_more_words_ring_nobody_again(duty: Duty) -> None:
    with duty.workers():
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring()
        for words in ("Hello?", "It is still down!", OUTAGE):
            duty.telegram.say(GROUP, 7, words)
        assert duty.until(lambda: duty.events(ticket).count("message") == 4)
        assert rests(duty)
        assert ringing(duty) == [ring.number]
        ring.presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert_page_has_ended(duty, ticket)

    assert len(duty.operator("Ada").rings()) == 1
    assert len(duty.rows("select from public.escalations")) == 1


def test_a_silent_holder_is_reminded_once_and_then_rung_again(duty: Duty) -> None:
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.hears(HAS_IT)
        duty.time_passes(51 * 60)
        assert duty.until(lambda: letters(duty, ADA) != [])
        (reminder,) = duty.telegram.messages(ADA, sender="bot")
        assert reminder["text"].startswith(f"Still on ticket {ticket}?")
        assert reminder["buttons"] == ["Acknowledge"]
        duty.time_passes(5 * 60)
        duty.conn.execute("select private.sweep()")
        assert rests(duty)
        assert len(letters(duty, ADA)) == 1
        assert len(duty.operator("Ada").rings()) == 1

        duty.time_passes(5 * 60)
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert rests(duty)
        heard = [said for said in duty.telegram.messages(GROUP, sender="bot") if HAS_IT in said["text"]]
    story = [e for e in duty.events(ticket) if e.startswith("ack")]

    assert story == ["acknowledged", "ack_reminded", "ack_expired", "acknowledged"]
    assert len(heard) == 1  # the customer is not told the same thing twice
    duty.assert_nothing_stalls()
    duty.assert_sound()


def test_the_reminders_button_keeps_it(duty: Duty) -> None:
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        duty.time_passes(51 * 60)
        assert duty.until(lambda: letters(duty, ADA) != [])
        duty.telegram.press(ADA, ADA, "Acknowledge")
        assert duty.until(lambda: "ack_extended" in duty.events(ticket))
        duty.time_passes(10 * 60)
        duty.conn.execute("select private.sweep()")

        assert duty.status(ticket) == "escalated"
        assert_page_has_ended(duty, ticket)
    assert len(duty.operator("Ada").rings()) == 1


def test_a_storm_rings_once_and_all_are_told(duty: Duty) -> None:
    with duty.workers():
        reports = [
            duty.outage(customer, f"{OUTAGE} I am customer {customer}.") for customer in range(101, 113)
        ]
        assert duty.until(lambda: duty.statuses() == ["escalation_pending"] * 12)
        ring = duty.operator("Ada").expects_ring().answers()
        assert "12 serious reports" in ring.hears()
        ring.presses("1")
        assert duty.until(lambda: duty.statuses() == ["escalated"] * 12)
        assert rests(duty)
        threads = {
            said["reply_to"] for said in duty.telegram.messages(GROUP, sender="bot") if HAS_IT in said["text"]
        }

        late = duty.outage(113)
        assert duty.until(lambda: letters(duty, ADA) != [])
        ((offer, buttons),) = letters(duty, ADA)
        assert offer.startswith(f"One more serious report, ticket {late}:")
        assert buttons == ["Acknowledge"]
        assert ringing(duty) == []
        duty.telegram.press(ADA, ADA, "Acknowledge")
        assert duty.until(lambda: duty.status(late) == "escalated")
        assert_page_has_ended(duty, late)
        assert [said for said, _ in letters(duty, ADA)] == ["Ada has it."]

    asked = duty.telegram.messages(GROUP, sender="customer")
    assert threads == {said["message_id"] for said in asked[:12]}
    assert len(duty.operator("Ada").rings()) == 1
    assert set(re.findall("[0-9]+", ring.hears().partition("You have tickets")[2])) == {
        str(ticket) for ticket in reports
    }


def test_a_late_report_that_nobody_takes_rings_by_itself(duty: Duty) -> None:
    with duty.workers():
        duty.outage(101)
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.statuses() == ["escalated"])
        late = duty.outage(102)
        assert duty.until(lambda: letters(duty, ADA) != [])
        assert duty.attempts(late) == []
        duty.time_passes(10 * 60)
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(late) == "escalated")
        assert_page_has_ended(duty, late)


def test_messages_say_who_has_it(duty: Duty) -> None:
    duty.policy(("everyone", "telegram_message", 0), ("everyone", "slack_message", 600))
    slack = {name: duty.slack.open_direct(f"U0DUTY{n}") for n, name in enumerate(("Ada", "Ben"), 1)}
    with duty.workers():
        ticket = duty.outage()
        assert duty.until(lambda: len(duty.slack.messages(slack["Ben"], sender="bot")) == 1)
        (page,) = duty.slack.messages(slack["Ben"], sender="bot")
        duty.slack.press(slack["Ben"], page["ts"], "Acknowledge", "U0DUTY2")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert_page_has_ended(duty, ticket)

    for chat in (ADA, BEN):
        assert letters(duty, chat) == [("Ben has it.", ["Not needed"])]
    for channel in slack.values():
        shown, *answers = duty.slack.messages(channel, sender="bot")
        assert all(answer["ephemeral"] for answer in answers)
        assert shown["text"].splitlines()[-1] == "Ben has it."
        assert shown["buttons"] == ["Not needed"]


def test_two_press_at_once_and_one_has_it(duty: Duty) -> None:
    duty.policy(("everyone", "phone_call", 600))
    duty.engineer("Cleo")
    with duty.workers(), ThreadPoolExecutor(2) as threads:
        ticket = duty.outage()
        rings = {name: duty.operator(name).expects_ring() for name in ("Ada", "Ben", "Cleo")}
        for name in ("Ada", "Ben"):
            rings[name].answers()
        list(threads.map(lambda name: rings[name].presses("1"), ("Ada", "Ben")))
        assert all(ring.ends() for ring in rings.values())
        assert_page_has_ended(duty, ticket)
    ((holder,),) = duty.rows(
        "select g.name from public.tickets as t join public.engineers as g on g.id = t.assigned_engineer_id"
    )
    other = "Ben" if holder == "Ada" else "Ada"

    assert f"You have ticket {ticket}. The reporter is told." in rings[holder].hears()
    assert "The reporter is told." not in rings[other].hears()
    assert rings["Cleo"].status == "canceled"


def test_a_test_page_rings_every_way_and_is_acknowledged(duty: Duty) -> None:
    ways = ("telegram_message", "slack_message", "phone_call", "sms", "email")
    duty.policy(*(("on_call", way, 60) for way in ways), ("everyone", "telegram_message", 60))
    reader = duty.mail.reader(duty.address("Ben"))
    with duty.workers():
        duty.conn.execute("select private.open_test_page(2)")
        assert duty.until(lambda: letters(duty, BEN) != [])
        assert letters(duty, BEN)[0][1] == ["Acknowledge", "Pass on"]
        duty.time_passes(61)
        assert duty.until(lambda: duty.slack.messages(duty.slack.open_direct("U0DUTY2")) != [])
        duty.time_passes(61)
        assert "test call" in duty.operator("Ben").expects_ring().says_nothing().hears()
        assert duty.operator("Ben").messages(1)[0].startswith("This is a test page")
        duty.time_passes(61)
        answer = httpx.post(reader.expects_mail().link())
        assert re.search(r"<h1[^>]*>You have it</h1>", answer.text)
        assert duty.until(lambda: letters(duty, BEN) == [("Ben has it.", [])])
        assert rests(duty)

    assert duty.rows("select count(*) from public.ticket_actions") == [(0,)]
    assert duty.rows("select distinct engineer_id from public.escalation_attempts") == [(2,)]
    assert duty.operator("Ada").rings() == []
    duty.assert_nothing_stalls()
