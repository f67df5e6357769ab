"""Sources: private chats, channels with a discussion group, chats that move, the list they are mirrored from."""

from __future__ import annotations

import json

from tests.db.conversation import answered
from tests.db.world import GROUP, World

BOT = "telegram:-1001/9001"


def test_private_chats_have_tickets_of_their_own(world: World) -> None:
    private = world.source("private")
    anas, bobs = (
        world.says(
            chat=chat,
            message=1,
            thread_key="chat",
            author=f"telegram:{chat}",
            payload={"chat_type": "private"},
        )
        for chat in ("11", "22")
    )

    assert anas.outcome == bobs.outcome == "created"
    assert anas.ticket_id != bobs.ticket_id
    assert world.rows("select source_id, chat_external_id from public.tickets order by id") == [
        (private, "11"),
        (private, "22"),
    ]
    more = world.says(
        chat="11", message=2, thread_key="chat", author="telegram:11", payload={"chat_type": "private"}
    )
    assert (more.outcome, more.ticket_id) == ("appended", anas.ticket_id)


def test_private_chats_need_their_source(world: World) -> None:
    world.source("private")

    assert world.says(chat="11", payload={"chat_type": "supergroup"}).outcome == "ignored_unlisted_source"
    assert (
        world.says(chat="D1", platform="slack", payload={"chat_type": "im"}).outcome
        == "ignored_unlisted_source"
    )

    world.source("private", "slack")

    assert world.says(chat="D1", platform="slack", payload={"chat_type": "im"}).outcome == "created"


def test_a_private_chat_that_is_listed_has_its_own_rules(world: World) -> None:
    world.source("private")
    own = world.source("11")
    world.says(chat="11", thread_key="chat", payload={"chat_type": "private"})

    assert world.value("select source_id from public.tickets") == own


def test_a_channel_post_and_its_copy_are_one_report_whichever_comes_first(world: World) -> None:
    world.source("-2002")
    world.source()
    post = world.says("Down!", chat="-2002", message=9)
    copy = world.says("Down!", message=77, payload={"same_as": "telegram:-2002/9"})

    assert (copy.outcome, copy.ticket_id) == ("forwarded", post.ticket_id)
    assert world.journal(post.ticket_id or 0) == ["message", "forwarded"]
    # A comment under the copy is about the report.
    comment = world.says(message=78, thread_key="msg:77", refers_to="telegram:-1001/77")
    assert (comment.outcome, comment.ticket_id) == ("appended", post.ticket_id)

    early = world.says("Slow!", message=79, payload={"same_as": "telegram:-2002/10"})
    late = world.says("Slow!", chat="-2002", message=10)
    assert (early.outcome, late.outcome, late.ticket_id) == ("created", "forwarded", early.ticket_id)


def test_the_copy_of_the_bots_own_post_is_no_report(world: World) -> None:
    world.source("-2002")
    world.source()
    ticket = answered(world, chat="-2002", message=9)
    copy = world.says("Please reload the page.", message=80, payload={"same_as": "telegram:-2002/9001"})

    assert (copy.outcome, copy.ticket_id) == ("forwarded", ticket)
    assert world.status(ticket) == "awaiting_feedback"
    assert world.queue("triage") == []


def move(world: World, old: str, new: str) -> bool:
    moved: bool = world.value("select private.move_source('telegram', %s, %s)", old, new, conn=world.webhook)
    return moved


def test_a_chat_that_moved_keeps_its_tickets(world: World) -> None:
    source = world.source()
    open_one = world.says(message=1, thread_key="msg:1", merges_with_author=True).ticket_id
    closed_one = world.says(message=2, author="telegram:8").ticket_id
    world.append(closed_one or 0, "closed")

    assert move(world, GROUP, "-100777") is True
    assert move(world, GROUP, "-100777") is True
    assert world.value("select external_id from public.sources where id = %s", source) == "-100777"
    assert world.rows("select id, chat_external_id from public.tickets order by id") == [
        (open_one, "-100777"),
        (closed_one, GROUP),
    ]
    for event in (
        {"chat": "-100777", "merges_with_author": True},
        {"chat": "-100777", "thread_key": "msg:1"},
        {"chat": "-100777", "refers_to": "telegram:-1001/1"},
        {"chat": GROUP, "thread_key": "msg:1"},  # was on its way when the chat moved
    ):
        said = world.says(**event)
        assert (said.outcome, said.ticket_id) == ("appended", open_one)
    assert world.row(
        "select event, payload from public.ticket_actions where seq = 2 and ticket_id = %s", open_one
    ) == (*("ticket_edited", {"facts": {"chat_external_id": "-100777"}}),)
    assert world.rows("select * from ops.verify_journal()") == []


def test_a_chat_that_moved_to_one_that_is_listed_already(world: World) -> None:
    old, new = world.source(), world.source("-100777")
    ticket = world.says(message=1, thread_key="msg:1").ticket_id
    taken = world.says(message=5, thread_key="msg:5").ticket_id
    there = world.says(chat="-100777", message=5, thread_key="msg:5").ticket_id

    assert move(world, GROUP, "-100777") is True
    assert world.rows("select id, is_active from public.sources order by id") == [(old, False), (new, True)]
    assert world.says(chat="-100777", thread_key="msg:1").ticket_id == ticket
    assert world.says(chat="-100777", thread_key="msg:5").ticket_id == there != taken


def test_a_chat_nobody_listed_may_move(world: World) -> None:
    assert move(world, "-5", "-6") is False


def test_sources_become_those_of_the_list(world: World) -> None:
    world.source("-1", intake="all")
    world.source("-2")
    entries = [
        {"platform": "telegram", "external_id": "-1", "name": "One", "settings": {"intake": "mentions"}},
        {"platform": "slack", "external_id": "C1", "name": "Slack", "is_active": False},
    ]
    sync = "select external_id, change from private.sync_sources(%s) order by 1"
    first = world.rows(sync, json.dumps(entries), conn=world.webhook)
    second = world.rows(sync, json.dumps(entries), conn=world.webhook)

    assert first == [("-1", "changed"), ("-2", "deactivated"), ("C1", "added")]
    assert second == [("-1", "unchanged"), ("C1", "unchanged")]
    assert world.rows("select external_id, is_active, settings from public.sources order by id") == [
        ("-1", True, {"intake": "mentions"}),
        ("-2", False, {}),
        ("C1", False, {}),
    ]
