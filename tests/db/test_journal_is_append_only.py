"""Law 2: ticket_actions refuses UPDATE, DELETE and TRUNCATE for every role, is numbered without gaps and chained."""

from __future__ import annotations

import pytest

from tests.db.world import World, at_once, refused

CHANGES = [
    "update public.ticket_actions set body = 'rewritten'",
    "update public.ticket_actions set body = body",
    "delete from public.ticket_actions",
    "truncate public.ticket_actions",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_cannot_change_it(world: World, change: str) -> None:
    ticket = world.ticket("escalated")
    before = world.rows("select * from public.ticket_actions")
    with refused("ticket_actions_are_append_only") as refusal:
        world.do(change)

    assert refusal.sqlstate == "23514"
    assert "erase_content" in refusal.hint
    assert world.rows("select * from public.ticket_actions") == before
    assert world.append(ticket, "note", "instead")[0] == 3


@pytest.mark.parametrize(
    "role", ["anon", "authenticated", "service_role", "shiftbot_ingest", "shiftbot_worker"]
)
def test_no_role_may_even_try(world: World, role: str) -> None:
    world.ticket("escalated")
    world.engineer()
    conn = world.signed_in() if role == "authenticated" else world.database.connect(role)
    for change in CHANGES:
        with refused("42501"):
            conn.execute(change.encode())


@pytest.mark.parametrize("change", CHANGES)
def test_a_role_that_was_given_every_right_cannot_change_it(world: World, change: str) -> None:
    world.ticket("escalated")
    world.superuser.execute("grant all on all tables in schema public to service_role")
    with refused("ticket_actions_are_append_only"):
        world.database.connect("service_role").execute(change.encode())


@pytest.mark.parametrize("table", ["journal_checkpoints", "journal_heads"])
@pytest.mark.parametrize(
    "change", ["update public.{} set checkpoint_id = 1", "delete from public.{}", "truncate public.{}"]
)
def test_checkpoints_cannot_be_changed_either(world: World, table: str, change: str) -> None:
    world.ticket("escalated")
    world.value("select private.checkpoint_journal()")
    statement = change.format(table).replace(
        "checkpoint_id = 1", "heads = 1" if table == "journal_checkpoints" else "seq = 1"
    )
    if "truncate" in statement and table == "journal_checkpoints":
        statement += " cascade"
    with refused("23514") as refusal:
        world.do(statement)

    assert refusal.constraint.endswith("_are_append_only")


def test_concurrent_appends_are_numbered_without_gaps(world: World) -> None:
    ticket = world.ticket()
    results = at_once(
        world.database, None, 20, lambda conn, n: world.append(ticket, "note", f"note {n}", conn=conn)[0]
    )

    assert sorted(results) == list(range(1, 21))
    assert world.rows("select * from ops.verify_journal()") == []
    assert world.row("select last_action_seq, last_said_seq from public.tickets") == (20, 0)


def test_a_row_that_is_rolled_back_leaves_no_gap(world: World) -> None:
    ticket = world.ticket()
    world.append(ticket, "note", "one")
    with world.conn.transaction(force_rollback=True):
        assert world.append(ticket, "note", "never")[0] == 2

    assert world.append(ticket, "note", "two")[0] == 2
    assert world.rows("select * from ops.verify_journal()") == []


def test_what_a_writer_claims_about_number_chain_and_time_is_overruled(world: World) -> None:
    ticket = world.ticket("escalated")
    row = world.row(
        "insert into public.ticket_actions (ticket_id, seq, event, status_after, written_by, created_at, content_digest,"
        " prev_hash, hash, erased_at, action_type) values (%s, 77, 'note', 'closed', 'nobody', '2001-01-01', '\\x00',"
        " '\\x00', '\\x00', now(), null)"
        " returning seq, status_after::text, written_by, created_at > '2002-01-01', erased_at, action_type::text",
        ticket,
    )

    assert row == (3, "escalated", "postgres", True, None, "engineer_note")
    assert world.rows("select * from ops.verify_journal()") == []


def test_time_never_runs_backwards_within_a_ticket(world: World) -> None:
    ticket = world.ticket("escalated")
    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute("update public.tickets set updated_at = now() + interval '1 hour'")
    world.append(ticket, "note", "later")

    assert world.value("select bool_and(updated_at > now() + interval '59 minutes') from public.tickets")


def test_an_append_to_no_ticket_is_refused(world: World) -> None:
    with refused("ticket_actions_ticket_id_fkey") as refusal:
        world.append(404, "note")

    assert refusal.sqlstate == "23503"


def test_a_platform_event_is_one_row(world: World) -> None:
    ticket = world.ticket()
    insert = "insert into public.ticket_actions (ticket_id, event, external_id) values (%s, 'message', 'telegram:1/1')"
    world.do(insert, ticket)
    with refused("platform_event_is_recorded_once"):
        world.do(insert, world.ticket())

    assert world.value("select count(*) from public.ticket_actions where external_id is not null") == 1
