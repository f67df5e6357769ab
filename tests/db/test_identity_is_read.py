"""Law 8: who acts is read from the signed-in identity; an engineer appends his own events and nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.db.world import Connection, World, refused

READABLE = (
    *("sources", "engineers", "tickets", "ticket_actions", "status_transitions", "action_events"),
    *("replies", "reply_attempts", "on_call_history", "app_settings", "phrases"),
)
ENGINEER_EVENTS = {
    *("reply_approved", "draft_discarded", "acknowledged", "escalated_manually", "deescalated", "closed"),
    *("reopened", "assigned", "note", "public_reply", "ack_extended", "page_not_needed"),
}


def strangers(world: World) -> dict[str, Connection]:
    """Signed in, and no engineer: no row, an inactive row, a row that belongs to another user with that e-mail."""
    world.engineer("Gone", is_active=False)
    world.engineer("Taken", user_id=uuid4())
    world.engineer("Inactive", user_id=(left := uuid4()), is_active=False)
    return {
        "no row": world.signed_in("Eve", str(uuid4())),
        "no claims": world.database.connect("authenticated"),
        "inactive": world.signed_in("Gone"),
        "inactive by id": world.signed_in("Somebody", str(left)),
        "wrong user_id": world.signed_in("Taken", str(uuid4())),
        "no user_id": world.signed_in("Taken"),
    }


def full(world: World) -> int:
    """A ticket, and a row in every table that engineers read."""
    world.engineer("Ana")
    world.rows("select private.hand_over((select min(id) from public.engineers))")
    ticket = world.ticket("escalated")
    world.append(ticket, "public_reply", "Hello")
    world.do("insert into public.reply_attempts (reply_id, part) select id, 0 from public.replies")
    return ticket


def test_an_engineer_reads_everything_the_dashboard_shows(world: World) -> None:
    full(world)
    ana = world.signed_in("Ana")
    for table in READABLE:
        expected = world.value(f"select count(*) from public.{table}")
        assert expected > 0
        assert world.value(f"select count(*) from public.{table}", conn=ana) == expected


def test_a_stranger_sees_no_row(world: World) -> None:
    full(world)
    for why, stranger in strangers(world).items():
        for table in READABLE:
            assert world.value(f"select count(*) from public.{table}", conn=stranger) == 0, (why, table)


def test_a_stranger_writes_no_row(world: World) -> None:
    ticket = full(world)
    for stranger in strangers(world).values():
        with refused("42501"):
            world.append(ticket, "note", "hello", conn=stranger)
        with refused("42501"):
            world.do(
                "insert into public.engineers (name, email) values ('Eve', 'eve@example.com')", conn=stranger
            )
        with refused("42501"):
            world.do(
                "insert into public.sources (platform, external_id, name) values ('slack', 'C', 'c')",
                conn=stranger,
            )
        assert world.do("update public.engineers set is_admin = true", conn=stranger) == 0
        assert world.do("update public.app_settings set escalation_threshold = 1", conn=stranger) == 0
        with refused("42501"):
            world.rows(
                "select private.resolve_reply((select max(id) from public.replies), true)", conn=stranger
            )

    assert world.journal(ticket)[-1] == "public_reply"


def test_a_stranger_cannot_decide_an_unknown_reply(world: World) -> None:
    full(world)
    reply = world.value(
        "update public.replies set state = 'unknown' where kind = 'public_reply' returning id"
    )
    for stranger in strangers(world).values():
        for resend in (True, False):
            with refused("42501") as refusal:
                world.rows("select private.resolve_reply(%s, %s)", reply, resend, conn=stranger)
            assert "active engineer" in refusal.message

    assert (
        world.value("select private.resolve_reply(%s, false)", reply, conn=world.signed_in("Ana"))
        == "delivered"
    )


def test_the_user_id_wins_over_the_email(world: World) -> None:
    number = uuid4()
    bound = world.engineer("Bound", user_id=number)
    by_mail = world.engineer("Mail")

    def who(conn: Connection) -> int | None:
        found: int | None = world.value("select private.current_engineer_id()", conn=conn)
        return found

    assert who(world.signed_in("Renamed", str(number))) == bound
    assert who(world.signed_in("Mail", str(number))) == bound
    assert who(world.signed_in("Mail", str(uuid4()))) == by_mail
    assert who(world.signed_in("MAIL")) == by_mail
    assert who(world.signed_in("Bound", str(uuid4()))) is None
    assert who(world.signed_in("Bound")) is None


def test_an_engineer_appends_exactly_the_engineers_events(world: World) -> None:
    full(world)
    ana = world.signed_in("Ana")
    legal = dict(
        world.rows("select event, min(from_status)::text from public.status_transitions group by event")
    )
    accepted = set()
    for event, status in legal.items():
        ticket = world.ticket(status)
        if event in ENGINEER_EVENTS:
            world.append(ticket, event, "words", conn=ana)
            accepted.add(event)
        else:
            with refused("42501"):
                world.append(ticket, event, "words", conn=ana)

    assert accepted == ENGINEER_EVENTS
    assert set(legal) == {e for (e,) in world.rows("select event from public.action_events")}


def test_the_actor_is_the_engineer_who_is_signed_in(world: World) -> None:
    ticket = full(world)
    bob = world.engineer("Bob")

    assert world.row(
        "insert into public.ticket_actions (ticket_id, event, body) values (%s, 'note', 'mine')"
        " returning actor, actor_type::text, written_by, action_type::text, seq",
        ticket,
        conn=world.signed_in("Bob"),
    ) == (f"engineer:{bob}", "engineer", "authenticated", "engineer_note", len(world.journal(ticket)))


CLAIMS = [
    ("actor", "'customer'"),
    ("actor_type", "'bot'"),
    ("written_by", "'shiftbot_ingest'"),
    ("action_type", "'user_message'"),
    ("seq", "1"),
    ("hash", "'\\x00'"),
    ("prev_hash", "'\\x00'"),
    ("content_digest", "'\\x00'"),
    ("content_salt", "'\\x00'"),
    ("status_after", "'closed'"),
    ("external_id", "'telegram:1/1'"),
    ("refers_to", "'telegram:1/1'"),
    ("created_at", "now()"),
    ("erased_at", "now()"),
]


def test_nothing_else_can_be_claimed(world: World) -> None:
    ticket = full(world)
    ana = world.signed_in("Ana")
    for column, value in CLAIMS:
        with refused("42501"):
            world.do(
                f"insert into public.ticket_actions (ticket_id, event, {column}) values ({ticket}, 'note', {value})",
                conn=ana,
            )


def test_facts_do_not_move_a_ticket(world: World) -> None:
    """What an engineer writes into the payload is what he may set anyway, and never a status."""
    ticket = full(world)
    world.append(
        ticket,
        "note",
        "x",
        conn=world.signed_in("Ana"),
        facts={"from": "open", "to": "closed", "seqs": [1], "severity": 0.9},
        status="closed",
    )

    assert world.row("select status::text, severity, last_said_seq from public.tickets") == (
        "escalated",
        pytest.approx(world.value("select 0.9::numeric")),
        0,
    )


def test_an_illegal_move_is_refused_with_its_hint_for_an_engineer_too(world: World) -> None:
    ticket = full(world)
    with refused("ticket_transition_allowed") as refusal:
        world.append(ticket, "acknowledged", conn=world.signed_in("Ana"))

    assert refusal.hint.startswith("Legal from escalated: ")


def test_an_engineer_cannot_edit_a_ticket(world: World) -> None:
    full(world)
    ana = world.signed_in("Ana")
    for write in (
        "update public.tickets set status = 'closed'",
        "update public.tickets set title = 'x'",
        "delete from public.tickets",
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by)"
        " values ('slack', 1, 'c', 't', 'me')",
    ):
        with refused("42501"):
            world.do(write, conn=ana)


ADMIN_WRITES = [
    "insert into public.engineers (name, email) values ('New', 'new@example.com') returning name",
    "update public.engineers set phone = '+4915112345678' where name = 'Ana' returning phone",
    "insert into public.sources (platform, external_id, name) values ('slack', 'C9', 'nine') returning name",
    "update public.sources set is_active = false returning is_active",
    "update public.app_settings set escalation_threshold = 0.5 returning escalation_threshold",
]


@pytest.mark.parametrize("write", ADMIN_WRITES)
def test_an_admin_keeps_people_sources_and_settings(world: World, write: str) -> None:
    full(world)
    world.engineer("Root", is_admin=True)

    assert world.value(write, conn=world.signed_in("Root")) is not None


@pytest.mark.parametrize("write", ADMIN_WRITES)
def test_an_engineer_who_is_no_admin_does_not(world: World, write: str) -> None:
    full(world)
    ana = world.signed_in("Ana")
    if write.startswith("insert"):
        with refused("42501"):
            world.do(write, conn=ana)
    else:
        assert world.rows(write, conn=ana) == []


ABOVE_THE_LAW = [
    "update public.engineers set is_on_call = true",
    "update public.engineers set created_at = now()",
    "delete from public.engineers",
    "update public.sources set external_id = 'x'",
    "delete from public.sources",
    "delete from public.app_settings",
    "update public.status_transitions set to_status = 'closed'",
    "insert into public.status_transitions values ('open', 'note', 'closed', 'x')",
    "update public.action_events set written_by = '{engineer}'",
    "update public.phrases set text = 'x'",
    "update public.replies set body = 'x'",
    "truncate public.engineers cascade",
]


def test_an_admin_is_not_above_the_law(world: World) -> None:
    full(world)
    world.engineer("Root", is_admin=True)
    root = world.signed_in("Root")
    for write in ABOVE_THE_LAW:
        with refused("42501"):
            world.do(write, conn=root)


def test_an_admin_who_left_is_none(world: World) -> None:
    full(world)
    world.engineer("Root", is_admin=True, is_active=False)

    assert world.rows(ADMIN_WRITES[-1], conn=world.signed_in("Root")) == []


@pytest.mark.parametrize("table", ["journal_checkpoints", "journal_heads"])
def test_nobody_reads_the_checkpoints_through_the_api(world: World, table: str) -> None:
    full(world)
    world.engineer("Root", is_admin=True)
    with refused("42501"):
        world.rows(f"select * from public.{table}", conn=world.signed_in("Root"))
