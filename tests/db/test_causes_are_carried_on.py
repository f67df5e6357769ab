"""One id from the report to the call: rows, queue messages and pages carry on the chain they follow from."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World

FIRST, SECOND = "a" * 32, "b" * 32


def chain_of(world: World, ticket: int) -> list[tuple[str, str | None]]:
    return [
        (event, chain)
        for event, chain in world.rows(
            "select event, payload #>> '{facts,correlation_id}' from public.ticket_actions where ticket_id = %s order by seq",
            ticket,
        )
    ]


def said(world: World, ticket: int, chain: object, **payload: object) -> None:
    world.do(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, payload)"
        " values (%s, 'message', 'customer', 'telegram:7', 'words', %s)",
        ticket,
        Jsonb({"correlation_id": chain} | payload),
    )


def queued(world: World, queue: str) -> list[str | None]:
    return [
        c for (c,) in world.rows(f"select message ->> 'correlation_id' from pgmq.q_{queue} order by msg_id")
    ]


def test_what_follows_has_the_id_of_its_cause(world: World) -> None:
    ticket = world.ticket("open")
    world.do("select pgmq.purge_queue('triage')")
    said(world, ticket, FIRST, facts={"language": "de"})
    world.append(ticket, "triaged_answer", body="An answer.")

    assert chain_of(world, ticket)[-2:] == [("message", FIRST), ("triaged_answer", FIRST)]
    assert queued(world, "triage") == [FIRST]
    assert queued(world, "replies")[-1:] == [FIRST]
    assert world.value("select payload ? 'correlation_id' from public.ticket_actions where seq = 2") is False
    assert world.value("select language from public.tickets where id = %s", ticket) == "de"
    assert world.rows("select * from ops.verify_journal()") == []


def test_a_new_report_is_born_with_the_id_it_is_handed(world: World) -> None:
    world.source()
    row = world.row(
        "select outcome, ticket_id from private.ingest_message("
        "'telegram', %s, 'message', 'telegram:-1001/5', '5', 'telegram:7', 'words', %s)",
        "-1001",
        Jsonb({"correlation_id": FIRST}),
    )

    assert row[0] == "created"
    assert chain_of(world, row[1]) == [("message", FIRST)]


def test_a_page_keeps_its_id_whatever_is_said_meanwhile(world: World) -> None:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.policy(*ONE_BY_ONE)
    ticket = world.ticket("open")
    said(world, ticket, FIRST)
    world.append(ticket, "triaged_escalate")
    world.do("select private.sweep()")
    said(world, ticket, SECOND)

    (attempt,) = world.row("select id from public.escalation_attempts")
    assert world.value("select private.correlation_of_attempt(%s)", attempt) == FIRST
    assert world.value("select private.correlation_of_ticket(%s)", ticket) == SECOND
    assert set(queued(world, "escalations")) == {FIRST}


@pytest.mark.parametrize("handed_in", ["x" * 32, "A" * 32, "a" * 33, 7, ["a" * 32], {"a": 1}])
def test_what_is_no_id_of_ours_is_not_taken(world: World, handed_in: object) -> None:
    ticket = world.ticket("open")
    said(world, ticket, FIRST)
    said(world, ticket, handed_in)

    assert chain_of(world, ticket)[-1] == ("message", FIRST)


def test_people_continue_a_chain_and_begin_none(world: World) -> None:
    world.engineer("Ana")
    ticket = world.ticket("escalated")
    said(world, ticket, FIRST)
    world.rows(
        "insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, 'note', 'mine', %s) returning id",
        ticket,
        Jsonb({"correlation_id": SECOND}),
        conn=world.signed_in("Ana"),
    )

    assert chain_of(world, ticket)[-1] == ("note", FIRST)


@pytest.mark.parametrize("facts", ['"words"', "[1]", "null", '{"attempt_id": "none"}'])
def test_odd_facts_are_left_alone(world: World, facts: str) -> None:
    ticket = world.ticket("escalated")
    said(world, ticket, FIRST)
    world.do(
        "insert into public.ticket_actions (ticket_id, event, payload)"
        " values (%s, 'note', jsonb_build_object('facts', %s::jsonb))",
        ticket,
        facts,
    )

    assert chain_of(world, ticket)[-1][0] == "note"
