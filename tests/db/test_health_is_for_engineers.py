"""Law 8: what the board and the health page read through functions is for active engineers; everybody else is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.test_identity_is_read import strangers
from tests.db.world import World, refused

FUNCTIONS = (
    *("search_tickets('export', 10)", "search_tickets('#1', 10, '{closed}')", "ticket_counts()"),
    *("queue_health()", "dead_letters()", "dead_letters(5)", "requeue_dead_letter('triage', 1)"),
    *("worker_health()", "source_health()", "tickets_per_hour()", "response_times()", "ring_outcomes()"),
    *("verdict_health()", "model_failures()", "alarms()", "journal_health()", "require_engineer()"),
)
PROGRAMS_CALLS = [
    "sign_of_life(gen_random_uuid(), 'triage', 'host', 1)",
    "sign_off(gen_random_uuid(), 'triage')",
]
INNER = [
    *("keep_words(1, 0)", "newest_with_words(null, 1, 1, '{open}')", "requeue_dead('triage')", "words('x')"),
    "search_query('x')",
]  # fmt: skip


def call(function: str) -> bytes:
    return f"select * from private.{function}".encode()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_engineer_may(world: World, function: str) -> None:
    world.engineer("Ana")

    world.signed_in("Ana").execute(call(function))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stranger_may_not(world: World, function: str) -> None:
    for stranger in strangers(world).values():
        with refused("42501") as refusal:
            stranger.execute(call(function))
        assert refusal.message == "only an active engineer sees or does this"
        assert refusal.hint.startswith("The sign-in must belong to an active row of engineers")


def test_an_engineer_who_is_deactivated_may_not_any_more(world: World) -> None:
    world.engineer("Ana")
    ana = world.signed_in("Ana")
    for function in FUNCTIONS:
        ana.execute(call(function))
    world.do("update public.engineers set is_active = false")
    for function in FUNCTIONS:
        with refused("42501"):
            ana.execute(call(function))


@pytest.mark.parametrize("role", ["anon", "service_role", "shiftbot_ingest", "shiftbot_worker"])
def test_programs_and_anon_may_not_even_ask(world: World, role: str) -> None:
    world.engineer("Ana")
    claims: dict[str, Any] = {"role": role, "email": "ana@example.com"}  # whatever they say they are
    conn = world.database.connect(role, claims)
    for function in (*FUNCTIONS, "ticket_glances('{1}')", *INNER):
        with refused("42501"):
            conn.execute(call(function))


@pytest.mark.parametrize("function", [*PROGRAMS_CALLS, *INNER])
def test_an_engineer_does_not_call_what_is_for_programs(world: World, function: str) -> None:
    world.engineer("Ana", is_admin=True)
    with refused("42501"):
        world.signed_in("Ana").execute(call(function))


@pytest.mark.parametrize("table", ["ticket_words", "workers", "source_activity", "journal_checks", "queues"])
@pytest.mark.parametrize(
    "role", ["anon", "authenticated", "service_role", "shiftbot_ingest", "shiftbot_worker"]
)
def test_nobody_touches_the_tables_behind_them(world: World, role: str, table: str) -> None:
    world.engineer("Ana", is_admin=True)
    conn = world.database.connect(role, {"role": role, "email": "ana@example.com"})
    for statement in ("select from", "delete from"):
        with refused("42501"):
            conn.execute(f"{statement} private.{table}".encode())


def test_a_glance_shows_a_stranger_nothing(world: World) -> None:
    ticket = world.ticket("escalated")
    world.engineer("Ana")
    query = "select ticket_id from private.ticket_glances(%s)"

    assert world.rows(query, [ticket], conn=world.signed_in("Ana")) == [(ticket,)]
    for stranger in strangers(world).values():
        assert world.rows(query, [ticket], conn=stranger) == []
