"""An engineer says of an acknowledged page that it was not needed: once, as themselves, and about that very page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.test_identity_is_read import strangers
from tests.db.world import World, at_once, refused


@pytest.fixture
def ana(world: World) -> Any:
    world.engineer("Ana")
    world.source()
    return world.signed_in("Ana")


def marks(world: World, ticket: int) -> list[tuple[str, int | None]]:
    return world.rows(
        "select actor, (payload #>> '{facts,acknowledged_seq}')::integer from public.ticket_actions"
        " where ticket_id = %s and event = 'page_not_needed' order by seq",
        ticket,
    )


def acknowledged_at(world: World, ticket: int) -> int:
    found: int = world.value(
        "select max(seq) from public.ticket_actions where ticket_id = %s and event = 'acknowledged'", ticket
    )
    return found


@pytest.mark.parametrize("then", [(), ("closed",), ("deescalated", "closed")])
def test_it_is_about_the_acknowledgement(world: World, ana: Any, then: tuple[str, ...]) -> None:
    ticket = world.ticket("escalated")
    for event in then:
        world.append(ticket, event)
    status = world.status(ticket)

    assert world.append(ticket, "page_not_needed", conn=ana)[1:] == (status, "engineer:1")
    assert marks(world, ticket) == [("engineer:1", acknowledged_at(world, ticket))]
    assert world.rows("select * from ops.verify_journal()") == []
    assert world.rows("select * from ops.status_drift") == []


@pytest.mark.parametrize("status", ["open", "auto_answered", "awaiting_feedback", "escalation_pending"])
def test_what_nobody_has_is_not_marked(world: World, ana: Any, status: str) -> None:
    ticket = world.ticket(status)
    with refused("ticket_transition_allowed"):
        world.append(ticket, "page_not_needed", conn=ana)

    assert marks(world, ticket) == []


def test_a_closed_ticket_that_never_rang_is_not_marked(world: World, ana: Any) -> None:
    ticket = world.ticket("closed")
    with refused("only_an_acknowledged_page_was_not_needed"):
        world.append(ticket, "page_not_needed", conn=ana)

    assert marks(world, ticket) == []


def test_it_is_marked_once(world: World, ana: Any) -> None:
    ticket = world.ticket("escalated")
    world.append(ticket, "page_not_needed", conn=ana)
    with refused("acknowledgement_is_marked_once"):
        world.append(ticket, "page_not_needed", conn=ana)

    assert len(marks(world, ticket)) == 1


def test_twenty_at_once_mark_it_once(world: World, ana: Any) -> None:
    ticket = world.ticket("escalated")
    query = "insert into public.ticket_actions (ticket_id, event, actor) values (%s, 'page_not_needed', 'engineer:1')"
    results = at_once(world.database, None, 20, lambda conn, _: conn.execute(query, (ticket,)).rowcount)

    assert [r for r in results if r == 1] == [1]
    assert {getattr(r, "diag", None) and r.diag.constraint_name for r in results if r != 1} == {
        "acknowledgement_is_marked_once"
    }
    assert len(marks(world, ticket)) == 1
    assert world.rows("select * from ops.verify_journal()") == []


def test_the_next_page_is_marked_by_itself(world: World, ana: Any) -> None:
    ticket = world.ticket("escalated")
    world.append(ticket, "page_not_needed", conn=ana)
    first = acknowledged_at(world, ticket)
    for event in ("deescalated", "triaged_escalate", "acknowledged"):
        world.append(ticket, event)
    world.append(ticket, "page_not_needed", conn=ana)

    assert marks(world, ticket) == [("engineer:1", first), ("engineer:1", acknowledged_at(world, ticket))]
    assert first != acknowledged_at(world, ticket)


def test_what_it_is_about_is_not_passed(world: World, ana: Any) -> None:
    ticket = world.ticket("escalated")
    world.append(
        ticket, "page_not_needed", conn=ana, facts={"acknowledged_seq": 1, "severity": 1}, title="mine"
    )

    assert marks(world, ticket) == [("engineer:1", acknowledged_at(world, ticket))]
    assert world.row("select severity, title from public.tickets where id = %s", ticket) == (None, None)


def test_strangers_and_programs_mark_nothing(world: World, ana: Any) -> None:
    ticket = world.ticket("escalated")
    others = [*strangers(world).values(), world.worker, world.webhook, world.database.connect("anon")]
    for stranger in others:
        with refused("42501"):
            world.append(ticket, "page_not_needed", conn=stranger)

    assert marks(world, ticket) == []
