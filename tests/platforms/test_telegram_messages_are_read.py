from __future__ import annotations

from typing import cast

import pytest
from telegram import Chat, Update

from shiftbot.platforms.base import Dropped, Incoming, SourceMoved
from shiftbot.platforms.text import clean_json
from tests.platforms.fixtures import load
from tests.platforms.telegram_expected import (
    CHANNEL,
    CHANNEL_ITSELF,
    FORUM,
    GROUP,
    JOHN,
    MARTA,
    PRIVATE,
    SUPERGROUP,
    Account,
    expected,
    parsed,
)

LOOSE = {"merges_with_author": True}
QUOTED_CHANNEL = {"id": -1001122334455, "title": "Acme News", "username": "acme_news", "type": "channel"}

MESSAGES: dict[str, Incoming] = {
    "private_text": expected(
        "private_text", MARTA, PRIVATE, 11, "The export button does nothing 😕", "chat", addressed=True
    ),
    "group_text": expected("group_text", JOHN, GROUP, 12, "Site is down", "msg:12", **LOOSE),
    "supergroup_text": expected(
        "supergroup_text", MARTA, SUPERGROUP, 13, "Checkout fails with error 500", "msg:13", **LOOSE
    ),
    "links": expected(
        "links",
        MARTA,
        SUPERGROUP,
        14,
        "Fails at https://shop.acme.example/cart?id=7, see the log and 😀 acme.example",
        "msg:14",
        payload={
            "links": ["https://shop.acme.example/cart?id=7", "https://logs.acme.example/1", "acme.example"]
        },
        **LOOSE,
    ),
    "nul_and_lone_surrogate": expected(
        "nul_and_lone_surrogate",
        Account(MARTA.author, "Ma\ufffdrta Kowalska", MARTA.payload),
        SUPERGROUP,
        15,
        "broken \ufffd and \ufffd here",
        "msg:15",
        **LOOSE,
    ),
    "mention_of_bot": expected(
        "mention_of_bot",
        MARTA,
        SUPERGROUP,
        16,
        "@Shift_Support_Bot the invoice is empty",
        "msg:16",
        addressed=True,
        **LOOSE,
    ),
    "text_mention_of_bot": expected(
        "text_mention_of_bot",
        MARTA,
        SUPERGROUP,
        17,
        "Shift-Bot, the invoice is empty",
        "msg:17",
        addressed=True,
        **LOOSE,
    ),
    "mention_of_person": expected(
        "mention_of_person", JOHN, SUPERGROUP, 18, "@marta_k can you check?", "msg:18", **LOOSE
    ),
    "quote_and_external_reply": expected(
        "quote_and_external_reply",
        MARTA,
        SUPERGROUP,
        23,
        "It does not",
        "msg:23",
        payload={
            "quote": "works everywhere",
            "external_reply": {
                "origin": {"type": "channel", "chat": QUOTED_CHANNEL, "message_id": 77, "date": 1760000000},
                "chat": QUOTED_CHANNEL,
                "message_id": 77,
                "link_preview_options": {"is_disabled": True},
            },
        },
        **LOOSE,
    ),
    "forwarded": expected(
        "forwarded",
        MARTA,
        SUPERGROUP,
        24,
        "App crashes on start",
        "msg:24",
        payload={
            "forward": {
                "type": "user",
                "sender_user": {
                    "id": 439044444,
                    "is_bot": False,
                    "first_name": "John",
                    "language_code": "en",
                },
                "date": 1759999500,
            }
        },
        **LOOSE,
    ),
    "via_inline_bot": expected("via_inline_bot", MARTA, SUPERGROUP, 25, "look", "msg:25", **LOOSE),
    "anonymous_admin": expected(
        "anonymous_admin",
        Account("telegram:-1001987654321", "on duty", {}),
        SUPERGROUP,
        30,
        "We have an outage",
        "msg:30",
        payload={"signature": "on duty"},
        **LOOSE,
    ),
    "person_as_channel": expected(
        "person_as_channel", CHANNEL_ITSELF, SUPERGROUP, 31, "Writing as a channel", "msg:31", **LOOSE
    ),
    "channel_post": expected(
        "channel_post",
        Account(CHANNEL_ITSELF.author, "Ola", {}),
        CHANNEL,
        77,
        "Release 4 works everywhere",
        "msg:77",
        payload={"signature": "Ola"},
        **LOOSE,
    ),
    "general_topic": expected(
        "general_topic", MARTA, FORUM, 320, "Hello, search is slow", "msg:320", **LOOSE
    ),
}

DROPPED = {
    "unknown_content": "unknown_content",
    "service_joined": "service_message",
    "service_left": "service_message",
    "service_pinned": "service_message",
    "service_title": "service_message",
    "service_photo": "service_message",
    "service_topic_created": "service_message",
    "service_topic_closed": "service_message",
    "service_video_chat": "service_message",
    "service_channel_title": "service_message",
    "migrated_from": "service_message",
    "other_bot": "other_bot",
    "own_message": "own_message",
    "edited_live_location": "live_location",
    "my_chat_member": "membership_change",
    "chat_member": "membership_change",
    "poll_update": "unhandled_update",
    "inline_query": "unhandled_update",
    "business_message": "unhandled_update",
    "future_kind": "unhandled_update",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_read_whole(name: str) -> None:
    assert parsed(name) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_library_reads_the_same(name: str) -> None:
    update = Update.de_json(cast(dict[str, object], clean_json(load("telegram", name))), None)
    message, read = update.effective_message, parsed(name)

    assert message is not None
    assert isinstance(read, Incoming)
    speaker = message.sender_chat or message.from_user or message.chat
    assert (read.source_external_id, read.author) == (str(message.chat.id), f"telegram:{speaker.id}")
    assert (read.sent_at, read.body) == (message.date, message.text or message.caption or "")
    called = speaker.title if isinstance(speaker, Chat) and speaker.title else speaker.full_name
    assert read.author_name == (message.author_signature or called)
    assert read.payload["chat_type"] == message.chat.type


@pytest.mark.parametrize("name", DROPPED)
def test_what_is_no_report_is_dropped_with_its_reason(name: str) -> None:
    assert parsed(name) == Dropped(DROPPED[name])


def test_group_that_became_a_supergroup_moves_the_source() -> None:
    assert parsed("migrated_to") == SourceMoved("telegram", "-4012345678", "-1002000000001")
