from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shiftbot.platforms.base import Dropped, Incoming
from shiftbot.platforms.telegram.parse import parse_update
from tests.platforms.fixtures import load
from tests.platforms.telegram_expected import (
    BOT_ID,
    BOT_USERNAME,
    CHANNEL,
    CHANNEL_ITSELF,
    EPOCH,
    FORUM,
    MARTA,
    NOW,
    PRIVATE,
    SUPERGROUP,
    Account,
    Place,
    attachment,
    expected,
    parsed,
)

CHAIN = "telegram:-1001987654321/13"
ANSWER = "telegram:-1001987654321/101"
EDIT = {"event": "edited", "needs_ticket": True}
COMMAND = {"event": "human_requested", "addressed": True}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(EPOCH + seconds, UTC)


EDITS = {
    "edited_text": expected(
        "edited_text",
        MARTA,
        SUPERGROUP,
        13,
        "Checkout fails with error 502",
        "msg:13",
        external_id=f"{CHAIN}#edit:1760000060-0f27f4d1",
        refers_to=CHAIN,
        sent_at=at(60),
        **EDIT,
    ),
    "edited_caption": expected(
        "edited_caption",
        MARTA,
        SUPERGROUP,
        41,
        "the red button",
        "msg:41",
        external_id="telegram:-1001987654321/41#edit:1760000070-84b89d52",
        refers_to="telegram:-1001987654321/41",
        sent_at=at(70),
        payload={
            "attachments": [attachment("photo", "AQADlarge", file_id="AgACAgIAAxkBAAIB-large", size=90233)]
        },
        **EDIT,
    ),
    "edited_channel_post": expected(
        "edited_channel_post",
        CHANNEL_ITSELF,
        CHANNEL,
        77,
        "Release 4 works nearly everywhere",
        "msg:77",
        external_id="telegram:-1001122334455/77#edit:1760000090-49861b86",
        refers_to="telegram:-1001122334455/77",
        sent_at=at(90),
        **EDIT,
    ),
    "edited_command": expected(
        "edited_command",
        MARTA,
        SUPERGROUP,
        72,
        "/human now",
        "msg:72",
        external_id="telegram:-1001987654321/72#edit:1760000100-faeb54c7",
        refers_to="telegram:-1001987654321/72",
        sent_at=at(100),
        **EDIT,
    ),
}

COMMANDS = {
    "human_private": expected("human_private", MARTA, PRIVATE, 71, "/human", "chat", **COMMAND),
    "human_in_group": expected(
        "human_in_group", MARTA, SUPERGROUP, 72, "/human", "msg:72", merges_with_author=True, **COMMAND
    ),
    "human_with_words": expected(
        "human_with_words",
        MARTA,
        SUPERGROUP,
        73,
        "please call\nme back",
        "msg:73",
        merges_with_author=True,
        **COMMAND,
    ),
    "human_as_reply": expected(
        "human_as_reply",
        MARTA,
        SUPERGROUP,
        74,
        "/human",
        "msg:13",
        refers_to=ANSWER,
        payload={"thread_root": CHAIN},
        **COMMAND,
    ),
    "human_in_topic": expected(
        "human_in_topic",
        MARTA,
        FORUM,
        340,
        "/human",
        "topic:300",
        payload={"message_thread_id": 300},
        **COMMAND,
    ),
    "other_command": expected(
        "other_command",
        MARTA,
        SUPERGROUP,
        79,
        "/status of my ticket",
        "msg:79",
        merges_with_author=True,
        addressed=True,
    ),
    "path_is_no_command": expected(
        "path_is_no_command",
        MARTA,
        SUPERGROUP,
        80,
        "/etc/hosts is not read",
        "msg:80",
        merges_with_author=True,
    ),
}


