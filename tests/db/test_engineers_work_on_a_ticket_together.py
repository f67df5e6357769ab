"""What one engineer does beside another, and beside the bot: decided as it was read, said once, and proven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.db.conversation import claim, claim_part, deliver, record, triage
from tests.db.paging import Pager
from tests.db.test_tampering_is_noticed import change, cut_tail, remove_middle, victim_among_others
from tests.db.world import World, at_once, counted, refused

SENT = (
    "select (payload ->> 'ticket_id')::bigint from realtime.messages"
    " where topic = 'tickets' and payload ->> 'event' = 'page_joined'"
)


def flaws(world: World, ticket: int | None, name: str = "Ana") -> list[tuple[Any, ...]]:
    """What an engineer is told of a ticket's journal."""
    return world.rows(
        "select seq, problem from private.verify_ticket(%s)", ticket, conn=world.signed_in(name)
    )


def test_an_engineer_proves_the_journal_of_one_ticket(world: World) -> None:
    world.engineer()
    victim = victim_among_others(world)

    assert flaws(world, victim) == []


@pytest.mark.parametrize(
    ("tamper", "seq", "problem"),
    [
        (change("body", "'rewritten'"), 4, "its content was changed"),
        (remove_middle, 4, "a row before it is missing"),
        (cut_tail, 6, "the row that a checkpoint kept is gone or changed"),
    ],
)
def test_the_first_bad_row_is_told_of_this_ticket_alone(
    world: World, tamper: Callable[[World, int], None], seq: int, problem: str
) -> None:
    victim = victim_among_others(world)
    world.engineer()
    tamper(world, victim)

    assert flaws(world, victim) == [(seq, problem)]
    assert flaws(world, victim + 1) == flaws(world, victim - 1) == []
    assert world.rows("select ticket_id, seq, problem from ops.verify_journal()") == [(victim, seq, problem)]


def test_a_ticket_that_is_none_has_no_flaw(world: World) -> None:
    world.engineer()
    change("body", "'rewritten'")(world, victim_among_others(world))

    assert flaws(world, None) == flaws(world, 404) == []


def test_only_engineers_prove_a_journal(world: World) -> None:
    world.engineer("Gone", is_active=False)
    for name in ("Gone", "Eve"):
        with refused("42501"):
            flaws(world, 1, name)
    for role in ("anon", "shiftbot_ingest", "shiftbot_worker"):
        with refused("42501"):
            world.database.connect(role).execute("select private.verify_ticket(1)")


def drafted(world: World) -> tuple[int, int]:
    """A ticket with a draft that waits; and the draft."""
    world.engineer()
    if not world.rows("select from public.sources"):
        world.source(reply_mode="draft")
    ticket = world.says(message=5).ticket_id or 0
    triage(world, ticket)
    return ticket, world.value(
        "select id from public.replies where ticket_id = %s and state = 'draft'", ticket
    )


@pytest.mark.parametrize("words", [None, "Better words"])
def test_the_draft_that_was_read_is_approved(world: World, words: str | None) -> None:
    ticket, draft = drafted(world)
    world.append(ticket, "reply_approved", words, conn=world.signed_in(), facts={"draft_id": draft})

    assert world.rows("select body from public.replies where state = 'pending'") == [
        (words or "Please reload the page.",)
    ]


@pytest.mark.parametrize("event", ["reply_approved", "draft_discarded"])
def test_a_draft_that_nobody_read_is_not_decided(world: World, event: str) -> None:
    ticket, draft = drafted(world)
    world.says("More", message=6, thread_key="msg:5")
    triage(world, ticket, reply="Newer")
    with refused("draft_is_the_one_that_was_read") as refusal:
        world.append(ticket, event, "My words", conn=world.signed_in(), facts={"draft_id": draft})

    assert refusal.message == f"draft {draft} of ticket {ticket} does not wait any more"
    assert world.rows("select body from public.replies where state = 'draft'") == [("Newer",)]
    assert world.queue("replies") == []


def test_a_draft_of_another_ticket_is_not_decided(world: World) -> None:
    _, draft = drafted(world)
    other = world.ticket()
    with refused("draft_is_the_one_that_was_read"):
        world.append(other, "reply_approved", "My words", conn=world.signed_in(), facts={"draft_id": draft})


def test_of_two_who_decide_a_draft_one_does(world: World) -> None:
    ticket, draft = drafted(world)
    insert = "insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, %s, %s, %s)"

    def decide(conn: psycopg.Connection[Any], n: int) -> str:
        event = "reply_approved" if n % 2 else "draft_discarded"
        conn.execute(
            insert, (ticket, event, "mine" if n % 2 else None, Jsonb({"facts": {"draft_id": draft}}))
        )
        return "decided"

    results = at_once(world.database, None, 8, decide)

    assert results.count("decided") == 1
    others = [error.diag.constraint_name for error in results if isinstance(error, psycopg.Error)]
    # Who comes after an approval finds the ticket moved, or the draft gone.
    assert set(others) <= {"draft_is_the_one_that_was_read", "ticket_transition_allowed"}
    assert len(world.queue("replies")) <= 1


