"""How Telegram's objects are read and named, whatever the kind of update."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Chat, Message, Update

from shiftbot.platforms.shape import Json, as_object, child, whole, words
from shiftbot.platforms.telegram.content import ATTACHMENT_KINDS

# What a report cannot do without. The rest of a message may be of a shape the library does not know (yet).
ESSENTIAL = frozenset(
    {
        *("message_id", "date", "edit_date", "chat", "from", "sender_chat", "author_signature", "text"),
        *("caption", "is_automatic_forward", "message_thread_id", "is_topic_message", "media_group_id"),
    }
)
# Read from the JSON; the library would refuse the whole message for, say, a poll of an older shape.
READ_AS_JSON = frozenset({"forward_origin", "external_reply", "quote", *ATTACHMENT_KINDS})
OF_THE_ANSWERED = ESSENTIAL | {"forum_topic_created"}


@dataclass(frozen=True)
class Bot:
    """Who we are on Telegram."""

    username: str
    id: int

    def wrote(self, message: Message) -> bool:
        """Whether the message is ours."""
        return message.from_user is not None and message.from_user.id == self.id


def read_update(raw: Json, kind: str) -> tuple[Update, list[str]]:
    """The update, and the fields of its message that had to be left out to read it at all."""
    fields = as_object(raw.get(kind))
    needed = {key: value for key, value in fields.items() if key not in READ_AS_JSON}
    if answered := child(fields, "reply_to_message"):
        needed["reply_to_message"] = _only(answered, OF_THE_ANSWERED)
    try:
        return _update(raw, kind, needed), []
    except Exception:  # any error means an unknown shape, and a report must not be lost to, say, an entity's
        return _update(raw, kind, _only(fields, ESSENTIAL)), sorted(needed.keys() - ESSENTIAL)


def _update(raw: Json, kind: str, fields: Json) -> Update:
    return Update.de_json({"update_id": raw.get("update_id"), kind: fields}, None)


def _only(fields: Json, kept: frozenset[str]) -> Json:
    return {key: value for key, value in fields.items() if key in kept}


def message_id(chat: object, message: object) -> str:
    """The external_id of a message. Raises UnknownShape."""
    return f"telegram:{whole(chat)}/{whole(message)}"


def account(number: object) -> str:
    """The author that a user's or a chat's id stands for. Raises UnknownShape."""
    return f"telegram:{whole(number)}"


def chat_name(chat: Chat) -> str:
    """What people call the chat."""
    return words(chat.title) or words(chat.full_name) or words(chat.username)
