"""How Telegram's JSON is read and named, whatever the kind of update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from shiftbot.platforms.shape import Json, as_object, child, whole, words


@dataclass(frozen=True)
class Bot:
    """Who we are on Telegram."""

    username: str
    id: int

    def wrote(self, message: Json) -> bool:
        """Whether the message is ours."""
        return child(message, "from").get("id") == self.id


def message_id(chat: object, message: object) -> str:
    """The external_id of a message. Raises UnknownShape."""
    return f"telegram:{whole(chat)}/{whole(message)}"


def account(number: object) -> str:
    """The author that a user's or a chat's id stands for. Raises UnknownShape."""
    return f"telegram:{whole(number)}"


def when(timestamp: object) -> datetime:
    """A time in Telegram's whole seconds. Raises UnknownShape, and OverflowError beyond the year 9999."""
    return datetime.fromtimestamp(whole(timestamp), UTC)


def said_by(message: Json, key: str) -> Json | None:
    """The user or the chat under the key, None where there is none. Raises UnknownShape."""
    value = message.get(key)
    return None if value is None else as_object(value)


def full_name(user: Json) -> str:
    """What a person is called."""
    return f"{words(user.get('first_name'))} {words(user.get('last_name'))}".strip()


def chat_name(chat: Json) -> str:
    """What people call the chat."""
    return words(chat.get("title")) or full_name(chat) or words(chat.get("username"))
