"""Part of the Telegram simulator: people, chats and messages, kept in memory in the Bot API's own JSON."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from .faults import SimError

Json = dict[str, Any]
SERVICE_USER = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
ANONYMOUS_ADMIN = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
NOT_REPEATED = ("reply_to_message", "buttons")  # a quoted message does not quote in turn


@dataclass
class Chat:
    """One chat, what the bot is in it, and every message that can still be seen."""

    id: int
    type: str
    about: Json  # the Chat object of updates
    bot_status: str
    linked_chat_id: int | None = None
    migrated_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    messages: dict[int, Json] = field(default_factory=dict)
    reactions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)  # by message and user
    last_id: int = 0

    @property
    def is_group(self) -> bool:
        """Whether several people write here."""
        return self.type in ("group", "supergroup")

    @property
    def is_forum(self) -> bool:
        """Whether the group is divided into topics."""
        return bool(self.about.get("is_forum"))


class World:
    """What the Bot API methods and the customers share. Every method expects `changed` to be held."""

    def __init__(self, changed: threading.Condition, bot: Json, first_id: int = 0) -> None:
        self.changed = changed
        self.bot = bot
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[Json, bytes]] = {}
        self.queries: dict[str, Json] = {}  # callback queries nobody has answered yet
        self.toasts: list[Json] = []  # the answered ones, with the answer
        self.numbers = itertools.count(1)
        self.first_id = self._shared_id = first_id

    def add_user(self, user_id: int, first_name: str = "", username: str = "") -> Json:
        """The user, made up on first sight."""
        known = self.users.get(user_id)
        if known is None or first_name or username:
            known = {"id": user_id, "is_bot": False, "first_name": first_name or f"Customer {user_id}"}
            known |= {"username": username} if username else {}
            self.users[user_id] = known | {"language_code": "en"}
        return self.users[user_id]

    def add_chat(self, chat: Chat) -> Chat:
        """Adds a chat. Raises SimError where the id is taken."""
        if chat.id in self.chats:
            raise SimError(f"chat {chat.id} exists already")
        self.chats[chat.id] = chat
        chat.last_id = self.first_id
        return chat

    def chat(self, chat_id: int) -> Chat:
        """The chat as its members know it. Raises SimError."""
        chat = self.chats.get(int(chat_id))
        if chat is None:
            raise SimError(f"there is no chat {chat_id}; make it with create_chat")
        return chat

    def next_message_id(self, chat: Chat) -> int:
        """Private chats and basic groups share one count per bot, supergroups and channels have their own."""
        if chat.type in ("private", "group"):
            self._shared_id += 1
            return self._shared_id
        chat.last_id += 1
        return chat.last_id

    def post(self, chat: Chat, sender: Json, content: Json, reply_to: int = 0, topic: int = 0) -> Json:
        """Puts a message into a chat. `sender` holds `from` and/or `sender_chat`."""
        message: Json = {"message_id": self.next_message_id(chat), **sender, "chat": chat.about}
        message["date"] = int(time.time())
        message |= self._place(chat, reply_to, topic) | content
        chat.messages[message["message_id"]] = message
        self.changed.notify_all()
        return message

    def bare(self, message: Json) -> Json:
        """A message as another one quotes it."""
        return {name: value for name, value in message.items() if name not in NOT_REPEATED}

    def _place(self, chat: Chat, reply_to: int, topic: int) -> Json:
        """The fields that say where in a chat a message stands."""
        target = chat.messages.get(reply_to)
        place: Json = {}
        if target is not None:
            place["reply_to_message"] = self.bare(target)
            if chat.is_forum:
                topic = topic or (target.get("message_thread_id", 0) if target.get("is_topic_message") else 0)
            elif chat.type == "supergroup":  # a chain of replies is a thread, named after its root
                place["message_thread_id"] = target.get("message_thread_id", reply_to)
        elif topic and topic in chat.messages:
            place["reply_to_message"] = self.bare(chat.messages[topic])  # the topic's service message
        if topic:
            place["message_thread_id"] = topic
            if chat.is_forum:
                place["is_topic_message"] = True
        return place

    def view(self, message: Json) -> Json:
        """A message as an onlooker describes it, with the whole of it under `message`."""
        sender = message.get("sender_chat") or message.get("from") or message["chat"]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        chat = self.chats[message["chat"]["id"]]
        return {
            "message_id": message["message_id"],
            "date": message["date"],
            "from_bot": message.get("from", {}).get("id") == self.bot["id"],
            "sender": sender.get("username") or sender.get("title") or sender.get("first_name", ""),
            "text": message.get("text", message.get("caption", "")),
            "reply_to": message.get("reply_to_message", {}).get("message_id"),
            "topic": message.get("message_thread_id"),
            "buttons": [button["text"] for row in rows for button in row],
            "edited": "edit_date" in message,
            "reactions": [
                kind.get("emoji", "")
                for (message_id, _), kinds in chat.reactions.items()
                if message_id == message["message_id"]
                for kind in kinds
            ],
            "message": message,
        }


def member_status(world: World, chat: Chat, user_id: int) -> str:
    """The ChatMember status of a user or of the bot."""
    if user_id == world.bot["id"]:
        return chat.bot_status
    if user_id in chat.admins:
        return "administrator"
    if user_id in chat.members or (chat.type == "private" and chat.id == user_id):
        return "member"
    return "left"
