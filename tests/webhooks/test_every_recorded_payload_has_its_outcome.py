"""Every recorded payload through the real routes, in one conversation: what the database or the counters say of it."""

from __future__ import annotations

import json

from tests.platforms.fixtures import load, names
from tests.support.web import Web, counted

DROPPED = "dropped "

# In this order: what answers, edits or repeats another payload comes after it.
TELEGRAM = {
    "group_text": "created",
    "reply_in_group": "appended",
    "migrated_from": DROPPED + "service_message",
    "supergroup_text": "created",
    "reply_in_supergroup": "appended",
    "quote_and_external_reply": "created",
    "album_first": "created",
    "album_second": "appended",
    "animation": "created",
    "anonymous_admin": "created",
    "audio": "created",
    "channel_post": "created",
    "channel_post_reply": "appended",
    "edited_channel_post": "appended",
    "automatic_forward": "forwarded",
    "comment_on_post": "appended",
    "comment_on_comment": "appended",
    "comment_on_deleted_post": "appended",
    "business_message": DROPPED + "unhandled_update",
    "chat_member": DROPPED + "membership_change",
    "contact": "created",
    "dice": "created",
    "document": "created",
    "edited_caption": DROPPED + "unknown_message",
    "edited_command": DROPPED + "unknown_message",
    "edited_live_location": DROPPED + "live_location",
    "edited_text": "appended",
    "forwarded": "created",
    "future_kind": DROPPED + "unhandled_update",
    "general_topic": "created",
    "general_topic_reply": "appended",
    "human_as_reply": "appended",
    "human_in_group": "created",
    "human_in_topic": "created",
    "human_other_bot": DROPPED + "other_bots_command",
    "human_private": "created",
    "human_with_words": "created",
    "inline_query": DROPPED + "unhandled_update",
    "links": "created",
    "location": "created",
    "mention_of_bot": "created",
    "mention_of_person": "created",
    "my_chat_member": DROPPED + "membership_change",
    "nul_and_lone_surrogate": "created",
    "other_bot": DROPPED + "other_bot",
    "other_command": "created",
    "own_message": DROPPED + "own_message",
    "path_is_no_command": "created",
    "person_as_channel": "created",
    "photo": "created",
    "photo_without_words": "created",
    "poll": "created",
    "poll_update": DROPPED + "unhandled_update",
    "press_game": DROPPED + "unknown_button",
    "press_human_in_topic": DROPPED + "unknown_message",
    "press_inaccessible": DROPPED + "unknown_message",
    "press_inline": DROPPED + "unknown_button",
    "press_malformed": DROPPED + "unknown_button",
    "press_negative_private": DROPPED + "unknown_message",
    "press_positive": DROPPED + "unknown_message",
    "press_ticket_too_large": DROPPED + "unknown_button",
    "press_unknown_event": DROPPED + "unknown_button",
    "private_reply_to_bot": "appended",
    "private_text": "appended",
    "private_topic": "created",
    "reaction_anonymous": DROPPED + "unknown_message",
    "reaction_both": DROPPED + "reaction",
    "reaction_count": DROPPED + "reaction",
    "reaction_custom": DROPPED + "reaction",
    "reaction_heart": DROPPED + "unknown_message",
    "reaction_other": DROPPED + "reaction",
    "reaction_other_bot": DROPPED + "other_bot",
    "reaction_own": DROPPED + "own_message",
    "reaction_removed": DROPPED + "reaction",
    "reaction_thumbs_down": DROPPED + "unknown_message",
    "reaction_thumbs_up": DROPPED + "unknown_message",
    "reply_to_bot": "appended",
    "service_channel_title": DROPPED + "service_message",
    "service_joined": DROPPED + "service_message",
    "service_left": DROPPED + "service_message",
    "service_photo": DROPPED + "service_message",
    "service_pinned": DROPPED + "service_message",
    "service_title": DROPPED + "service_message",
    "service_topic_closed": DROPPED + "service_message",
    "service_topic_created": DROPPED + "service_message",
    "service_video_chat": DROPPED + "service_message",
    "start_group": DROPPED + "start_command",
    "start_other_bot": DROPPED + "other_bots_command",
    "start_private": DROPPED + "start_command",
    "sticker": "created",
    "text_mention_of_bot": "created",
    "topic_message": "appended",
    "topic_reply": "appended",
    "unknown_content": DROPPED + "unknown_content",
    "unknown_part": "created",
    "venue": "created",
    "via_inline_bot": "created",
    "video": "created",
    "video_note": "created",
    "voice": "created",
    "migrated_to": "source_moved",
}
SLACK = {
    "message_channel": "created",
    "thread_reply": "appended",
    "thread_broadcast": "appended",
    "edited": "appended",
    "edited_in_thread_by_admin": "duplicate",
    "edited_file_added": "duplicate",
    "edited_other_bot": DROPPED + "other_bot",
    "edited_own_message": DROPPED + "own_message",
    "edited_thread_parent": DROPPED + "unchanged_edit",
    "edited_unfurl": DROPPED + "unchanged_edit",
    "edited_without_previous": "duplicate",
    "deleted": "appended",
    "deleted_other_bot": DROPPED + "other_bot",
    "deleted_own_message": DROPPED + "own_message",
    "deleted_reply": "appended",
    "deleted_thread_parent": "duplicate",
    "deleted_tombstone": DROPPED + "service_message",
    "deleted_unknown_author": "duplicate",
    "app_mention": "created",
    "app_mention_in_thread": "appended",
    "channel_archive": DROPPED + "service_message",
    "channel_join": DROPPED + "service_message",
    "channel_rename": DROPPED + "unhandled_event",
    "channel_topic": DROPPED + "service_message",
    "file_of_foreign_workspace": "created",
    "file_share": "created",
    "file_share_without_words": "created",
    "forwarded_message": "created",
    "me_message": "created",
    "member_joined_channel": DROPPED + "membership_change",
    "message_im": "created",
    "message_markup": "duplicate",
    "message_mentions_bot": "duplicate",
    "message_mpim": DROPPED + "unlisted_source",
    "message_private_channel": DROPPED + "unlisted_source",
    "message_with_profile": "duplicate",
    "nul_and_lone_surrogate": "duplicate",
    "other_app": DROPPED + "other_bot",
    "other_bot": DROPPED + "other_bot",
    "own_message": DROPPED + "own_message",
    "press_from_modal": DROPPED + "unknown_button",
    "press_human_outside_thread": DROPPED + "unknown_message",
    "press_malformed_value": DROPPED + "unknown_button",
    "press_message_gone": DROPPED + "unknown_message",
    "press_positive": DROPPED + "unknown_message",
    "press_unknown_action": DROPPED + "unknown_button",
    "reaction_check_mark": DROPPED + "unknown_message",
    "reaction_on_a_file": DROPPED + "reaction",
    "reaction_on_a_person": DROPPED + "reaction",
    "reaction_other": DROPPED + "reaction",
    "reaction_own": DROPPED + "own_message",
    "reaction_removed": DROPPED + "reaction",
    "reaction_thumbs_down": DROPPED + "unknown_message",
    "reaction_thumbs_up": DROPPED + "unknown_message",
    "slackbot": DROPPED + "other_bot",
    "view_submission": DROPPED + "unhandled_interaction",
    "url_verification": "",
}