@pytest.mark.parametrize("event", ["public_reply", "note"])
def test_a_press_that_comes_twice_writes_once(world: World, event: str) -> None:
    world.engineer()
    ticket, other = world.ticket("escalated"), world.ticket("escalated")
    insert = (
        "insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, %s, 'Hello', %s)"
    )

    def press(conn: psycopg.Connection[Any], _: int) -> str:
        conn.execute(insert, (ticket, event, Jsonb({"facts": {"written_as": "box 1"}})))
        return "written"

    results = at_once(world.database, None, 6, press)

    assert results.count("written") == 1
    refusals = [error.diag.constraint_name for error in results if isinstance(error, psycopg.Error)]
    assert counted(refusals) == {"words_are_written_once": 5}
    assert world.journal(ticket).count(event) == 1
    world.append(other, event, "Hello", facts={"written_as": "box 1"})  # a box is of one ticket
    world.append(ticket, event, "Hello", facts={"written_as": "box 2"})


def test_an_engineers_answer_takes_the_place_of_the_bots(world: World) -> None:
    world.engineer()
    world.source()
    ticket = world.says().ticket_id or 0
    triage(world, ticket)
    ((_, _, body),) = world.take("replies")
    world.append(ticket, "public_reply", "I look at it", conn=world.signed_in())

    assert claim_part(world, body["reply_id"])["outcome"] == "done"
    states = world.rows("select kind, state from public.replies order by id")
    assert states == [("answer", "withdrawn"), ("public_reply", "pending")]
    assert world.journal(ticket)[-2:] == ["public_reply", "reply_withdrawn"]
    assert world.queue("triage") == []  # nobody answers a second time
    deliver(world)
    assert world.status(ticket) == "open"


def test_an_answer_that_has_begun_to_be_sent_is_left_alone(world: World) -> None:
    world.engineer()
    world.source()
    ticket = world.says().ticket_id or 0
    triage(world, ticket)
    ((_, _, body),) = world.take("replies")
    assert claim_part(world, body["reply_id"])["outcome"] == "claimed"
    world.append(ticket, "public_reply", "I look at it", conn=world.signed_in())

    assert world.rows("select state from public.replies order by id") == [("pending",), ("pending",)]
    assert world.status(ticket) == "auto_answered"


def test_a_claim_and_an_engineers_answer_never_both_win(world: World) -> None:
    world.source()
    for number in range(10):
        ticket = world.says(message=100 + number).ticket_id or 0
        triage(world, ticket)
        ((_, _, body),) = world.take("replies")

        def race(
            conn: psycopg.Connection[Any], n: int, ticket: int = ticket, reply: int = body["reply_id"]
        ) -> Any:
            if n == 0:
                row = conn.execute(
                    "select outcome from private.claim_reply_part(%s, 0, 60)", (reply,)
                ).fetchone()
                return row and row[0]
            query = "insert into public.ticket_actions (ticket_id, event, body) values (%s, 'public_reply', 'Hello')"
            return conn.execute(query, (ticket,)).rowcount

        claimed, written = at_once(world.database, None, 2, race)

        state = world.value("select state from public.replies where id = %s", body["reply_id"])
        assert written == 1
        assert (claimed, state) in (("claimed", "pending"), ("done", "withdrawn"), ("wait", "withdrawn"))
        world.take("replies")


def test_a_hand_off_is_said_beside_an_engineers_answer(world: World) -> None:
    world.source()
    ticket = world.says().ticket_id or 0
    triage(world, ticket, severity=0.9, escalate=True)
    world.append(ticket, "public_reply", "I look at it")

    assert world.rows("select kind, state from public.replies order by id") == [
        ("hand_off", "pending"),
        ("public_reply", "pending"),
    ]


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({}, "summarised"),
        ({"severity": 0.95}, "triaged_escalate"),  # a page is never lost
        ({"escalate": True}, "triaged_escalate"),
        ({"category": "noise"}, "triaged_ignore"),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "draft"])
def test_triage_that_an_engineer_was_faster_than_answers_nobody(
    world: World, changes: dict[str, Any], decision: str, mode: str
) -> None:
    world.source(reply_mode=mode)
    ticket = world.says(message=5).ticket_id or 0
    ((msg_id, _, _),) = world.take("triage")
    _, upto = claim(world, ticket, msg_id)
    world.append(ticket, "public_reply", "I look at it")

    assert record(world, ticket, msg_id, upto, **changes) == decision


def test_the_next_message_is_answered_by_the_bot_again(world: World) -> None:
    world.source()
    ticket = world.says(message=5).ticket_id or 0
    world.append(ticket, "public_reply", "I look at it")
    world.says("And now?", message=6, thread_key="msg:5")

    assert triage(world, ticket) == "triaged_answer"


def test_who_looks_at_a_page_hears_who_joins_and_leaves_it(world: World) -> None:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    leader, follower = pager.escalated_report(), pager.escalated_report()

    assert sorted(world.rows(SENT, conn=world.superuser)) == [
        (leader,),
        (follower,),
    ]  # its own row says so too
    world.append(follower, "closed")
    assert sorted(world.rows(SENT, conn=world.superuser)) == [(leader,), (leader,), (follower,)]


def test_a_page_by_itself_tells_nobody_else(world: World) -> None:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.settings(storm_window="0")
    for _ in range(2):
        world.append(pager.escalated_report(), "acknowledged", conn=world.signed_in("Ana"))

    assert world.rows(SENT, conn=world.superuser) == []
