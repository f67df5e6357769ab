"""Ten sweeps at once do what one does; a ticket that somebody holds is left for the next one."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World, at_once


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Bob")
    pager.policy(*ONE_BY_ONE)
    pager.settings(storm_window="0")
    return pager


def all_due(pager: Pager) -> None:
    pager.world.do("update public.escalations set due_at = clock_timestamp() where state = 'ringing'")


def test_ten_sweeps_begin_each_due_step_once(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(20)]
    for round_ in range(1, 3):
        all_due(pager)
        results = at_once(pager.world.database, "shiftbot_worker", 10, lambda conn, n: pager.sweep(conn))

        assert sum(did.get("pages_advanced", 0) for did in results) == 20
        assert [pager.page(ticket)["batch"] for ticket in tickets] == [1 + round_] * 20
    assert [len(pager.attempts(ticket)) for ticket in tickets] == [4] * 20  # a call, a text, two calls


def test_ten_sweeps_end_each_overdue_attempt_once(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(10)]
    for ticket in tickets:
        pager.claim(pager.last_attempt(ticket))
    pager.pass_time("36 seconds")
    results = at_once(pager.world.database, None, 10, lambda conn, n: pager.sweep(conn))

    assert sum(did.get("attempts_unknown", 0) for did in results) == 10
    for ticket in tickets:
        assert [outcome for _, _, outcome in pager.rings(ticket)] == ["unknown", None]


def test_ten_sweeps_expire_each_acknowledgement_once(pager: Pager) -> None:
    tickets = [pager.world.ticket("escalated") for _ in range(10)]
    pager.pass_time("61 minutes")
    results = at_once(pager.world.database, None, 10, lambda conn, n: pager.sweep(conn))

    assert sum(did.get("acks_expired", 0) for did in results) == 10
    assert [pager.world.journal(ticket).count("ack_expired") for ticket in tickets] == [1] * 10


def test_a_ticket_that_somebody_holds_is_left_for_the_next_sweep(pager: Pager) -> None:
    held, free = pager.escalated_report(), pager.escalated_report()
    expiring = pager.world.ticket("escalated")
    overdue = pager.escalated_report()
    pager.claim(pager.last_attempt(overdue))
    pager.pass_time("2 hours", expiring)
    pager.pass_time("59 seconds", overdue)
    for ticket in (held, free):
        pager.pass_time("61 seconds", ticket)
    holder = pager.world.database.connect()
    holder.execute("begin")
    holder.execute("select from public.tickets where id = any (%s) for update", ([held, expiring, overdue],))
    pager.world.worker.execute("set lock_timeout = '2s'")
    did = pager.sweep()

    assert (did.get("pages_advanced"), did.get("acks_expired"), did.get("attempts_unknown")) == (
        1,
        None,
        None,
    )
    assert [pager.page(ticket)["batch"] for ticket in (held, free)] == [1, 2]
    holder.execute("rollback")
    did = pager.sweep()
    assert (did.get("pages_advanced"), did.get("acks_expired"), did.get("attempts_unknown")) == (1, 1, 1)
    assert [pager.page(ticket)["batch"] for ticket in (held, free)] == [2, 2]


def test_a_sign_of_life_that_is_just_being_written_is_not_overlooked(pager: Pager) -> None:
    """The sweep saw the old time, and must look again once it holds the ticket."""
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Ana"))
    for _ in range(15):
        pager.pass_time("61 minutes")
        writer = pager.world.signed_in("Ana")
        results: list[Any] = at_once(
            pager.world.database,
            None,
            2,
            lambda conn, n, writer=writer: (  # type: ignore[misc]
                pager.sweep(conn)
                if n
                else writer.execute(
                    "insert into public.ticket_actions (ticket_id, event) values (%s, 'note') returning status_after",
                    (ticket_id,),
                ).fetchone()
            ),
        )
        if results[0] == ("escalated",):
            assert pager.world.status(ticket_id) == "escalated"
        else:
            assert results[1]["acks_expired"] == 1
            pager.world.append(ticket_id, "acknowledged", conn=writer)


def test_a_thousand_due_pages_are_begun_in_turns(pager: Pager) -> None:
    source = pager.world.source()
    pager.world.do(
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by)"
        " select 'telegram', %s, '-1001', 'many:' || n, 'telegram:7' from generate_series(1, 1000) as n",
        source,
    )
    pager.world.do(
        "insert into public.ticket_actions (ticket_id, event) select id, 'triaged_escalate' from public.tickets"
    )
    all_due(pager)
    sweeps = []
    while True:
        did = pager.sweep()
        sweeps.append(did.get("pages_advanced", 0))
        if not did.get("more"):
            break
        assert len(sweeps) < 20

    assert sum(sweeps) == 1000
    assert max(sweeps) == 100  # short transactions, however much is due
    assert pager.world.value("select count(*) from public.escalation_attempts where batch = 2") == 1000
    assert pager.stalled() == []


def test_a_sweep_holds_only_the_tickets_that_it_moves(pager: Pager) -> None:
    tickets = [pager.escalated_report() for _ in range(120)]
    all_due(pager)
    sweeper = pager.world.database.connect()
    sweeper.execute("begin")
    pager.sweep(sweeper)
    free = pager.world.rows("select id from public.tickets for update skip locked")

    assert len(free) == len(tickets) - 100
    sweeper.execute("rollback")


def test_the_rota_is_followed_before_the_pages(pager: Pager) -> None:
    """Whoever comes on call at this very moment is the one who is rung."""
    bob = pager.world.value("select id from public.engineers where name = 'Bob'")
    ticket_id = pager.escalated_report()
    pager.world.do(
        "insert into public.shifts (engineer_id, starts_at, ends_at)"
        " values (%s, now() - interval '1 minute', now() + interval '1 day')",
        bob,
    )
    pager.sweep()

    assert pager.rings(ticket_id)[-1] == ("phone_call", bob, None)


def test_a_hand_over_and_a_step_do_not_wait_for_each_other(pager: Pager) -> None:
    """The one changes the row of an engineer, the other refers to it."""
    ana, bob = (number for (number,) in pager.world.rows("select id from public.engineers order by id"))
    ticket_id = pager.escalated_report()
    admin = pager.world.database.connect()
    admin.execute("begin")
    pager.hand_over(bob, admin)
    pager.world.worker.execute("set lock_timeout = '2s'")
    pager.next_step(ticket_id)

    assert pager.rings(ticket_id)[-1] == ("sms", ana, None)
    admin.execute("commit")


def test_hand_overs_race_the_sweep_and_the_workers(pager: Pager) -> None:
    people = [number for (number,) in pager.world.rows("select id from public.engineers order by id")]
    tickets = [pager.escalated_report() for _ in range(6)]
    for number in range(20):
        all_due(pager)
        attempts = [pager.last_attempt(ticket) for ticket in tickets]

        def act(
            conn: psycopg.Connection[Any], n: int, number: int = number, attempts: list[int] = attempts
        ) -> Any:
            if n == 0:
                return pager.hand_over(people[number % 2], conn)
            if n < 3:
                return pager.sweep(conn)
            claimed = pager.claim(attempts[n - 3], conn=conn)
            return pager.settle(attempts[n - 3], "no_answer", conn=conn) if claimed == "claimed" else claimed

        results = at_once(pager.world.database, None, 9, act)
        assert [r for r in results if isinstance(r, psycopg.Error)] == []
    pager.sweep()

    assert pager.stalled() == []
    assert {pager.page(ticket)["on_call_id"] for ticket in tickets} == {people[19 % 2]}


def test_only_one_sweeps_and_the_others_return_at_once(pager: Pager) -> None:
    sweeper = pager.world.database.connect()
    sweeper.execute("begin")
    pager.sweep(sweeper)
    answered = threading.Event()

    def other() -> None:
        assert pager.sweep() == {}
        answered.set()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(10)

    assert answered.is_set()
    sweeper.execute("rollback")
