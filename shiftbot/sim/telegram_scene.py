"""Part of the Telegram simulator: how a message gets into a chat and, where the bot may see it, out to it."""

from __future__ import annotations

import threading

from .faults import SimError
from .telegram_media import Media
from .telegram_updates import Updates
from .telegram_world import Chat, Json, World


class Scene:
    """What the customers' verbs stand on."""

    world: World
    updates: Updates
    media: Media
    changed: threading.Condition

    def _write(self, chat: int, user: int, content: Json, reply_to: int = 0, topic: int = 0) -> Json:
        """Posts as a customer and tells the bot."""
        with self.changed:
            place = self.world.chat(chat)
            message = self._posted(place, user, content, reply_to, topic)
            self._announce(place, message)
            return message

    def _posted(self, place: Chat, user: int, content: Json, reply_to: int = 0, topic: int = 0) -> Json:
        if place.type == "channel":
            raise SimError(f"chat {place.id} is a channel; use channel_post")
        if place.migrated_to is not None:
            raise SimError(f"chat {place.id} has moved to {place.migrated_to}")
        if reply_to and reply_to not in place.messages:
            raise SimError(f"there is no message {reply_to} in chat {place.id}")
        if topic and topic not in place.topics:
            raise SimError(f"there is no topic {topic} in chat {place.id}")
        place.members.add(user)
        return self.world.post(place, {"from": self.world.add_user(user)}, content, reply_to, topic)

    def _announce(self, place: Chat, message: Json, kind: str = "message") -> None:
        self.changed.notify_all()
        if place.bot_status not in ("left", "kicked") and self._is_seen(place, message):
            self.updates.publish(kind, message, place.id)

    def _is_seen(self, place: Chat, message: Json) -> bool:
        """Privacy mode: in groups an ordinary bot sees commands, mentions and answers to it."""
        bot = self.world.bot
        if not place.is_group or bot["can_read_all_group_messages"] or place.bot_status == "administrator":
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
            return True
        text = message.get("text") or message.get("caption") or ""
        is_content = bool(text) or "photo" in message or "document" in message or "voice" in message
        is_service = not is_content and "sticker" not in message
        return is_service or text.startswith("/") or f"@{bot['username']}" in text

    def _message(self, chat: int, message_id: int) -> tuple[Chat, Json]:
        place = self.world.chat(chat)
        if message_id not in place.messages:
            raise SimError(f"there is no message {message_id} in chat {chat}")
        return place, place.messages[message_id]


def button_of(place: Chat, text: str, message_id: int | None) -> tuple[Json, Json]:
    """The newest message with a button that says `text`, and the button. Raises SimError."""
    for number in sorted(place.messages, reverse=True):
        if message_id in (None, number):
            rows = place.messages[number].get("reply_markup", {}).get("inline_keyboard", [])
            for button in (button for row in rows for button in row):
                if button["text"] == text:
                    return place.messages[number], button
    raise SimError(f"there is no button {text!r} in chat {place.id}")


def free_id(world: World, kind: str) -> int:
    """An unused id of the form this kind of chat has."""
    count = next(world.numbers)
    return {"private": 7_000_000 + count, "group": -(4_000_000 + count)}.get(kind, -(1002000000000 + count))
