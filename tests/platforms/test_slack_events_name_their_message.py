from __future__ import annotations

import json
from typing import Any

import pytest

from shiftbot.platforms.base import Dropped, Incoming
from tests.platforms.fixtures import load, names
from tests.platforms.slack_expected import ANN, ANSWER, ROOT, at, expected, in_thread, parsed, place
from tests.platforms.test_slack_messages_are_read import PICTURE

CHANGED_AT = "1760000060.006000"
TARGET = f"slack:C02BUGS/{ROOT}"
POSTED = f"slack:C02BUGS/{ANSWER}"
EDIT: dict[str, Any] = {
    "event": "edited",
    "external_id": f"{TARGET}#edit:{CHANGED_AT}",
    "refers_to": TARGET,
    "sent_at": at(CHANGED_AT),
    "merges_with_author": False,
    "needs_ticket": True,
}


def deletion(fixture: str, ts: str = ROOT, thread_ts: str | None = None, author: str = ANN) -> Incoming:
    thread = {"thread_ts": thread_ts} if thread_ts else {}
    return Incoming(
        platform="slack",
        source_external_id="C02BUGS",
        event="deleted",
        external_id=f"slack:C02BUGS/{ts}#deleted",
        thread_key=thread_ts or ts,
        author=author,
        sent_at=at("1760000070.007000") if fixture != "deleted_thread_parent" else at(CHANGED_AT),
        refers_to=f"slack:C02BUGS/{ts}",
        needs_ticket=True,
        payload=place(fixture) | {"ts": ts} | thread,
    )


def feedback(event: str, external_id: str, sent_at: str, **differs: Any) -> Incoming:
    fields: dict[str, Any] = {
        "platform": "slack",
        "source_external_id": "C02BUGS",
        "event": event,
        "external_id": external_id,
        "thread_key": ANSWER,
        "author": ANN,
        "sent_at": at(sent_at),
        "refers_to": POSTED,
        "addressed": True,
        "needs_ticket": True,
    }
    return Incoming(**(fields | differs))


def reaction(fixture: str, event: str, emoji: str) -> Incoming:
    return feedback(
        event,
        f"{POSTED}#reaction:U024BE7LH:1760000080.008000",
        "1760000080.008000",
        payload=place(fixture, channel_type=None) | {"ts": ANSWER, "reaction": emoji},
    )


def press(event: str, channel: str = "C02BUGS", thread: str = ROOT) -> Incoming:
    return feedback(
        event,
        f"slack:action/{channel}/{ANSWER}:U024BE7LH:1760000090.009000",
        "1760000090.009000",
        source_external_id=channel,
        thread_key=thread,
        author_name="ann",
        refers_to=f"slack:{channel}/{ANSWER}",
        ticket_id=42,
        payload={"channel": channel, "ts": ANSWER, "thread_ts": thread, "team_id": "T024BE7LD"},
    )


EVENTS: dict[str, Incoming] = {
    "edited": expected("edited", "The import is empty", **EDIT),
    "edited_without_previous": expected("edited_without_previous", "The import is empty", **EDIT),
    "edited_in_thread_by_admin": expected(
        "edited_in_thread_by_admin",
        "The import is empty",
        payload={"thread_ts": "1760000000.000001"},
        author="slack:U0ADMIN",
        **(in_thread("1760000000.000001") | EDIT),
    ),
    "edited_file_added": expected(
        "edited_file_added", "The export is empty", payload={"attachments": [PICTURE]}, **EDIT
    ),
    "deleted": deletion("deleted"),
    "deleted_reply": deletion("deleted_reply", "1760000004.000400", ROOT),
    "deleted_thread_parent": deletion("deleted_thread_parent", ROOT, ROOT),
    "deleted_unknown_author": deletion("deleted_unknown_author", author="slack:unknown"),
    "reaction_thumbs_up": reaction("reaction_thumbs_up", "feedback_positive", "+1::skin-tone-3"),
    "reaction_check_mark": reaction("reaction_check_mark", "feedback_positive", "white_check_mark"),
    "reaction_thumbs_down": reaction("reaction_thumbs_down", "feedback_negative", "thumbsdown"),
    "press_positive": press("feedback_positive"),
    "press_human_outside_thread": press("human_requested", "D02BOTDM", ANSWER),
    "press_message_gone": press("feedback_negative"),
}

DROPPED = {
    "edited_unfurl": "unchanged_edit",
    "edited_thread_parent": "unchanged_edit",
    "edited_own_message": "own_message",
    "edited_other_bot": "other_bot",
    "deleted_tombstone": "service_message",
    "deleted_own_message": "own_message",
    "deleted_other_bot": "other_bot",
    "reaction_on_a_person": "reaction",
    "reaction_other": "reaction",
    "reaction_on_a_file": "reaction",
    "reaction_removed": "reaction",
    "reaction_own": "own_message",
    "press_unknown_action": "unknown_button",
    "press_malformed_value": "unknown_button",
    "press_from_modal": "unknown_button",
    "view_submission": "unhandled_interaction",
}


@pytest.mark.parametrize("name", EVENTS)
def test_event_names_its_message(name: str) -> None:
    assert parsed(name) == EVENTS[name]


@pytest.mark.parametrize("name", DROPPED)
def test_other_events_are_dropped_with_their_reason(name: str) -> None:
    assert parsed(name) == Dropped(DROPPED[name])


@pytest.mark.parametrize("name", sorted(names("slack")))
def test_no_capability_or_verification_token_is_kept(name: str) -> None:
    found = parsed(name)
    kept = json.dumps(found.payload) if isinstance(found, Incoming) else ""

    assert "hooks.slack.com" not in kept
    assert load("slack", name)["token"] not in kept