def feedback(
    fixture: str, event: str, who: Account, place: Place, number: int, key: str, **differs: Any
) -> Incoming:
    """A press or a reaction: no words, and only on a ticket that is there."""
    external_id = f"telegram:callback/{load('telegram', fixture).get('callback_query', {}).get('id')}"
    fields = {
        "event": event,
        "external_id": external_id,
        "refers_to": f"telegram:{place.id}/{number}",
        "sent_at": NOW,
        "addressed": True,
        "needs_ticket": True,
    }
    made = expected(fixture, who, place, number, "", key, **(fields | differs))
    for of_messages in ("attachments", "links"):
        del made.payload[of_messages]
    return made


def press(fixture: str, event: str, place: Place, number: int, key: str, **payload: Any) -> Incoming:
    query = load("telegram", fixture)["callback_query"]["id"]
    extra = {"callback_query_id": query} | payload
    return feedback(fixture, event, MARTA, place, number, key, ticket_id=42, payload=extra)


def reaction(fixture: str, event: str, emoji: str, who: Account = MARTA) -> Incoming:
    number = who.author.removeprefix("telegram:")
    return feedback(
        fixture,
        event,
        who,
        SUPERGROUP,
        101,
        "msg:101",
        external_id=f"{ANSWER}#reaction:{number}:1760000200",
        sent_at=at(200),
        payload={"reaction": emoji},
    )


FEEDBACK = {
    "press_positive": press("press_positive", "feedback_positive", SUPERGROUP, 101, "msg:13"),
    "press_negative_private": press("press_negative_private", "feedback_negative", PRIVATE, 28, "chat"),
    "press_human_in_topic": press(
        "press_human_in_topic", "human_requested", FORUM, 341, "topic:300", message_thread_id=300
    ),
    "press_inaccessible": press("press_inaccessible", "human_requested", SUPERGROUP, 101, "msg:101"),
    "reaction_thumbs_up": reaction("reaction_thumbs_up", "feedback_positive", "👍"),
    "reaction_heart": reaction("reaction_heart", "feedback_positive", "❤"),
    "reaction_thumbs_down": reaction("reaction_thumbs_down", "feedback_negative", "👎"),
    "reaction_anonymous": reaction(
        "reaction_anonymous",
        "feedback_positive",
        "👍",
        Account("telegram:-1001987654321", "Acme Support", {}),
    ),
}

DROPPED = {
    "start_private": "start_command",
    "start_group": "start_command",
    "start_other_bot": "other_bots_command",
    "human_other_bot": "other_bots_command",
    "press_malformed": "unknown_button",
    "press_unknown_event": "unknown_button",
    "press_ticket_too_large": "unknown_button",
    "press_inline": "unknown_button",
    "press_game": "unknown_button",
    "reaction_removed": "reaction",
    "reaction_other": "reaction",
    "reaction_custom": "reaction",
    "reaction_both": "reaction",
    "reaction_count": "reaction",
    "reaction_own": "own_message",
    "reaction_other_bot": "other_bot",
}


@pytest.mark.parametrize("name", EDITS)
def test_edit_names_what_it_revises(name: str) -> None:
    assert parsed(name) == EDITS[name]


def test_two_edits_within_one_second_are_two_events() -> None:
    raw = load("telegram", "edited_text")
    first = parse_update(raw, BOT_USERNAME, BOT_ID)
    raw["edited_message"]["text"] += "!"
    second = parse_update(raw, BOT_USERNAME, BOT_ID)

    assert isinstance(first, Incoming)
    assert isinstance(second, Incoming)
    assert first.external_id != second.external_id


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_understood(name: str) -> None:
    assert parsed(name) == COMMANDS[name]


@pytest.mark.parametrize("name", FEEDBACK)
def test_feedback_names_message_and_ticket(name: str) -> None:
    assert parsed(name) == FEEDBACK[name]


@pytest.mark.parametrize("name", DROPPED)
def test_other_events_are_dropped_with_their_reason(name: str) -> None:
    assert parsed(name) == Dropped(DROPPED[name])
