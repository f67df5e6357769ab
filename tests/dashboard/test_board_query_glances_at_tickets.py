"""What the board shows of one ticket: since when its customer waits, how its page stands, the last words, a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dashboard.database import Connection
from dashboard.queries import board
from dashboard.queries.board import SNIPPET, Filters, Page, Ticket
from tests.db.conversation import answered, claim_part, deliver, finish, settle, triage
from tests.db.paging import Pager
from tests.db.world import CUSTOMER, GROUP, World


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def glance(conn: Connection, ticket_id: int) -> Ticket:
    (found,) = [t for t in board.tickets(conn, Filters(statuses=())).tickets if t.id == ticket_id]
    return found


def said_at(world: World, ticket_id: int, event: str = "message", nth: int = 0) -> datetime:
    """When that event was journaled, the first of its kind or the nth after it."""
    found: datetime = world.value(
        "select created_at from public.ticket_actions where ticket_id = %s and event = %s order by seq offset %s limit 1",
        *(ticket_id, event, nth),
    )
    return found


def report(world: World, body: str = "It is down", **event: Any) -> int:
    ticket_id = world.says(body, **event).ticket_id
    assert ticket_id is not None
    return ticket_id


def test_a_ticket_is_shown_as_it_is(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, payload={"author_name": "Momo"})
    triage(world, ticket, title="Site", summary="It does not load.", severity=0.25)
    world.do("update public.tickets set assigned_engineer_id = (select id from public.engineers)")
    created, updated, me = world.row(
        "select t.created_at, t.updated_at, e.id from public.tickets as t, public.engineers as e"
    )

    assert glance(ana, ticket) == Ticket(
        *(
            ticket,
            "Site",
            "It does not load.",
            "auto_answered",
            0.25,
            "telegram",
            "source -1001",
            CUSTOMER,
            "Momo",
        ),
        *(me, "Ana", created, updated),
        waiting_since=said_at(world, ticket),
        page=None,
        snippet="It is down",
        attachments=0,
        has_draft=False,
    )


def test_a_ticket_that_nobody_touched_is_shown_too(world: World, ana: Connection) -> None:
    found = glance(ana, world.ticket())

    assert (found.title, found.severity, found.reporter, found.assignee, found.snippet) == (
        None,
        None,
        None,
        None,
        "",
    )
    assert found.waiting_since is None


# since when the customer waits


def test_a_customer_waits_since_the_oldest_message_without_an_answer(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, thread_key="t")
    world.says("hello?", thread_key="t")

    assert glance(ana, ticket).waiting_since == said_at(world, ticket)


def test_whoever_has_the_answer_waits_no_more(world: World, ana: Connection) -> None:
    world.source()
    ticket = answered(world, thread_key="t", message=7)
    assert glance(ana, ticket).waiting_since is None
    world.says("It does not help", thread_key="t")

    assert glance(ana, ticket).waiting_since == said_at(world, ticket, nth=1)


def test_an_answer_on_its_way_is_none_yet(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world)
    triage(world, ticket)
    assert glance(ana, ticket).waiting_since == said_at(world, ticket)
    deliver(world)

    assert glance(ana, ticket).waiting_since is None


def test_an_answer_that_may_not_have_arrived_is_none(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world)
    triage(world, ticket)
    ((message, _, body),) = world.take("replies")
    settle(world, claim_part(world, body["reply_id"])["attempt_id"], "unknown", error="timed out")
    finish(world, body["reply_id"], message, "unknown", "timed out")

    assert glance(ana, ticket).waiting_since == said_at(world, ticket)


def test_that_a_human_was_called_is_no_answer(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world)
    triage(world, ticket, severity=0.9)
    deliver(world)

    assert world.status(ticket) == "escalation_pending"
    assert glance(ana, ticket).waiting_since == said_at(world, ticket)


def test_an_engineers_answer_is_one_and_a_note_is_none(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world)
    world.take("triage")
    world.append(ticket, "note", "hm", conn=ana)
    assert glance(ana, ticket).waiting_since is not None
    world.append(ticket, "public_reply", "We look into it", conn=ana)
    world.says("and the other one?", thread_key=world.value("select thread_key from public.tickets"))
    deliver(world)

    # What was said after the engineer had written is not answered by it, though it was there before the delivery.
    assert glance(ana, ticket).waiting_since == said_at(world, ticket, nth=1)


@pytest.mark.parametrize("event", ["human_requested", "feedback_negative"])
def test_a_press_on_a_button_is_a_wait(world: World, ana: Connection, event: str) -> None:
    world.source()
    ticket = answered(world, message=7)
    world.says(
        "",
        event=event,
        external_id="telegram:callback/1",
        refers_to=f"telegram:{GROUP}/9001",
        needs_ticket=True,
    )

    assert world.status(ticket) == "escalation_pending"
    assert glance(ana, ticket).waiting_since == said_at(world, ticket, event)


def test_an_escalation_is_a_wait_where_every_message_was_answered(world: World, ana: Connection) -> None:
    world.source()
    ticket = answered(world)
    world.append(ticket, "escalated_manually", conn=ana)

    assert glance(ana, ticket).waiting_since == world.value("select opened_at from public.escalations")


def test_a_closed_ticket_waits_no_more_and_reopened_only_for_what_is_new(
    world: World, ana: Connection
) -> None:
    world.source(after_close="reopen")
    ticket = report(world, thread_key="t")
    world.append(ticket, "closed", conn=ana)
    assert glance(ana, ticket).waiting_since is None
    world.says("again", thread_key="t")

    assert world.status(ticket) == "open"
    assert glance(ana, ticket).waiting_since == said_at(world, ticket, nth=1)


def test_a_message_that_was_deleted_waits_for_nothing(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, thread_key="t", message=7)
    world.says("more", thread_key="t", message=8)
    gone = {
        "event": "deleted",
        "refers_to": f"telegram:{GROUP}/7",
        "external_id": f"telegram:{GROUP}/7#deleted",
    }
    world.says("", needs_ticket=True, **gone)

    assert glance(ana, ticket).waiting_since == said_at(world, ticket, nth=1)


# the last words


def test_the_last_words_are_the_customers(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, "first", thread_key="t")
    world.says("last\n\n  one\u00a0of\tall", thread_key="t")
    world.append(ticket, "note", "hm", conn=ana)
    world.append(ticket, "public_reply", "We mend it", conn=ana)

    assert glance(ana, ticket).snippet == "last one of all"


@pytest.mark.parametrize("length", [SNIPPET - 1, SNIPPET, SNIPPET + 1, 5000])
def test_they_are_cut(world: World, ana: Connection, length: int) -> None:
    world.source()
    snippet = glance(ana, report(world, "x" * length)).snippet

    assert len(snippet) == min(length, SNIPPET)
    assert snippet.endswith("…") == (length > SNIPPET)


def test_edits_are_shown_and_deleted_words_are_not(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, "first", thread_key="t", message=7)
    world.says("second", thread_key="t", message=8)
    change = {"refers_to": f"telegram:{GROUP}/8", "needs_ticket": True}
    world.says("changed", event="edited", external_id=f"telegram:{GROUP}/8#edit:1", **change)
    assert glance(ana, ticket).snippet == "changed"
    world.says("", event="deleted", external_id=f"telegram:{GROUP}/8#deleted", **change)

    assert glance(ana, ticket).snippet == "first"


def test_erased_words_are_not_shown(world: World, ana: Connection) -> None:
    world.source()
    ticket = report(world, "Momo lives here", payload={"author_name": "Momo"})
    world.rows("select private.erase_content(%s, 'asked')", ticket)

    found = glance(ana, ticket)
    assert (found.snippet, found.reporter, found.opened_by) == ("", None, "erased")


@pytest.mark.parametrize(
    ("attachments", "count"),
    [([], 0), ([{"kind": "photo"}, {"kind": "file"}], 2), ("odd", 0), ({"a": 1}, 0), (None, 0)],
)
def test_files_are_counted(world: World, ana: Connection, attachments: object, count: int) -> None:
    world.source()
    found = glance(ana, report(world, "", payload={"attachments": attachments}))

    assert (found.snippet, found.attachments) == ("", count)


def test_what_is_said_with_slash_human_is_shown_and_a_press_is_not(world: World, ana: Connection) -> None:
    world.source()
    ticket = answered(world, message=7)
    press = {"event": "human_requested", "refers_to": f"telegram:{GROUP}/9001", "needs_ticket": True}
    world.says("", external_id="telegram:callback/1", **press)
    assert glance(ana, ticket).snippet == "It is down"
    world.says("get me a human", external_id=f"telegram:{GROUP}/77", **press)

    assert glance(ana, ticket).snippet == "get me a human"


def test_a_draft_that_waits_is_seen_until_it_is_decided(world: World, ana: Connection) -> None:
    world.source(reply_mode="draft")
    ticket = report(world)
    triage(world, ticket)
    assert glance(ana, ticket).has_draft
    world.append(ticket, "draft_discarded", conn=ana)

    assert not glance(ana, ticket).has_draft


# the page


@pytest.fixture
def pager(world: World, ana: Connection) -> Pager:
    pager = Pager(world)
    pager.engineer("Ben", on_call=True)
    pager.engineer("Cleo")
    pager.policy(("on_call", "phone_call", 60), ("everyone", "phone_call", 60))
    return pager


def page(pager: Pager, conn: Connection, ticket_id: int) -> tuple[str, str | None, int | None] | None:
    found = glance(conn, ticket_id).page
    return found and (found.state, found.who, found.leader_ticket_id)


def test_a_page_says_who_is_being_rung(pager: Pager, ana: Connection) -> None:
    ticket = pager.escalated_report()
    since = pager.page(ticket)["opened_at"]

    assert glance(ana, ticket).page == Page("ringing", "Ben", None, since, None)
    pager.ring(ticket)
    assert page(pager, ana, ticket) == ("ringing", "Ben", None)
    pager.next_step(ticket)
    assert page(pager, ana, ticket) == ("ringing", "Ben, Cleo", None)


def test_whoever_cannot_be_rung_is_not_named(pager: Pager, ana: Connection) -> None:
    pager.world.do("update public.engineers set phone = null where name = 'Cleo'")
    ticket = pager.escalated_report()
    pager.next_step(ticket)

    assert page(pager, ana, ticket) == ("ringing", "Ben", None)


def test_a_page_says_who_has_it(pager: Pager, ana: Connection) -> None:
    ticket = pager.escalated_report()
    me = pager.world.value("select id from public.engineers where name = 'Ana'")
    pager.world.append(ticket, "acknowledged", conn=ana)

    found = glance(ana, ticket).page
    assert found is not None
    assert (found.state, found.who, found.acknowledged_by) == ("acknowledged", "Ana", me)
    pager.world.append(ticket, "closed", conn=ana)
    assert glance(ana, ticket).page is None


def test_a_ticket_that_joined_says_which_page_and_who_is_rung_for_it(pager: Pager, ana: Connection) -> None:
    leader, follower = pager.escalated_report(), pager.escalated_report()

    assert page(pager, ana, follower) == ("joined", "Ben", leader)
    assert page(pager, ana, leader) == ("ringing", "Ben", None)
    pager.world.append(leader, "acknowledged", conn=ana)
    assert page(pager, ana, follower) == ("joined", "Ana", leader)
    pager.work()
    assert page(pager, ana, follower) == ("acknowledged", "Ana", None)


def test_one_that_waits_quietly_beside_a_page_somebody_has_is_joined_to_it(
    pager: Pager, ana: Connection
) -> None:
    leader = pager.escalated_report()
    pager.world.append(leader, "acknowledged", conn=ana)
    follower = pager.escalated_report()

    assert pager.state(follower) == "ringing"
    assert page(pager, ana, follower) == ("joined", "Ana", leader)


def test_one_that_nobody_signed_for_says_so(pager: Pager, ana: Connection) -> None:
    ticket = pager.escalated_report()
    pager.world.append(ticket, "acknowledged")  # in the SQL editor

    assert page(pager, ana, ticket) == ("acknowledged", None, None)