def delivered(served: Web, platform: str, name: str) -> str:
    """Posts a payload; the outcome by the counters, or the status where that is not 200."""
    raw = load(platform, name)
    before = counted()
    if platform == "telegram":
        answer = served.telegram(raw)
    elif raw["type"] in ("block_actions", "view_submission"):
        answer = served.slack_form("interactions", payload=json.dumps(raw))
    else:
        answer = served.slack(raw)
    told = [key.removeprefix(f"{platform} ") for key in (counted() - before).elements()]
    return ", ".join(told) if answer.status_code == 200 else f"HTTP {answer.status_code}"


def test_every_telegram_payload(served: Web) -> None:
    outcomes = {name: delivered(served, "telegram", name) for name in TELEGRAM}

    assert outcomes == TELEGRAM
    assert names("telegram") == set(TELEGRAM)
    assert journaled(served) == sum(
        not outcome.startswith(("dropped", "source")) for outcome in TELEGRAM.values()
    )


def test_every_slack_payload(served: Web) -> None:
    outcomes = {name: delivered(served, "slack", name) for name in SLACK}

    assert outcomes == SLACK
    assert names("slack") == set(SLACK)
    assert journaled(served) == sum(outcome in ("created", "appended") for outcome in SLACK.values())


def test_every_payload_is_recorded_once(served: Web) -> None:
    """Thrice through everything: by then every edit has met its message, and nothing more is written."""
    for _ in range(3):
        written = []
        for platform, known in (("telegram", TELEGRAM), ("slack", SLACK)):
            written += [
                name for name in known if delivered(served, platform, name) in ("created", "appended")
            ]

    assert written == []


def journaled(served: Web) -> int:
    assert served.rows("select * from ops.status_drift") == []
    assert served.rows("select * from ops.verify_journal()") == []
    return int(
        served.rows("select count(*) from public.ticket_actions where action_type = 'user_message'")[0][0]
    )
