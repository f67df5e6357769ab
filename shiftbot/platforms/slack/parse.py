"""Slack events and button presses as `Incoming`."""

from __future__ import annotations

from shiftbot.platforms.base import Dropped, Incoming, Parsed, Recordable
from shiftbot.platforms.shape import Json, as_object, child, guarded, instant, name, present, words
from shiftbot.platforms.slack import content
from shiftbot.platforms.slack.presses import parse_press, parse_reaction
from shiftbot.platforms.slack.reading import Bot, display_name, message_id, place

# Said by a person. Every other subtype is Slack telling about the channel (or an edit, handled apart).
SPOKEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
SLACKBOT = "USLACKBOT"
NOBODY = "slack:unknown"  # Slack does not say who deleted a message it no longer has


def parse_event(raw: object) -> Recordable:
    """What one Events API request means. Never raises; a retried request gives the same."""
    return guarded(_event, raw)


def parse_interaction(raw: object) -> Parsed:
    """What one interaction payload means: a press on one of our buttons. Never raises."""
    return guarded(parse_press, raw)


def _event(envelope: Json) -> Recordable:
    if envelope.get("type") != "event_callback":
        name(envelope.get("type"))
        return Dropped("unhandled_event")
    bot = Bot.addressed_by(envelope)
    event = as_object(envelope.get("event"))
    kind = name(event.get("type"))
    if kind == "reaction_added":
        return parse_reaction(envelope, event, bot)
    if kind == "reaction_removed":
        return Dropped("reaction")
    if kind in ("member_joined_channel", "member_left_channel"):
        return Dropped("membership_change")
    if kind not in ("message", "app_mention"):
        return Dropped("unhandled_event")
    subtype = words(event.get("subtype"))
    if subtype == "message_changed":
        return _changed(envelope, event, bot)
    if subtype == "message_deleted":
        gone = child(event, "previous_message")
        return _deleted(envelope, event, gone, name(event.get("deleted_ts")), bot)
    return _message(envelope, event, bot)


def _message(envelope: Json, event: Json, bot: Bot) -> Recordable:
    reason = _not_a_report(event, bot)
    if reason:
        return Dropped(reason)
    return _incoming(envelope, event, event, bot)


def _not_a_report(message: Json, bot: Bot) -> str | None:
    """Why the message is dropped, if it is."""
    if bot.wrote(message):
        return "own_message"
    subtype = words(message.get("subtype"))
    if subtype == "bot_message" or message.get("bot_id") or message.get("user") == SLACKBOT:
        return "other_bot"
    return None if subtype in SPOKEN else "service_message"


def _incoming(envelope: Json, event: Json, message: Json, bot: Bot) -> Incoming:
    """The message, which is the event itself or, for an edit, stands within it."""
    channel, ts = name(event.get("channel")), name(message.get("ts"))
    thread = name(message.get("thread_ts") or ts)
    reply = thread != ts
    text = words(message.get("text"))
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    mentioned = event.get("type") == "app_mention" or (bot.user_id != "" and f"<@{bot.user_id}" in text)
    return Incoming(
        platform="slack",
        source_external_id=channel,
        event="message",
        external_id=message_id(channel, ts),
        thread_key=thread,
        author=f"slack:{name(message.get('user'))}",
        author_name=display_name(child(message, "user_profile")),
        sent_at=instant(ts),
        body=content.body(message),
        refers_to=message_id(channel, thread) if reply else None,
        merges_with_author=not reply,
        addressed=direct or mentioned,
        payload=_payload(envelope, event, message),
    )


def _changed(envelope: Json, event: Json, bot: Bot) -> Recordable:
    message, before = as_object(event.get("message")), child(event, "previous_message")
    if message.get("subtype") == "tombstone":  # deleted, but its thread stays
        return _deleted(envelope, event, before, name(message.get("ts")), bot)
    reason = _not_a_report(message, bot)
    if reason:
        return Dropped(reason)
    if before and _substance(before) == _substance(message):
        return Dropped("unchanged_edit")  # a link was unfurled, a thread got a reply
    said = _incoming(envelope, event, message, bot)
    changed_at = name(event.get("ts") or event.get("event_ts"))
    editor = child(message, "edited").get("user") or message.get("user")
    return Incoming(
        platform="slack",
        source_external_id=said.source_external_id,
        event="edited",
        external_id=f"{said.external_id}#edit:{changed_at}",
        thread_key=said.thread_key,
        author=f"slack:{name(editor)}",
        author_name=said.author_name if editor == message.get("user") else "",
        sent_at=instant(changed_at),
        body=said.body,
        refers_to=said.external_id,
        addressed=said.addressed,
        needs_ticket=True,
        payload=said.payload,
    )


def _substance(message: Json) -> tuple[object, list[object]]:
    return message.get("text"), [file["file_id"] for file in content.attachments(message)]


def _deleted(envelope: Json, event: Json, gone: Json, ts: str, bot: Bot) -> Recordable:
    """A deletion; `gone` is the message as it was, empty where Slack no longer has it."""
    if gone.get("subtype") == "tombstone":
        return Dropped("service_message")  # was reported when it became a tombstone
    reason = _not_a_report(gone, bot)
    if reason:
        return Dropped(reason)
    channel = name(event.get("channel"))
    return Incoming(
        platform="slack",
        source_external_id=channel,
        event="deleted",
        external_id=f"{message_id(channel, ts)}#deleted",
        thread_key=name(gone.get("thread_ts") or ts),
        author=f"slack:{name(gone['user'])}" if "user" in gone else NOBODY,
        author_name=display_name(child(gone, "user_profile")),
        sent_at=instant(name(event.get("ts") or event.get("event_ts"))),
        refers_to=message_id(channel, ts),
        needs_ticket=True,
        payload=place(envelope, event) | present(ts=ts, thread_ts=gone.get("thread_ts")),
    )


def _payload(envelope: Json, event: Json, message: Json) -> Json:
    text = words(message.get("text"))
    facts = present(
        ts=message.get("ts"),
        thread_ts=message.get("thread_ts"),
        subtype=message.get("subtype"),
        client_msg_id=message.get("client_msg_id"),
        text=text,  # as Slack wrote it, with its markup
        forwarded=content.forwarded(message),
    )
    lists: Json = {"attachments": content.attachments(message), "links": content.links(text)}
    return place(envelope, event) | facts | lists
