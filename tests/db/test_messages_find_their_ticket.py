"""private.ingest_message: which ticket a message belongs to, and when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import answered, deliver, triage
from tests.db.world import GROUP, World

BOT = "telegram:-1001/9001"


def test_an_unlisted_or_inactive_source_is_ignored(world: World) -> None:
    source = world.source()

    assert world.says(chat="-404").outcome == "ignored_unlisted_source"
    assert world.says(platform="slack").outcome == "ignored_unlisted_source"

    world.do("update public.sources set is_active = false where id = %s", source)

    assert world.says().outcome == "ignored_inactive_source"
    assert world.rows("select * from public.ticket_actions") == []


def test_the_first_message_makes_a_ticket(world: World) -> None:
    source = world.source()
    made = world.says("It is down", message=5, payload={"attachments": [{"kind": "photo"}]})

    assert (made.outcome, made.seq) == ("created", 1)
    assert world.row(
        "select id, platform::text, source_id, chat_external_id, thread_key, status::text, opened_by, last_action_seq,"
        " last_said_seq, parent_ticket_id from public.tickets"
    ) == (made.ticket_id, "telegram", source, GROUP, "msg:5", "open", "telegram:7", 1, 1, None)
    assert world.row(
        "select event, action_type::text, actor, body, external_id, payload from public.ticket_actions"
    ) == (
        *("message", "user_message", "telegram:7", "It is down", "telegram:-1001/5"),
        {"attachments": [{"kind": "photo"}]},
    )


def test_the_same_event_again_is_a_duplicate(world: World) -> None:
    world.source()
    first = world.says(message=5)
    again = world.says(message=5)

    assert (again.outcome, again.ticket_id, again.seq) == ("duplicate", first.ticket_id, None)


def test_the_bots_own_message_is_a_duplicate(world: World) -> None:
    world.source()
    ticket = answered(world)

    assert world.says(message=9001) == world.says(message=9001)
    assert world.says(message=9001).outcome == "duplicate"
    assert world.says(message=9001).ticket_id == ticket


def test_intake_mentions_opens_only_for_who_addresses_the_bot(world: World) -> None:
    world.source(intake="mentions")

    assert world.says(message=1, addressed=False).outcome == "ignored_not_addressed"
    assert world.says(message=2, addressed=True).outcome == "created"
    assert world.says(message=3, thread_key="msg:2", addressed=False).outcome == "appended"


def test_intake_mentions_after_closing(world: World) -> None:
    """What goes on in the topic is not about the closed report; an answer to its messages is."""
    world.source(intake="mentions")
    ticket = world.says(message=1, thread_key="topic:4").ticket_id
    world.append(ticket or 0, "closed")

    assert world.says(message=2, thread_key="topic:4", addressed=False).outcome == "ignored_not_addressed"
    assert (
        world.says(message=3, thread_key="topic:4", addressed=False, refers_to="telegram:-1001/1").outcome
        == "created_linked"
    )


def test_intake_all_needs_no_mention(world: World) -> None:
    world.source(intake="all")

    assert world.says(addressed=False).outcome == "created"


def test_an_answer_to_a_customer_or_to_the_bot_finds_the_ticket(world: World) -> None:
    world.source()
    ticket = answered(world, message=5)

    for number, answers in ((6, "telegram:-1001/5"), (7, BOT), (8, "telegram:-1001/6")):
        said = world.says(message=number, refers_to=answers, author="telegram:8")
        assert (said.outcome, said.ticket_id) == ("appended", ticket)


def test_two_threads_are_two_tickets(world: World) -> None:
    world.source()

    assert world.says(message=1).ticket_id != world.says(message=2).ticket_id


def test_an_album_is_one_report_of_one_author(world: World) -> None:
    world.source()
    first = world.says(message=1, merge_group="a")

    assert world.says(message=2, merge_group="a").ticket_id == first.ticket_id
    assert world.says(message=3, merge_group="b").outcome == "created"
    assert world.says(message=4, merge_group="a", author="telegram:8").outcome == "created"


def age(world: World, seconds: float) -> None:
    """Moves what was said into the past, as only a superuser can."""
    with world.superuser.transaction():
        world.superuser.execute("set local session_replication_role = replica")
        world.superuser.execute(
            "update public.ticket_actions set created_at = clock_timestamp() - %s * interval '1 second'",
            (seconds,),
        )


@pytest.mark.parametrize(
    ("settings", "app", "ago", "outcome"),
    [
        ({}, None, 0, "appended"),
        ({}, None, 55, "appended"),
        ({}, None, 61, "created"),
        ({}, "10 seconds", 11, "created"),
        ({"merge_window_seconds": 300}, "10 seconds", 290, "appended"),
        ({"merge_window_seconds": 300}, None, 301, "created"),
        ({"merge_window_seconds": 0}, None, 0, "created"),
    ],
)
def test_the_merge_window(
    world: World, settings: dict[str, Any], app: str | None, ago: float, outcome: str
) -> None:
    world.source(**settings)
    if app:
        world.do("update public.app_settings set merge_window = %s", app)
    world.says(message=1, merges_with_author=True)
    if ago:
        age(world, ago)

    assert world.says(message=2, merges_with_author=True).outcome == outcome


@pytest.mark.parametrize(
    "change",
    [
        {"author": "telegram:8"},
        {"merges_with_author": False},
        {"chat": "-1002"},
    ],
)
def test_only_the_same_author_in_the_same_chat_is_merged(world: World, change: dict[str, Any]) -> None:
    world.source()
    world.source("-1002")
    world.says(message=1, merges_with_author=True)

    assert world.says(message=2, **({"merges_with_author": True} | change)).outcome == "created"


def test_a_closed_ticket_is_not_merged_into(world: World) -> None:
    world.source()
    ticket = world.says(message=1, merges_with_author=True).ticket_id
    world.append(ticket or 0, "closed")

    assert world.says(message=2, merges_with_author=True).outcome == "created"


def test_after_closing_a_linked_ticket_has_the_thread(world: World) -> None:
    world.source()
    parent = world.says(message=1).ticket_id
    world.append(parent or 0, "closed")
    child = world.says("Again!", message=2, thread_key="msg:1", refers_to="telegram:-1001/1")

    assert child.outcome == "created_linked"
    assert world.row(
        "select parent_ticket_id, thread_key, status::text from public.tickets where id = %s", child.ticket_id
    ) == (parent, "msg:1", "open")
    assert world.status(parent or 0) == "closed"
    # Whatever of the old report is answered, the conversation goes on in the new one.
    for number, answers in ((3, "telegram:-1001/1"), (4, None), (5, "telegram:-1001/2")):
        said = world.says(message=number, thread_key="msg:1", refers_to=answers)
        assert (said.outcome, said.ticket_id) == ("appended", child.ticket_id)
    # Also where only the message answered tells, as in a plain group.
    said = world.says(message=6, thread_key="msg:6", refers_to="telegram:-1001/1")
    assert (said.outcome, said.ticket_id) == ("appended", child.ticket_id)

    world.append(child.ticket_id or 0, "closed")
    grandchild = world.says(message=7, thread_key="msg:1")
    assert grandchild.outcome == "created_linked"
    assert (
        world.value("select parent_ticket_id from public.tickets where id = %s", grandchild.ticket_id)
        == child.ticket_id
    )


def test_after_closing_the_ticket_reopens_where_the_source_says_so(world: World) -> None:
    world.source(after_close="reopen")
    ticket = world.says(message=1).ticket_id
    world.append(ticket or 0, "closed")
    again = world.says(message=2, thread_key="msg:1")

    assert (again.outcome, again.ticket_id) == ("reopened", ticket)
    assert world.journal(ticket or 0) == ["message", "closed", "reopened", "message"]
    assert world.status(ticket or 0) == "open"
    assert len(world.queue("triage")) == 2


def test_an_edit_is_journaled_as_a_revision(world: World) -> None:
    world.source()
    ticket = world.says("It is dwon", message=5).ticket_id
    edit: dict[str, Any] = {
        "event": "edited",
        "external_id": "telegram:-1001/5#edit:1",
        "refers_to": "telegram:-1001/5",
        "needs_ticket": True,
    }
    edited = world.says("It is down", **edit)

    assert (edited.outcome, edited.ticket_id, edited.seq) == ("appended", ticket, 2)
    assert world.says("It is down", **edit).outcome == "duplicate"
    assert world.rows("select body from public.ticket_actions order by seq") == [
        ("It is dwon",),
        ("It is down",),
    ]
    assert world.value("select last_said_seq from public.tickets") == 2


@pytest.mark.parametrize("event", ["edited", "deleted"])
def test_a_change_of_a_message_nobody_knows_is_ignored(world: World, event: str) -> None:
    world.source()
    world.says(message=5)
    unknown = world.says(
        event=event,
        external_id="telegram:-1001/6#change",
        refers_to="telegram:-1001/6",
        thread_key="msg:5",
        needs_ticket=True,
    )

    assert (unknown.outcome, unknown.ticket_id) == ("ignored_unknown_message", None)


def test_a_deletion_marks_and_keeps(world: World) -> None:
    world.source()
    ticket = world.says("Oops", message=5).ticket_id
    gone = world.says(
        "",
        event="deleted",
        external_id="telegram:-1001/5#deleted",
        refers_to="telegram:-1001/5",
        needs_ticket=True,
    )

    assert (gone.outcome, gone.ticket_id) == ("appended", ticket)
    assert world.rows("select event, body from public.ticket_actions order by seq") == [
        ("message", "Oops"),
        ("deleted", ""),
    ]


def test_a_late_edit_of_a_closed_report_leaves_it_closed(world: World) -> None:
    world.source()
    ticket = world.says(message=5).ticket_id
    world.append(ticket or 0, "closed")
    world.says(
        "!",
        event="edited",
        external_id="telegram:-1001/5#edit:1",
        refers_to="telegram:-1001/5",
        needs_ticket=True,
    )

    assert world.journal(ticket or 0) == ["message", "closed", "edited"]
    assert world.status(ticket or 0) == "closed"


def test_a_message_while_a_human_has_it_leaves_the_status(world: World) -> None:
    world.source()
    ticket = world.says(message=1).ticket_id
    triage(world, ticket or 0, escalate=True)
    deliver(world)
    world.says("And now?", message=2, thread_key="msg:1")

    assert world.status(ticket or 0) == "escalation_pending"
