"""Telegram updates as `Incoming`: the kind of each, and what a message says, to whom, in which thread."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import Chat, Message, Update, User

from shiftbot.platforms.base import Dropped, Incoming, Parsed, SourceMoved
from shiftbot.platforms.shape import Json, UnknownShape, child, guarded, present, whole, words
from shiftbot.platforms.telegram import content
from shiftbot.platforms.telegram.presses import parse_callback, parse_reaction
from shiftbot.platforms.telegram.reading import Bot, account, chat_name, message_id, read_update

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
    update, unread = read_update(raw, kind)
    message = _effective(update)
    if message.migrate_to_chat_id is not None:
        old, new = whole(message.chat.id), whole(message.migrate_to_chat_id)
        return SourceMoved("telegram", str(old), str(new))
    incoming = _incoming(update, message, child(raw, kind), bot, unread)
    if isinstance(incoming, Dropped):
        return incoming
    return _command(incoming, bot)


def _edit(raw: Json, kind: str, bot: Bot) -> Parsed:
    update, unread = read_update(raw, kind)
    message = _effective(update)
    fields = child(raw, kind)
    if "location" in fields:
        return Dropped("live_location")  # moves on by itself every few seconds
    incoming = _incoming(update, message, fields, bot, unread)
    if isinstance(incoming, Dropped):
        return incoming
    edited_at = message.edit_date or message.date
    # edit_date counts whole seconds: the digest tells two edits within one second apart
    files = [str(entry["file_unique_id"]) for entry in content.attachments(fields)]
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


def _effective(update: Update) -> Message:
    for message in (update.message, update.channel_post, update.edited_message, update.edited_channel_post):
        if message is not None:
            return message
    raise UnknownShape


def _incoming(update: Update, message: Message, raw: Json, bot: Bot, unread: list[str]) -> Incoming | Dropped:
    """The message as a report; the caller makes an edit or a command of it."""
    reason = _not_a_report(message, raw, bot)
    if reason:
        return Dropped(reason)
    author, author_name = _author(message)
    thread = _thread(message)
    private = message.chat.type == Chat.PRIVATE
    answers_bot = thread.answered is not None and bot.wrote(thread.answered)
    return Incoming(
        platform="telegram",
        source_external_id=str(whole(message.chat.id)),
        event="message",
        external_id=message_id(message.chat.id, message.message_id),
        thread_key=thread.key,
        author=author,
        author_name=author_name,
        sent_at=message.date,
        body=content.body(message),
        refers_to=thread.refers_to,
        merge_group=words(message.media_group_id)[:64] or None,
        merges_with_author=thread.loose,
        addressed=private or answers_bot or content.mentions(message, bot.username, bot.id),
        payload=_payload(update, message, raw, thread) | present(unread=unread),
    )


def _not_a_report(message: Message, raw: Json, bot: Bot) -> str | None:
    """Why the message is dropped, if it is."""
    if message.from_user is not None and message.sender_chat is None:
        if message.from_user.id == bot.id:
            return "own_message"
        if message.from_user.is_bot:
            return "other_bot"
    if content.is_report(raw):
        return None
    return "service_message" if content.is_service(raw) else "unknown_content"


def _author(message: Message) -> tuple[str, str]:
    """Who is behind it. Anonymous admins, channels and their forwards come from a chat, not a person."""
    place = message.sender_chat or (message.chat if message.from_user is None else None)
    if place is not None:
        return account(place.id), words(message.author_signature) or chat_name(place)
    if not isinstance(message.from_user, User):
        raise UnknownShape
    return account(message.from_user.id), words(message.from_user.full_name)


@dataclass(frozen=True)
class _Thread:
    key: str
    answered: Message | None = None
    refers_to: str | None = None
    root: int | None = None  # of a chain of replies or of the comments on a post; not a forum topic
    loose: bool = False


def _thread(message: Message) -> _Thread:
    """Where the message belongs.

    Outside forums Telegram names every chain of replies in a supergroup after its first message, be that a
    person's or a channel post forwarded into the discussion group, and does not tell the two apart further
    down the chain. So all of them get the key of that first message.
    """
    chat, topic = message.chat.id, message.message_thread_id
    answered = _answered(message)
    refers_to = message_id(chat, answered.message_id) if answered else None
    if message.is_topic_message and topic is not None:
        return _Thread(f"topic:{whole(topic)}", answered, refers_to)
    if message.chat.type == Chat.PRIVATE:
        return _Thread("chat", answered, refers_to)
    own = whole(message.message_id)
    if message.is_automatic_forward:
        return _Thread(f"msg:{own}", answered, refers_to)
    root = topic if topic is not None else answered.message_id if answered else None
    if root is None or root == own:
        return _Thread(f"msg:{own}", loose=True)
    return _Thread(f"msg:{whole(root)}", answered, refers_to or message_id(chat, root), root)


def _answered(message: Message) -> Message | None:
    """The message this one replies to; in a topic, what only opens the topic is not replied to."""
    answered = message.reply_to_message
    if answered is None or not message.is_topic_message:
        return answered
    opens_topic = answered.forum_topic_created or answered.message_id == message.message_thread_id
    return None if opens_topic else answered


def _payload(update: Update, message: Message, raw: Json, thread: _Thread) -> Json:
    person = message.from_user if message.sender_chat is None else None
    facts = present(
        update_id=update.update_id,
        message_id=message.message_id,
        chat_type=str(message.chat.type),
        chat_title=message.chat.title,
        # Only topics can be posted to by it: with a reply chain's root Telegram answers "thread not found"
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
        thread_root=message_id(message.chat.id, thread.root) if thread.root else None,
        username=person.username if person else None,
        language_code=person.language_code if person else None,
        signature=message.author_signature,
        forward=raw.get("forward_origin"),
        quote=words(child(raw, "quote").get("text")),
        external_reply=raw.get("external_reply"),
    )
    lists: Json = {"attachments": content.attachments(raw), "links": content.links(message)}
    return facts | lists | _original_post(message, raw)


def _original_post(message: Message, raw: Json) -> Json:
    """The channel post that was copied into the discussion group, to be recognised as the same report."""
    if not message.is_automatic_forward:
        return {}
    origin = child(raw, "forward_origin")
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
