"""Law 2: only a superuser who disables triggers can tamper, and ops.verify_journal() names the first bad row of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.db.world import World

Tampering = Callable[[World, int], None]


def tamper(world: World, statement: str, *args: object) -> None:
    with world.superuser.transaction():
        world.superuser.execute("set local session_replication_role = replica")
        assert world.superuser.execute(statement.encode(), args).rowcount > 0


def victim_among_others(world: World) -> int:
    """One ticket with six rows between two others, all checkpointed."""
    tickets = [world.ticket("escalated") for _ in range(3)]
    for ticket in tickets:
        for number in range(4):
            world.append(ticket, "note", f"note {number}", facts={"number": number})
    assert world.value("select private.checkpoint_journal()") is not None
    return tickets[1]


def change(column: str, value: str, seq: int = 4) -> Tampering:
    return lambda world, ticket: tamper(
        world,
        f"update public.ticket_actions set {column} = {value} where ticket_id = %s and seq = {seq}",
        ticket,
    )


def rechained(world: World, ticket: int) -> None:
    """The whole chain from the changed row on is computed anew: only a checkpoint can tell."""
    change("body", "'rewritten'")(world, ticket)
    tamper(
        world,
        "update public.ticket_actions as a set content_digest ="
        " private.content_digest(a.content_salt, a.actor, a.body, a.payload) where ticket_id = %s and seq = 4",
        ticket,
    )
    for seq in (4, 5, 6):
        tamper(
            world,
            "update public.ticket_actions as a set prev_hash ="
            " (select b.hash from public.ticket_actions as b where b.ticket_id = a.ticket_id and b.seq = a.seq - 1)"
            " where ticket_id = %s and seq = %s",
            *(ticket, seq),
        )
        tamper(
            world,
            "update public.ticket_actions as a set hash = private.action_hash(a) where ticket_id = %s and seq = %s",
            *(ticket, seq),
        )
    repair_head(world, ticket)


def repair_head(world: World, ticket: int) -> None:
    tamper(
        world,
        "update public.tickets as t set (last_action_seq, head_hash) = (select a.seq, a.hash"
        " from public.ticket_actions as a where a.ticket_id = t.id order by a.seq desc limit 1) where t.id = %s",
        ticket,
    )


def cut_tail(world: World, ticket: int) -> None:
    tamper(world, "delete from public.ticket_actions where ticket_id = %s and seq >= 5", ticket)


def cut_tail_and_repair_head(world: World, ticket: int) -> None:
    cut_tail(world, ticket)
    repair_head(world, ticket)


def cut_tail_and_append(world: World, ticket: int) -> None:
    cut_tail_and_repair_head(world, ticket)
    for _ in range(3):
        world.append(ticket, "note", "instead")


def remove_ticket(world: World, ticket: int) -> None:
    tamper(world, "delete from public.ticket_actions where ticket_id = %s", ticket)
    tamper(world, "delete from public.tickets where id = %s", ticket)


def remove_middle(world: World, ticket: int) -> None:
    tamper(world, "delete from public.ticket_actions where ticket_id = %s and seq = 3", ticket)


def remove_first(world: World, ticket: int) -> None:
    tamper(world, "delete from public.ticket_actions where ticket_id = %s and seq = 1", ticket)


def swap(world: World, ticket: int) -> None:
    for a, b in ((4, 40), (5, 4), (40, 5)):
        tamper(
            world, "update public.ticket_actions set seq = %s where ticket_id = %s and seq = %s", b, ticket, a
        )


@pytest.mark.parametrize(
    ("tampering", "seq", "problem"),
    [
        (change("body", "'rewritten'"), 4, "its content was changed"),
        (change("body", "null"), 4, "its content was changed"),
        (change("actor", "'engineer:1'"), 4, "its content was changed"),
        (change("content_salt", "null"), 4, "its content was changed"),
        (change("payload", 'payload || \'{"title": "x"}\''), 4, "its content was changed"),
        (change("payload", '\'{"facts": {"number": 9}}\''), 4, "its facts were changed"),
        (change("created_at", "created_at - interval '1 second'"), 4, "its facts were changed"),
        (change("event", "'public_reply'"), 4, "its facts were changed"),
        (change("written_by", "'authenticated'"), 4, "its facts were changed"),
        (change("status_after", "'closed'"), 4, "its facts were changed"),
        (change("hash", "'\\x00'"), 4, "its facts were changed"),
        (change("prev_hash", "'\\x00'"), 4, "it is not chained to the row before"),
        (change("erased_at", "now()"), 4, "it was erased without a word in the journal, or changed after it"),
        (remove_middle, 4, "a row before it is missing"),
        (remove_first, 2, "a row before it is missing"),
        (swap, 4, "it is not chained to the row before"),
        (cut_tail, 6, "the row that a checkpoint kept is gone or changed"),
        (cut_tail_and_repair_head, 6, "the row that a checkpoint kept is gone or changed"),
        (cut_tail_and_append, 6, "the row that a checkpoint kept is gone or changed"),
        (remove_ticket, 6, "the row that a checkpoint kept is gone or changed"),
        (rechained, 6, "the row that a checkpoint kept is gone or changed"),
    ],
)
def test_the_first_bad_row_is_named(world: World, tampering: Tampering, seq: int, problem: str) -> None:
    ticket = victim_among_others(world)

    assert world.rows("select * from ops.verify_journal()") == []

    tampering(world, ticket)

    assert world.rows("select ticket_id, seq, problem from ops.verify_journal()") == [(ticket, seq, problem)]


def test_a_cut_tail_is_noticed_without_a_checkpoint_too(world: World) -> None:
    ticket = world.ticket("escalated")
    tamper(world, "delete from public.ticket_actions where ticket_id = %s and seq = 2", ticket)

    assert world.rows("select * from ops.verify_journal()") == [
        (ticket, 2, "the ticket does not end with its last row")
    ]


def test_an_illegal_status_with_a_repaired_hash_is_named(world: World) -> None:
    ticket = world.ticket("escalated")
    tamper(
        world,
        "update public.ticket_actions set status_after = 'closed' where ticket_id = %s and seq = 2",
        ticket,
    )
    tamper(
        world,
        "update public.ticket_actions as a set hash = private.action_hash(a) where ticket_id = %s and seq = 2",
        ticket,
    )
    repair_head(world, ticket)

    assert world.rows("select * from ops.verify_journal()") == [(ticket, 2, "its status is no legal move")]


def test_an_erased_row_cannot_be_given_other_words(world: World) -> None:
    ticket = victim_among_others(world)
    world.value("select private.erase_content(%s, 'asked for')", ticket)

    assert world.rows("select * from ops.verify_journal()") == []

    change("body", "'invented'", seq=2)(world, ticket)

    assert [row[:2] for row in world.rows("select * from ops.verify_journal()")] == [(ticket, 2)]


def test_a_checkpoint_keeps_only_what_changed(world: World) -> None:
    first, second = world.ticket("escalated"), world.ticket("escalated")
    world.value("select private.checkpoint_journal()")
    world.append(first, "note")
    world.value("select private.checkpoint_journal()")
    nothing_new = world.value("select private.checkpoint_journal()")

    assert world.rows("select checkpoint_id, ticket_id, seq from public.journal_heads order by 1, 2") == [
        (1, first, 2),
        (1, second, 2),
        (2, first, 3),
    ]
    assert world.rows("select id, heads from public.journal_checkpoints") == [(1, 2), (2, 1)]
    assert nothing_new == world.value("select root_hash from public.journal_checkpoints where id = 2")


def test_no_ticket_makes_no_checkpoint(world: World) -> None:
    assert world.value("select private.checkpoint_journal()") is None
