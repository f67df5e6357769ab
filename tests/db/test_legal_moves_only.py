"""Law 1: tickets.status moves only along rows of status_transitions, whoever writes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.db.world import STATUSES, Connection, World, refused

PAIRS = [(a, b) for a in STATUSES for b in STATUSES if a != b]


def moves(world: World) -> dict[tuple[str, str], str]:
    return {
        (start, event): end
        for start, event, end in world.rows(
            "select from_status::text, event, to_status::text from public.status_transitions"
        )
    }


def studio(world: World) -> Connection:
    """Somebody with the table grants that the table editor needs, and with no right on our functions."""
    world.superuser.execute(
        "do $$ begin if to_regrole('studio_clerk') is null then create role studio_clerk bypassrls; end if; end $$"
    )
    world.superuser.execute("grant usage on schema public to studio_clerk")
    world.superuser.execute("grant all on all tables in schema public to studio_clerk")
    return world.database.connect("studio_clerk")


def test_every_listed_move_is_accepted(world: World) -> None:
    expected = moves(world)
    actual = {}
    for start, event in expected:
        # What a closed ticket's page was is only said where it had one.
        ticket = world.ticket("escalated" if event == "page_not_needed" else start)
        if world.status(ticket) != start:
            world.append(ticket, "closed")
        _, after, _ = world.append(ticket, event, "words")
        actual[start, event] = world.status(ticket)
        assert after == actual[start, event]

    assert expected == actual


def test_every_other_move_is_refused_with_the_legal_ones(world: World) -> None:
    legal = moves(world)
    events = [event for (event,) in world.rows("select event from public.action_events")]
    illegal = [(s, e) for s in STATUSES for e in events if (s, e) not in legal]
    tickets = {status: world.ticket(status) for status in STATUSES}

    assert len(illegal) > 20
    for start, event in illegal:
        with refused("ticket_transition_allowed") as refusal:
            world.append(tickets[start], event, "words")
        assert refusal.sqlstate == "23514"
        assert event in refusal.message
        assert refusal.hint.startswith(f"Legal from {start}: ")
        for (begin, move), end in legal.items():
            if begin == start and end != start:
                assert end in refusal.hint
                assert move in refusal.hint
        assert world.status(tickets[start]) == start


def test_an_event_nobody_knows_is_refused(world: World) -> None:
    ticket = world.ticket()
    with refused("ticket_transition_allowed"):
        world.append(ticket, "celebrated")

    assert world.journal(ticket) == []


@pytest.mark.parametrize("who", ["postgres", "studio_clerk"])
def test_a_direct_edit_goes_only_where_a_move_leads(world: World, who: str) -> None:
    editor = world.conn if who == "postgres" else studio(world)
    legal = {(start, end) for (start, _), end in moves(world).items() if start != end}
    for start, end in PAIRS:
        ticket = world.ticket(start)
        before = world.journal(ticket)
        edit = "update public.tickets set status = %s where id = %s returning status::text"
        if (start, end) in legal:
            assert world.value(edit, end, ticket, conn=editor) == end
            assert world.row(
                "select action_type::text, actor_type::text, actor, written_by, status_after::text,"
                " payload -> 'facts' from public.ticket_actions where ticket_id = %s and seq = %s",
                *(ticket, len(before) + 1),
            ) == ("system_update", "system", who, who, end, {"from": start, "to": end})
            # What paging does about the move comes after it.
            assert set(world.journal(ticket)[len(before) + 1 :]) <= {
                "page_joined",
                "paged_everyone",
                "call_outcome",
            }
        else:
            with refused("ticket_transition_allowed") as refusal:
                world.do(edit, end, ticket, conn=editor)
            assert refusal.hint.startswith(f"Legal from {start}: ")
            assert world.journal(ticket) == before
        assert world.status(ticket) == (end if (start, end) in legal else start)

    assert world.rows("select * from ops.status_drift") == []
    assert world.rows("select * from ops.verify_journal()") == []


def test_many_rows_in_one_statement_are_each_judged_and_journaled(world: World) -> None:
    tickets = [world.ticket("open"), world.ticket("escalated"), world.ticket("awaiting_feedback")]
    world.do("update public.tickets set status = 'closed' where id = any(%s)", tickets)

    assert [world.journal(ticket)[-1] for ticket in tickets] == ["closed"] * 3

    tickets.append(world.ticket("open"))
    with refused("ticket_transition_allowed"):
        world.do("update public.tickets set status = 'escalation_pending' where id = any(%s)", [*tickets, 0])
        world.do("update public.tickets set status = 'awaiting_feedback' where id = any(%s)", tickets)


def test_a_direct_edit_speaks_to_no_customer_and_calls_no_triage(world: World) -> None:
    ticket = world.ticket("awaiting_feedback")
    queued = len(world.queue("triage")), len(world.queue("replies"))
    world.do("update public.tickets set status = 'open' where id = %s", ticket)
    world.do("update public.tickets set status = 'escalation_pending' where id = %s", ticket)

    assert (len(world.queue("triage")), len(world.queue("replies"))) == queued


def test_other_fields_are_journaled_with_who_changed_them(world: World) -> None:
    ticket, ana = world.ticket(), world.engineer()
    world.do(
        "update public.tickets set severity = 0.8126, title = 'Broken', assigned_engineer_id = %s where id = %s",
        *(ana, ticket),
    )
    world.do("update public.tickets set title = null, assigned_engineer_id = null where id = %s", ticket)

    assert world.rows(
        "select event, actor, payload from public.ticket_actions where ticket_id = %s order by seq", ticket
    ) == [
        (
            "ticket_edited",
            "postgres",
            {"title": "Broken", "facts": {"severity": 0.813, "assigned_engineer_id": ana}},
        ),
        ("ticket_edited", "postgres", {"facts": {"cleared": ["title", "assigned_engineer_id"]}}),
    ]
    assert world.row("select severity, title, assigned_engineer_id, last_action_seq from public.tickets") == (
        *(Decimal("0.813"), None, None, 2),
    )


def test_an_edit_that_changes_nothing_is_not_journaled(world: World) -> None:
    ticket = world.ticket()
    assert world.do("update public.tickets set status = status, title = null where id = %s", ticket) == 1

    assert world.journal(ticket) == []


@pytest.mark.parametrize("status", [s for s in STATUSES if s != "open"])
def test_a_ticket_cannot_start_elsewhere(world: World, status: str) -> None:
    with refused("ticket_starts_open") as refusal:
        world.do(
            "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, status)"
            " values ('telegram', %s, 'c', 't', 'me', %s)",
            *(world.source(), status),
        )

    assert "change its status" in refusal.hint


@pytest.mark.parametrize("column", ["last_action_seq = 3", "last_said_seq = 3", "head_hash = '\\x00'"])
def test_a_ticket_cannot_start_with_a_journal(world: World, column: str) -> None:
    name, _, value = column.partition(" = ")
    with refused("ticket_starts_open"):
        world.do(
            f"insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, {name})"
            f" values ('telegram', {world.source()}, 'c', 't', 'me', {value})"
        )


def test_a_ticket_inserted_by_hand_has_what_it_knows_in_its_journal(world: World) -> None:
    ticket = world.value(
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, title, severity)"
        " values ('telegram', %s, 'c', 't', 'me', 'By phone', 0.4) returning id",
        world.source(),
    )

    assert world.row(
        "select event, actor, payload from public.ticket_actions where ticket_id = %s", ticket
    ) == (*("ticket_edited", "postgres", {"title": "By phone", "facts": {"severity": 0.4}}),)


@pytest.mark.parametrize(
    "change",
    [
        "platform = 'slack'",
        "source_id = (select id from public.sources where external_id = 'other')",
        "thread_key = 'elsewhere'",
        "opened_by = 'somebody else'",
        "created_at = now() - interval '1 day'",
        "last_action_seq = 99",
        "last_said_seq = 99",
        "head_hash = null",
    ],
)
def test_derived_columns_cannot_be_edited(world: World, change: str) -> None:
    world.source("other")
    ticket = world.ticket("escalated")
    before = world.row("select * from public.tickets where id = %s", ticket)
    for editor in (world.conn, studio(world)):
        with refused("ticket_origin_and_journal_are_fixed") as refusal:
            editor.execute(f"update public.tickets set {change} where id = {ticket}".encode())
        assert "severity" in refusal.hint

    assert world.row("select * from public.tickets where id = %s", ticket) == before


def test_updated_at_is_the_journals_and_not_the_editors(world: World) -> None:
    ticket = world.ticket("escalated")
    world.do("update public.tickets set updated_at = 'infinity' where id = %s", ticket)
    world.do("update public.tickets set title = 'x', updated_at = 'infinity' where id = %s", ticket)

    assert world.row(
        "select t.updated_at = a.created_at, t.updated_at < 'infinity' from public.tickets as t"
        " join public.ticket_actions as a on a.ticket_id = t.id and a.seq = t.last_action_seq"
    ) == (True, True)


def test_tickets_are_never_removed(world: World) -> None:
    ticket = world.ticket("closed")
    for editor in (world.conn, studio(world)):
        with refused("tickets_are_never_removed") as refusal:
            editor.execute("delete from public.tickets")
        assert "Close the ticket" in refusal.hint
    with refused("tickets_are_never_removed"):
        world.do("truncate public.tickets cascade")

    assert world.status(ticket) == "closed"
