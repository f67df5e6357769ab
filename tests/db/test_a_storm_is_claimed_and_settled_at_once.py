"""In a storm many rings are claimed and settled at once; what somebody holds is left out, and nobody waits for anybody."""

from __future__ import annotations

from collections.abc import Sequence

from tests.db.paging import METHODS, Pager
from tests.db.world import World


def claims(pager: Pager, attempts: Sequence[int]) -> dict[int, str]:
    """The outcome by attempt; a queue message has its attempt's number here."""
    return dict(
        pager.world.rows(
            "select msg_id, outcome from private.claim_attempts(%s, %s, %s, 35)",
            *(list(attempts), list(attempts), list(METHODS)),
            conn=pager.world.worker,
        )
    )


def rung(world: World, method: str = "phone_call", tickets: int = 3) -> tuple[Pager, list[int], list[int]]:
    """So many tickets that ring by themselves; the tickets and their attempts."""
    pager = Pager(world)
    pager.engineer("Ada", on_call=True)
    pager.policy(("on_call", method, 60))
    pager.settings(storm_window="0")
    reported = [pager.escalated_report() for _ in range(tickets)]
    return pager, reported, [pager.last_attempt(ticket) for ticket in reported]


def test_each_is_claimed_and_journaled_as_if_alone(world: World) -> None:
    pager, tickets, attempts = rung(world)

    assert claims(pager, attempts) == dict.fromkeys(attempts, "claimed")
    assert [world.journal(ticket)[-1] for ticket in tickets] == ["call_placed"] * 3
    assert claims(pager, attempts) == dict.fromkeys(attempts, "wait")  # once only


def test_what_somebody_holds_is_left_out(world: World) -> None:
    pager, tickets, attempts = rung(world)
    holder = world.database.connect()
    with holder.transaction():
        holder.execute("select from public.tickets where id = %s for update", (tickets[1],))

        assert claims(pager, attempts) == {attempts[0]: "claimed", attempts[2]: "claimed"}
    assert claims(pager, [attempts[1]]) == {attempts[1]: "claimed"}


def test_what_is_not_wanted_any_more_is_gone(world: World) -> None:
    pager, tickets, attempts = rung(world, tickets=2)
    world.append(tickets[0], "closed")

    assert claims(pager, attempts) == {attempts[0]: "gone", attempts[1]: "claimed"}
    assert pager.attempt(attempts[0])["outcome"] == "cancelled"


def test_messages_that_wait_for_a_send_budget_are_claimed_one_by_one(world: World) -> None:
    pager, _, attempts = rung(world, "telegram_message")

    assert claims(pager, attempts) == {}
    assert pager.claim(attempts[0]) == "claimed"


def test_an_attempt_nobody_knows_is_left_out(world: World) -> None:
    pager, _, attempts = rung(world, tickets=1)

    assert claims(pager, [*attempts, 999_999]) == {attempts[0]: "claimed"}


def messages(world: World, kind: str = "attempt") -> dict[int, int]:
    """What is on the queue: its number by attempt."""
    return dict(
        world.rows(
            "select (message ->> 'attempt_id')::bigint, msg_id from pgmq.q_escalations where message ->> 'kind' = %s",
            kind,
        )
    )


def settles(world: World, attempts: Sequence[int]) -> list[int]:
    """The attempts that were settled."""
    waiting = messages(world)
    settled = world.value(
        "select private.settle_attempts(%s, %s, %s)",
        *(list(attempts), [waiting[each] for each in attempts], [f"CA{each}" for each in attempts]),
        conn=world.worker,
    )
    return [attempt for attempt in attempts if waiting[attempt] in settled]


def test_each_is_settled_and_archived_as_if_alone(world: World) -> None:
    pager, _, attempts = rung(world)
    claims(pager, attempts)

    assert settles(world, attempts) == attempts
    assert [pager.attempt(attempt)["external_id"] for attempt in attempts] == [f"CA{n}" for n in attempts]
    assert messages(world) == {}


def test_what_somebody_holds_is_settled_later(world: World) -> None:
    pager, tickets, attempts = rung(world, tickets=2)
    claims(pager, attempts)
    holder = world.database.connect()
    with holder.transaction():
        holder.execute("select from public.tickets where id = %s for update", (tickets[0],))

        assert settles(world, attempts) == attempts[1:]
        assert list(messages(world)) == attempts[:1]
    assert settles(world, attempts[:1]) == attempts[:1]


def test_what_was_closed_while_it_was_asked_for_is_brought_up_to_date(world: World) -> None:
    pager, tickets, attempts = rung(world, tickets=2)
    claims(pager, attempts)
    world.append(tickets[0], "closed")
    world.do("delete from pgmq.q_escalations where message ->> 'kind' = 'catch_up'")
    settles(world, attempts)

    assert list(messages(world, "catch_up")) == attempts[:1]
