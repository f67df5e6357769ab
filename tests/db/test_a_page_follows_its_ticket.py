"""Laws 3, 6 and 7: whatever moves a ticket opens, takes or ends its page in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.db.conversation import answered, claim_part, finish, settle, triage
from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import Connection, World, at_once

WAYS_IN = [
    "triage",
    "triage_by_severity",
    "feedback",
    "asked_for_a_human",
    "after_it_was_closed",
    "reply_failed",
    "by_an_engineer",
    "in_studio",
    "in_the_sql_editor",
]


@pytest.fixture
def pager(world: World) -> Iterator[Pager]:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.policy(*ONE_BY_ONE)
    yield pager
    assert world.rows("select * from ops.verify_journal()", conn=world.superuser) == []
    assert world.rows("select * from ops.status_drift", conn=world.superuser) == []


def enter(world: World, way: str) -> int:
    """A ticket that came into escalation_pending that way."""
    if not world.rows("select from public.sources"):
        world.source()
    match way:
        case "triage":
            ticket_id = reported(world)
            assert triage(world, ticket_id, escalate=True) == "triaged_escalate"
        case "triage_by_severity":
            ticket_id = reported(world)
            assert triage(world, ticket_id, severity=0.9) == "triaged_escalate"
        case "feedback":
            ticket_id = answered(world)
            world.append(ticket_id, "feedback_negative", actor_type="customer")
        case "asked_for_a_human":
            said = world.says("/human", event="human_requested")
            assert said.ticket_id is not None
            ticket_id = said.ticket_id
        case "after_it_was_closed":
            ticket_id = world.ticket("closed")
            world.append(ticket_id, "feedback_negative")
        case "reply_failed":
            ticket_id = reported(world)
            triage(world, ticket_id)
            msg_id, _, body = world.take("replies", quantity=1)[0]
            claimed = claim_part(world, body["reply_id"])
            settle(world, claimed["attempt_id"], "failed", error="blocked")
            finish(world, body["reply_id"], msg_id, "failed", "blocked")
        case "by_an_engineer":
            ticket_id = world.ticket("awaiting_feedback")
            world.do(
                "insert into public.ticket_actions (ticket_id, event) values (%s, 'escalated_manually')",
                ticket_id,
                conn=world.signed_in("Ana"),
            )
        case "in_studio":
            ticket_id = world.ticket("auto_answered")
            world.do("update public.tickets set status = 'escalation_pending' where id = %s", ticket_id)
        case _:
            ticket_id = world.ticket()
            world.append(ticket_id, "escalated_manually")
    assert world.status(ticket_id) == "escalation_pending"
    return ticket_id


def reported(world: World) -> int:
    ticket_id = world.says().ticket_id
    assert ticket_id is not None
    return ticket_id


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_way_in_opens_one_page_that_rings(pager: Pager, way: str) -> None:
    ticket_id = enter(pager.world, way)

    assert pager.open_pages(ticket_id) == 1
    assert pager.state(ticket_id) == "ringing"
    assert [(method, outcome) for method, _, outcome in pager.rings(ticket_id)] == [("phone_call", None)]
    assert [m["kind"] for m in pager.world.queue("escalations")] == ["attempt"]
    assert pager.stalled() == []


def by_triage(world: World, ticket_id: int) -> Connection:
    world.worker.execute("begin")
    triage(world, ticket_id, escalate=True)
    return world.worker


def by_the_customer(world: World, ticket_id: int) -> Connection:
    world.webhook.execute("begin")
    world.says("/human", event="human_requested", ticket_id=ticket_id)
    return world.webhook


def by_an_engineer(world: World, ticket_id: int) -> Connection:
    ana = world.signed_in("Ana")
    ana.execute("begin")
    ana.execute(
        "insert into public.ticket_actions (ticket_id, event) values (%s, 'escalated_manually')", (ticket_id,)
    )
    return ana


def in_studio(world: World, ticket_id: int) -> Connection:
    world.conn.execute("begin")
    world.do("update public.tickets set status = 'escalation_pending' where id = %s", ticket_id)
    return world.conn


@pytest.mark.parametrize("escalate", [by_triage, by_the_customer, by_an_engineer, in_studio])
def test_a_transaction_that_is_undone_pages_nobody(
    pager: Pager, escalate: Callable[[World, int], Connection]
) -> None:
    world = pager.world
    world.source()
    ticket_id = reported(world)
    conn = escalate(world, ticket_id)
    conn.execute("rollback")

    assert world.status(ticket_id) == "open"
    assert world.rows("select from public.escalations") == []
    assert world.rows("select from public.escalation_attempts") == []
    assert world.queue("escalations") == []


@pytest.mark.parametrize("event", ["triaged_ignore", "closed", "note"])
def test_what_leads_elsewhere_pages_nobody(pager: Pager, event: str) -> None:
    ticket_id = pager.world.ticket()
    pager.world.append(ticket_id, event)

    assert pager.open_pages(ticket_id) == 0
    assert pager.world.queue("escalations") == []


def test_more_of_the_same_report_opens_no_second_page(pager: Pager) -> None:
    ticket_id = enter(pager.world, "triage")
    for event in ("message", "human_requested", "feedback_negative", "note"):
        pager.world.append(ticket_id, event)

    assert pager.open_pages(ticket_id) == 1
    assert len(pager.attempts(ticket_id)) == 1


def test_of_many_who_escalate_at_once_one_opens_the_page(pager: Pager) -> None:
    ticket_id = pager.world.ticket()
    results = at_once(
        pager.world.database,
        None,
        20,
        lambda conn, n: (
            conn.execute(
                "insert into public.ticket_actions (ticket_id, event) values (%s, 'human_requested')",
                (ticket_id,),
            ).rowcount
        ),
    )

    assert results == [1] * 20
    assert pager.open_pages(ticket_id) == 1
    assert len(pager.attempts(ticket_id)) == 1


@pytest.mark.parametrize("event", ["closed", "deescalated"])
@pytest.mark.parametrize("how", ["journal", "studio"])
@pytest.mark.parametrize("state", ["ringing", "joined", "waiting", "acknowledged"])
def test_closing_ends_the_page_in_every_state(pager: Pager, event: str, how: str, state: str) -> None:
    world = pager.world
    ticket_id = brought_to(pager, state)
    assert pager.page(ticket_id)["state"] == ("ringing" if state == "waiting" else state)
    if how == "journal":
        world.append(ticket_id, event)
    else:
        status = "closed" if event == "closed" else "open"
        world.do("update public.tickets set status = %s where id = %s", status, ticket_id)

    assert pager.state(ticket_id) == "resolved"
    assert pager.page(ticket_id)["due_at"] is None
    assert [
        a for a in pager.attempts(ticket_id) + pager.attempts(ticket_id, "notice") if a["outcome"] is None
    ] == []
    assert pager.world.journal(ticket_id)[-1] == event


def brought_to(pager: Pager, state: str) -> int:
    """A ticket whose page is in that state; `waiting`: quietly beside one that was just acknowledged."""
    if state == "joined":
        pager.escalated_report()
    if state == "waiting":
        first = pager.escalated_report()
        assert pager.presses_key(pager.ring(first)) == "acknowledged"
    ticket_id = pager.escalated_report()
    if state == "acknowledged":
        assert pager.presses_key(pager.ring(ticket_id)) == "acknowledged"
    return ticket_id


def test_closing_cancels_what_was_not_begun_and_ends_what_rings(pager: Pager) -> None:
    ana = pager.world.value("select id from public.engineers")
    pager.policy(("on_call", "phone_call", 0), ("on_call", "telegram_message", 0), ("on_call", "sms", 60))
    ticket_id = pager.escalated_report()
    call = pager.ring(ticket_id, "phone_call")
    pager.world.append(ticket_id, "closed")

    assert pager.rings(ticket_id) == [
        ("phone_call", ana, "ringing"),
        ("telegram_message", ana, "cancelled"),
        ("sms", ana, "cancelled"),
    ]
    assert [m["attempt_id"] for m in pager.world.queue("escalations") if m["kind"] == "catch_up"] == [call]
    for attempt in pager.attempts(ticket_id)[1:]:
        assert pager.claim(attempt["id"]) == "gone"


def test_an_older_call_that_still_rings_is_ended_too(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    first = pager.ring(ticket_id)
    for _ in range(2):
        pager.next_step(ticket_id)
    second = pager.ring(ticket_id, "phone_call")
    pager.world.append(ticket_id, "closed")

    told = [m["attempt_id"] for m in pager.world.queue("escalations") if m["kind"] == "catch_up"]
    assert sorted(told) == sorted([first, second])


def test_a_call_that_was_placed_while_the_ticket_closed_is_brought_up_to_date(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    assert pager.claim(attempt_id) == "claimed"
    pager.world.append(ticket_id, "closed")

    assert pager.settle(attempt_id, "ringing", "sid") == "outdated"
    last = pager.world.queue("escalations")[-1]
    assert (last["kind"], last["attempt_id"], last["ticket_id"]) == ("catch_up", attempt_id, None)
    assert pager.world.status(ticket_id) == "closed"


def test_a_reopened_ticket_pages_again(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "closed")
    pager.world.append(ticket_id, "human_requested")

    assert pager.open_pages(ticket_id) == 1
    assert pager.state(ticket_id) == "ringing"
    assert [outcome for _, _, outcome in pager.rings(ticket_id)] == ["cancelled", None]
    assert pager.world.value("select count(*) from public.escalations") == 2


def test_acknowledging_in_studio_stops_the_rings(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.world.do("update public.tickets set status = 'escalated' where id = %s", ticket_id)

    page = pager.page(ticket_id)
    assert (page["state"], page["acknowledged_by"]) == ("acknowledged", None)
    assert page["ack_expires_at"] is not None
    assert [outcome for _, _, outcome in pager.rings(ticket_id)] == ["cancelled"]


@pytest.mark.parametrize("state", ["ringing", "joined", "waiting", "acknowledged"])
def test_erasing_words_leaves_the_page_as_it_is(pager: Pager, state: str) -> None:
    ticket_id = brought_to(pager, state)
    pager.world.append(ticket_id, "message", "my password is hunter2")
    before = pager.page(ticket_id)
    assert pager.world.value("select private.erase_content(%s, 'asked to')", ticket_id) > 0

    after = pager.page(ticket_id)
    assert {k: v for k, v in after.items() if k != "ack_expires_at"} == {
        k: v for k, v in before.items() if k != "ack_expires_at"
    }
    assert pager.stalled() == []


def test_erased_words_do_not_stay_in_a_notice(pager: Pager) -> None:
    first = pager.escalated_report()
    pager.presses_key(pager.ring(first))
    late = reported_with_title(pager, "Hunter2 cannot log in")
    notes = [a["note"] for a in pager.attempts(late, "notice")]
    assert "Hunter2" in notes[0]
    pager.world.rows("select private.erase_content(%s, 'asked to')", late)

    notes = [a["note"] for a in pager.attempts(late, "notice")]
    assert len(notes) == 1
    assert "Hunter2" not in notes[0]
    assert f"ticket {late}" in notes[0]


def reported_with_title(pager: Pager, title: str) -> int:
    if not pager.world.rows("select from public.sources"):
        pager.world.source()
    ticket_id = reported(pager.world)
    triage(pager.world, ticket_id, escalate=True, title=title)
    return ticket_id


def test_a_page_of_a_ticket_that_has_none_is_noticed(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    for table in ("escalations", "escalation_attempts"):
        pager.world.do(f"alter table public.{table} disable trigger all", conn=pager.world.superuser)
    pager.world.do("delete from public.escalation_attempts", conn=pager.world.superuser)
    pager.world.do("delete from public.escalations", conn=pager.world.superuser)
    pager.world.do("alter table public.escalations enable trigger all", conn=pager.world.superuser)
    assert pager.stalled() == [(ticket_id, "the ticket has no escalation")]
    pager.world.append(ticket_id, "note")

    assert pager.stalled() == []
    assert pager.state(ticket_id) == "ringing"


def test_two_open_pages_of_one_ticket_are_refused(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        pager.world.do("insert into public.escalations (ticket_id, due_at) values (%s, now())", ticket_id)

    assert refused.value.diag.constraint_name == "one_open_escalation_per_ticket"
