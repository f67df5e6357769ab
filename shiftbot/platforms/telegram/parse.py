"""Telegram updates as `Incoming`: the kind of each, and what a message says, to whom, in which thread."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram.constants import ChatType

from shiftbot.platforms.base import Dropped, Incoming, Parsed, SourceMoved
from shiftbot.platforms.shape import Json, as_object, child, guarded, name, present, whole, words
from shiftbot.platforms.telegram import content
from shiftbot.platforms.telegram.presses import parse_callback, parse_reaction
from shiftbot.platforms.telegram.reading import Bot, account, chat_name, full_name, message_id, said_by, when

# "/human please", "/human@ShiftBot": a command is the first word, and may name its bot
_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<words>.*))?", re.ASCII | re.DOTALL)


def parse_update(raw: object, bot_username: str, bot_id: int, now: datetime | None = None) -> Parsed:
    """What one update means. Never raises; `now` is the time of button presses, which carry none."""
    bot = Bot(bot_username.removeprefix("@"), bot_id)
    return guarded(lambda update: _parse(update, bot, now or datetime.now(UTC)), raw)


def _parse(raw: Json, bot: Bot, now: datetime) -> Parsed:
    for kind in ("message", "channel_post"):
        if kind in raw:
            return _message(raw, kind, bot)
    for kind in ("edited_message", "edited_channel_post"):
        if kind in raw:
            return _edit(raw, kind, bot)
    if "callback_query" in raw:
        return parse_callback(raw, now)
    if "message_reaction" in raw:
        return parse_reaction(raw, bot)
    if "message_reaction_count" in raw:
        return Dropped("reaction")
    if "my_chat_member" in raw or "chat_member" in raw:
        return Dropped("membership_change")
    whole(raw.get("update_id"))
    return Dropped("unhandled_update")


def _message(raw: Json, kind: str, bot: Bot) -> Parsed:
    message = as_object(raw.get(kind))
    if (moved_to := message.get("migrate_to_chat_id")) is not None:
        old = whole(as_object(message.get("chat")).get("id"))
        return SourceMoved("telegram", str(old), str(whole(moved_to)))
    incoming = _incoming(raw, message, bot)
    if isinstance(incoming, Dropped):
        return incoming
    return _command(incoming, bot)


def _edit(raw: Json, kind: str, bot: Bot) -> Parsed:
    message = as_object(raw.get(kind))
    if "location" in message:
        return Dropped("live_location")  # moves on by itself every few seconds
    incoming = _incoming(raw, message, bot)
    if isinstance(incoming, Dropped):
        return incoming
    edited_at = when(message.get("edit_date") or message.get("date"))
    # edit_date counts whole seconds: the digest tells two edits within one second apart
    files = [str(entry["file_unique_id"]) for entry in content.attachments(message)]
    digest = hashlib.blake2b("\n".join([incoming.body, *files]).encode(), digest_size=4).hexdigest()
    return replace(
        incoming,
        event="edited",
        external_id=f"{incoming.external_id}#edit:{int(edited_at.timestamp())}-{digest}",
        refers_to=incoming.external_id,
        merge_group=None,
        merges_with_author=False,
        needs_ticket=True,
        sent_at=edited_at,
    )


def _incoming(raw: Json, message: Json, bot: Bot) -> Incoming | Dropped:
    """The message as a report; the caller makes an edit or a command of it."""
    chat = as_object(message.get("chat"))
    place = said_by(message, "sender_chat")  # then `from` is a stand-in
    person = said_by(message, "from") if place is None else None
    if reason := _not_a_report(message, person, bot):
        return Dropped(reason)
    author, author_name = _author(message, person, chat if place is None else place)
    thread = _thread(message, chat)
    answers_bot = thread.answered is not None and bot.wrote(thread.answered)
    return Incoming(
        platform="telegram",
        source_external_id=str(whole(chat.get("id"))),
        event="message",
        external_id=message_id(chat.get("id"), message.get("message_id")),
        thread_key=thread.key,
        author=author,
        author_name=author_name,
        sent_at=when(message.get("date")),
        body=content.body(message),
        refers_to=thread.refers_to,
        merge_group=words(message.get("media_group_id"))[:64] or None,
        merges_with_author=thread.loose,
        addressed=_is_private(chat) or answers_bot or content.mentions(message, bot.username, bot.id),
        payload=_payload(raw, message, chat, person, thread),
    )


def _is_private(chat: Json) -> bool:
    return name(chat.get("type")) == ChatType.PRIVATE


def _not_a_report(message: Json, person: Json | None, bot: Bot) -> str | None:
    """Why the message is dropped, if it is; `person` is None where a chat speaks."""
    if person is not None:
        if person.get("id") == bot.id:
            return "own_message"
        if person.get("is_bot"):
            return "other_bot"
    if content.is_report(message):
        return None
    return "service_message" if content.is_service(message) else "unknown_content"


def _author(message: Json, person: Json | None, place: Json) -> tuple[str, str]:
    """Who is behind it. Anonymous admins, channels and their forwards come from a chat, not a person."""
    if person is not None:
        return account(person.get("id")), full_name(person)
    return account(place.get("id")), words(message.get("author_signature")) or chat_name(place)


@dataclass(frozen=True)
class _Thread:
    key: str
    answered: Json | None = None
    refers_to: str | None = None
    root: int | None = None  # of a chain of replies or of the comments on a post; not a forum topic
    loose: bool = False


def _thread(message: Json, chat: Json) -> _Thread:
    """Where the message belongs.

    Outside forums Telegram names every chain of replies in a supergroup after its first message, be that a
    person's or a channel post forwarded into the discussion group, and does not tell the two apart further
    down the chain. So all of them get the key of that first message.
    """
    topic = message.get("message_thread_id")
    answered = _answered(message)
    refers_to = message_id(chat.get("id"), answered.get("message_id")) if answered else None
    if message.get("is_topic_message") and topic is not None:
        return _Thread(f"topic:{whole(topic)}", answered, refers_to)
    if _is_private(chat):
        return _Thread("chat", answered, refers_to)
    own = whole(message.get("message_id"))
    if message.get("is_automatic_forward"):
        return _Thread(f"msg:{own}", answered, refers_to)
    root = topic if topic is not None else answered.get("message_id") if answered else None
    if root is None or root == own:
        return _Thread(f"msg:{own}", loose=True)
    return _Thread(f"msg:{whole(root)}", answered, refers_to or message_id(chat.get("id"), root), whole(root))


def _answered(message: Json) -> Json | None:
    """The message this one replies to; in a topic, what only opens the topic is not replied to."""
    answered = child(message, "reply_to_message")
    if not isinstance(answered.get("message_id"), int):  # of an unknown shape: that loses no report
        return None
    if not message.get("is_topic_message"):
        return answered
    is_first = answered.get("message_id") == message.get("message_thread_id")
    return None if is_first or answered.get("forum_topic_created") else answered


def _payload(raw: Json, message: Json, chat: Json, person: Json | None, thread: _Thread) -> Json:
    speaker = person or {}
    facts = present(
        update_id=raw.get("update_id"),
        message_id=message.get("message_id"),
        chat_type=words(chat.get("type")),
        chat_title=words(chat.get("title")),
        # Only topics can be posted to by it: with a reply chain's root Telegram answers "thread not found"
        message_thread_id=message.get("message_thread_id") if message.get("is_topic_message") else None,
        thread_root=message_id(chat.get("id"), thread.root) if thread.root else None,
        username=words(speaker.get("username")),
        language_code=words(speaker.get("language_code")),
        signature=words(message.get("author_signature")),
        forward=message.get("forward_origin"),
        quote=words(child(message, "quote").get("text")),
        external_reply=message.get("external_reply"),
    )
    lists: Json = {"attachments": content.attachments(message), "links": content.links(message)}
    return facts | lists | _original_post(message)


def _original_post(message: Json) -> Json:
    """The channel post that was copied into the discussion group, to be recognised as the same report."""
    if not message.get("is_automatic_forward"):
        return {}
    origin = child(message, "forward_origin")
    chat, post = child(origin, "chat").get("id"), origin.get("message_id")
    if not isinstance(chat, int) or not isinstance(post, int):
        return {}
    original = message_id(chat, post)
    return {"channel_post": original, "same_as": original}


def _command(incoming: Incoming, bot: Bot) -> Parsed:
    """The report as it is, or what the command in it asks for."""
    match = _COMMAND.fullmatch(incoming.body)
    if match is None:
        return incoming
    if match["bot"] and match["bot"].lower() != bot.username.lower():
        return Dropped("other_bots_command")
    command = match["name"].lower()
    if command == "start":
        return Dropped("start_command")
    if command == "human":
        said = (match["words"] or "").strip()
        return replace(incoming, event="human_requested", body=said or "/human", addressed=True)
    return replace(incoming, addressed=True)
