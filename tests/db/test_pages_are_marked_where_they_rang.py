"""The button "Not needed" under a page: once somebody has it, by engineers only, once, for every ticket that the page held."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.db.paging import Pager
from tests.db.world import World, at_once, counted

EVERYBODY = (
    ("everyone", "telegram_message", 0),
    ("everyone", "slack_message", 0),
    ("everyone", "email", 600),
)
ANA, BOB = 7_000_000_001, 7_000_000_002


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Bob")
    pager.policy(*EVERYBODY)
    return pager


def ringing(pager: Pager) -> tuple[int, int]:
    """A ticket with every message delivered, and one of its attempts."""
    ticket = pager.escalated_report()
    for attempt in pager.attempts(ticket):
        assert pager.claim(attempt["id"]) == "claimed"
        pager.settle(attempt["id"], "delivered", f"sid-{attempt['id']}")
    return ticket, pager.last_attempt(ticket)


def marks(pager: Pager, ticket: int) -> list[tuple[Any, ...]]:
    query = "select actor_type::text, actor from public.ticket_actions where ticket_id = %s and event = 'page_not_needed'"
    return pager.world.rows(query, ticket)


def needless(pager: Pager, attempt: int, person: int = ANA, **how: Any) -> str:
    return pager.presses_button(attempt, person, "not_needed", **how)[0]


def to_be_told(pager: Pager) -> list[int]:
    """The attempts whose messages wait to be brought up to date."""
    query = "select (message ->> 'attempt_id')::bigint from pgmq.q_escalations where message ->> 'kind' = 'catch_up'"
    return sorted(number for (number,) in pager.world.rows(query, conn=pager.world.superuser))


@pytest.mark.parametrize("then", [(), ("closed",), ("deescalated", "closed")])
def test_whoever_was_woken_says_so_once(pager: Pager, then: tuple[str, ...]) -> None:
    ticket, attempt = ringing(pager)
    pager.presses_button(attempt, ANA)
    for event in then:
        pager.world.append(ticket, event)
    status = pager.world.status(ticket)

    assert needless(pager, attempt, BOB) == "marked"
    assert needless(pager, attempt, BOB) == "already_marked"
    assert needless(pager, attempt, ANA) == "already_marked"
    assert marks(pager, ticket) == [("engineer", "engineer:2")]
    assert pager.world.status(ticket) == status
    assert pager.world.rows("select * from ops.verify_journal()") == []


def test_while_it_rings_there_is_nothing_to_say_of_it(pager: Pager) -> None:
    ticket, attempt = ringing(pager)

    assert needless(pager, attempt) == "unacknowledged"
    assert marks(pager, ticket) == []


def test_a_stranger_is_refused(pager: Pager) -> None:
    ticket, attempt = ringing(pager)
    pager.presses_button(attempt, ANA)

    assert needless(pager, attempt, 512340001) == "refused"
    assert needless(pager, attempt, ANA, platform="slack") == "refused"
    assert needless(pager, 2**62) == "unknown"
    assert marks(pager, ticket) == []


def test_an_old_button_does_not_speak_of_the_page_that_rang_since(pager: Pager) -> None:
    ticket, old = ringing(pager)
    pager.presses_button(old, ANA)
    for event in ("deescalated", "triaged_escalate"):
        pager.world.append(ticket, event)
    assert needless(pager, old) == "moved_on"
    new = pager.last_attempt(ticket)
    pager.presses_button(new, ANA)

    assert needless(pager, old) == "moved_on"
    assert marks(pager, ticket) == []
    assert needless(pager, new) == "marked"


def test_what_is_being_answered_again_is_not_marked(pager: Pager) -> None:
    ticket, attempt = ringing(pager)
    pager.presses_button(attempt, ANA)
    pager.world.append(ticket, "deescalated")

    assert needless(pager, attempt) == "moved_on"
    assert marks(pager, ticket) == []


def test_all_tickets_of_a_storm_are_marked(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(4)]
    first = next(ticket for ticket in tickets if pager.state(ticket) == "ringing")
    attempt = pager.last_attempt(first)
    pager.presses_button(attempt, ANA)
    for ticket in tickets:
        pager.world.rows(
            "select private.settle_joined(%s)", pager.page(ticket)["id"], conn=pager.world.worker
        )

    assert needless(pager, attempt) == "marked"
    assert [marks(pager, ticket) for ticket in tickets] == [[("engineer", "engineer:1")]] * 4
    assert needless(pager, attempt) == "already_marked"


def test_what_somebody_took_by_itself_is_not_marked_with_the_page(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(2)]
    first, second = sorted(tickets, key=lambda ticket: pager.state(ticket) != "ringing")
    attempt = pager.last_attempt(first)
    pager.presses_button(attempt, ANA)
    pager.world.rows("select private.settle_joined(%s)", pager.page(second)["id"], conn=pager.world.worker)
    for event in ("deescalated", "triaged_escalate", "acknowledged"):
        pager.world.append(second, event)

    assert needless(pager, attempt) == "marked"
    assert [marks(pager, ticket) for ticket in (first, second)] == [[("engineer", "engineer:1")], []]


def test_when_the_one_that_rang_is_closed_the_others_are_left(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(2)]
    first, second = sorted(tickets, key=lambda ticket: pager.state(ticket) != "ringing")
    attempt = pager.last_attempt(first)
    pager.presses_button(attempt, ANA)
    pager.world.rows("select private.settle_joined(%s)", pager.page(second)["id"], conn=pager.world.worker)
    pager.world.append(first, "closed")

    assert needless(pager, attempt) == "marked"
    assert [marks(pager, ticket) for ticket in (first, second)] == [[("engineer", "engineer:1")], []]


def test_one_of_a_storm_that_somebody_works_on_has_the_press_made_again(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(2)]
    first, second = sorted(tickets, key=lambda ticket: pager.state(ticket) != "ringing")
    attempt = pager.last_attempt(first)
    pager.presses_button(attempt, ANA)
    pager.world.rows("select private.settle_joined(%s)", pager.page(second)["id"], conn=pager.world.worker)
    with pager.world.database.connect() as busy, busy.transaction():
        busy.execute("select from public.tickets where id = %s for update", (second,))
        with pytest.raises(psycopg.errors.SerializationFailure):
            needless(pager, attempt)

    assert [marks(pager, ticket) for ticket in tickets] == [[], []]
    assert needless(pager, attempt) == "marked"


def test_twenty_presses_at_once_mark_it_once(pager: Pager) -> None:
    ticket, attempt = ringing(pager)
    pager.presses_button(attempt, ANA)
    query = "select outcome from private.press_page(%s, 'not_needed', 'telegram', %s)"
    database = pager.world.database

    outcomes = at_once(
        database,
        "shiftbot_ingest",
        20,
        lambda conn, n: conn.execute(query, (attempt, str((ANA, BOB)[n % 2]))).fetchone()[0],  # type: ignore[index]
    )
    assert counted(outcomes) == {"marked": 1, "already_marked": 19}
    assert len(marks(pager, ticket)) == 1


def test_wherever_it_was_marked_the_messages_are_told(pager: Pager) -> None:
    ticket, attempt = ringing(pager)
    pager.presses_button(attempt, ANA)
    pager.world.do("delete from pgmq.q_escalations")
    since = "select private.page_needless_for(%s) >= 0"
    assert pager.world.value(since, attempt, conn=pager.world.worker) is None
    pager.world.append(ticket, "page_not_needed", conn=pager.world.signed_in("Bob"))

    assert pager.world.value(since, attempt, conn=pager.world.worker) is True
    assert to_be_told(pager) == sorted(a["id"] for a in pager.attempts(ticket) if a["method"] != "email")
