"""A text of an engineer takes a page or passes it on; of anybody else it does nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from tests.support.postgres import Database
from tests.webhooks.rung import STRANGER, Paged, ada_is_rung, call_of

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with ada_is_rung(database) as it:
        yield it


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"platform": "twilio"} | labels) or 0


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


def test_stranger_gets_no_words_and_is_counted(paged: Paged, caplog: pytest.LogCaptureFixture) -> None:
    before = counted("shiftbot_events_dropped_total", reason="stranger")
    with caplog.at_level(logging.INFO):
        assert paged.sms(f"1 {paged.ticket_id}", STRANGER) == ""

    assert not paged.is_taken
    assert counted("shiftbot_events_dropped_total", reason="stranger") == before + 1
    assert STRANGER not in caplog.text
    assert "ack_refused" in paged.world.journal(paged.ticket_id)
