"""Law 2: a person's words can be erased (GDPR, retention); the journal says so and stays valid."""

from __future__ import annotations

import pytest

from tests.db.conversation import triage
from tests.db.world import World, refused

MARKER = "zanzibar"


def places_with(world: World, word: str) -> set[str]:
    """Every table of public, private and the queues in which some row holds the word."""
    tables = world.rows(
        "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables"
        " where schemaname in ('public', 'private', 'pgmq', 'realtime')",
        conn=world.superuser,
    )
    return {
        table
        for (table,) in tables
        if world.value(
            f"select exists (select from {table} as t where t::text ilike %s)",
            f"%{word}%",
            conn=world.superuser,
        )
    }


def told(world: World) -> int:
    """A ticket on which customer, bot and engineer all used the word."""
    world.source()
    ticket = world.says(
        f"The {MARKER} is down",
        message=50,
        author=f"telegram:{MARKER}",
        payload={"username": MARKER, "attachments": [{"file": MARKER}]},
    ).ticket_id
    assert ticket is not None
    triage(
        world,
        ticket,
        title=f"{MARKER} is down",
        summary=f"No {MARKER}",
        reply=f"Restart {MARKER}",
        reason=MARKER,
        fallback_reason=MARKER,
    )
    world.says(
        f"the {MARKER}!",
        event="edited",
        external_id="telegram:-1001/50#edit:1",
        refers_to="telegram:-1001/50",
        needs_ticket=True,
    )
    world.append(ticket, "note", f"{MARKER} is his cat")
    world.append(ticket, "public_reply", f"We mend {MARKER}")
    world.do("update public.tickets set title = %s where id = %s", f"Mend {MARKER}", ticket)
    return ticket


def test_the_words_are_nowhere_and_the_chain_is_valid(world: World) -> None:
    ticket = told(world)
    rows = world.value("select count(*) from public.ticket_actions where event <> 'reply_withdrawn'")

    kept = {"public.ticket_actions", "public.tickets", "public.replies", "private.ticket_words"}
    assert places_with(world, MARKER) == kept

    world.value("select private.checkpoint_journal()")
    erased = world.value("select private.erase_content(%s, 'the customer asked')", ticket)

    assert erased == rows
    assert places_with(world, MARKER) == set()
    assert world.rows("select * from ops.verify_journal()") == []
    assert world.rows("select * from ops.status_drift") == []
    assert world.row("select title, summary, opened_by, severity is not null from public.tickets") == (
        *(None, None, "erased", True),
    )


def test_the_journal_says_what_was_erased_why_and_by_whom(world: World) -> None:
    ticket = told(world)
    last = world.value("select max(seq) from public.ticket_actions")
    withdrawn = world.value("select seq from public.ticket_actions where event = 'reply_withdrawn'")
    world.value("select private.erase_content(%s, 'retention')", ticket)

    assert world.row(
        "select seq, event, actor, payload from public.ticket_actions where event = 'content_erased'"
    ) == (
        *(last + 1, "content_erased", "postgres"),
        {"facts": {"seqs": [seq for seq in range(1, last + 1) if seq != withdrawn], "reason": "retention"}},
    )
    assert set(world.rows("select event from public.ticket_actions where erased_at is null")) == {
        ("content_erased",),
        ("reply_withdrawn",),
    }


def test_only_the_rows_that_were_named_are_erased(world: World) -> None:
    ticket = told(world)

    assert world.value("select private.erase_content(%s, 'that one', array[1])", ticket) == 1
    assert world.rows("select seq from public.ticket_actions where erased_at is not null") == [(1,)]
    assert world.value("select body from public.ticket_actions where seq = 2") == f"Restart {MARKER}"
    assert world.rows("select * from ops.verify_journal()") == []


def test_erasing_again_finds_nothing(world: World) -> None:
    ticket = told(world)
    world.value("select private.erase_content(%s, 'once')", ticket)
    before = world.journal(ticket)

    assert world.value("select private.erase_content(%s, 'twice')", ticket) == 0
    assert world.journal(ticket) == before


def test_a_reply_that_still_waits_is_withdrawn(world: World) -> None:
    ticket = told(world)
    world.value("select private.erase_content(%s, 'asked')", ticket)

    assert set(world.rows("select state, body from public.replies")) == {("withdrawn", None)}


def test_an_unknown_reply_without_words_is_not_sent_again(world: World) -> None:
    ticket = told(world)
    reply = world.value("select min(id) from public.replies")
    world.superuser.execute("update public.replies set state = 'unknown'")
    world.value("select private.erase_content(%s, 'asked')", ticket)
    with refused("only_unknown_or_failed_replies_are_resolved"):
        world.value("select private.resolve_reply(%s, true)", reply)

    assert world.value("select private.resolve_reply(%s, false)", reply) == "delivered"


ERASURE = """
update public.ticket_actions as a
set (actor, body, payload, content_salt, erased_at) =
    (select e.actor, e.body, e.payload, e.content_salt, e.erased_at from private.erased(a, now()) as e)
where seq = %s
"""


def test_erasing_what_the_journal_does_not_name_is_refused(world: World) -> None:
    ticket = told(world)
    with refused("ticket_actions_are_append_only"):
        world.do(ERASURE, 1)
    world.append(ticket, "note", facts={"seqs": [1]})
    with refused("ticket_actions_are_append_only"):
        world.do(ERASURE, 1)
    world.append(ticket, "content_erased", facts={"seqs": [1]})
    with refused("ticket_actions_are_append_only"):
        world.do(ERASURE, 2)

    assert world.do(ERASURE, 1) == 1
    assert world.rows("select * from ops.verify_journal()") == []


@pytest.mark.parametrize(
    "change",
    [
        "erased_at = null",
        "erased_at = erased_at",
        "erased_at = now() + interval '1 second'",
        "body = 'invented'",
        "actor = 'somebody else'",
        'payload = \'{"title": "x"}\'',
    ],
)
def test_an_erased_row_stays_as_it_is(world: World, change: str) -> None:
    ticket = told(world)
    world.value("select private.erase_content(%s, 'asked')", ticket)
    with refused("ticket_actions_are_append_only"):
        world.do(f"update public.ticket_actions set {change} where seq = 1")


def test_erasing_is_no_excuse_to_change_something_else(world: World) -> None:
    ticket = told(world)
    world.append(ticket, "content_erased", facts={"seqs": [1]})
    with refused("ticket_actions_are_append_only"):
        world.do(
            ERASURE.replace("set (", "set event = 'note', ("),
            1,
        )


@pytest.mark.parametrize(
    "role", ["anon", "authenticated", "service_role", "shiftbot_ingest", "shiftbot_worker"]
)
def test_no_role_may_erase(world: World, role: str) -> None:
    world.engineer()
    conn = world.signed_in() if role == "authenticated" else world.database.connect(role)
    with refused("42501"):
        conn.execute("select private.erase_content(1, 'because')")


def test_what_was_said_on_other_tickets_stays(world: World) -> None:
    told(world)
    other = world.says("Something else", author="telegram:8").ticket_id
    world.value("select private.erase_content(%s, 'asked')", other)

    assert world.value("select count(*) from public.ticket_actions where erased_at is null") > 5
    assert places_with(world, "Something else") == set()
    assert "public.tickets" in places_with(world, MARKER)
