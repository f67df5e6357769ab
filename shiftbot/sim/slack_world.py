"""Part of the Slack simulator: people, channels and messages, kept in memory in Slack's own JSON."""

from __future__ import annotations

import itertools
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from .faults import SimError

Json = dict[str, Any]
TEAM = "T0SHIFTSIM"
APP = "A0SHIFTSIM"
BOT = "B0SHIFTSIM"
BOT_USER = "U0SHIFTSIM"
KINDS = {"C": "channel", "G": "group", "D": "im"}
MARKUP = re.compile(r"<(?:@[UW][A-Z0-9]+|[#!][^<>\s]+|https?://[^<>\s]+)>")
LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)]")


@dataclass
class Channel:
    """A channel or direct conversation and every message that is still there, thread replies included."""

    id: str
    name: str
    is_member: bool = True
    is_archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)
    ephemeral: dict[str, Json] = field(default_factory=dict)  # seen by one user only, in no history

    @property
    def kind(self) -> str:
        """The channel_type of events."""
        return KINDS[self.id[0]]

    def replies(self, root: str) -> list[Json]:
        """The replies in a thread, without its root, oldest first."""
        found = [m for ts, m in self.messages.items() if m.get("thread_ts") == root and ts != root]
        return sorted(found, key=lambda message: str(message["ts"]))

    def with_thread(self, message: Json) -> Json:
        """A message as the history shows it: a thread's root counts its replies."""
        replies = self.replies(message["ts"])
        if not replies:
            return message
        users = list(dict.fromkeys(reply.get("user", reply.get("bot_id")) for reply in replies))
        counts: Json = {"reply_count": len(replies), "reply_users_count": len(users), "reply_users": users}
        latest = {"latest_reply": replies[-1]["ts"], "is_locked": False, "subscribed": False}
        return message | {"thread_ts": message["ts"]} | counts | latest


class World:
    """What the Web API methods and the customers share. Every method expects `changed` to be held."""

    def __init__(self, changed: threading.Condition, bot_name: str) -> None:
        self.changed = changed
        self.bot_name = bot_name
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, tuple[Json, bytes]] = {}
        self.numbers = itertools.count(1)
        self.has_messages_tab = (
            True  # of App Home; without it nobody and nothing writes in direct conversations
        )
        self._last_ts = 0

    def ts(self) -> str:
        """A new timestamp, which is a message's name: made from the clock, never twice."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, user: str, name: str = "", email: str = "", is_bot: bool = False) -> Json:
        """The user, made up on first sight."""
        if user not in self.users or name or email:
            real = name or f"Customer {user}"
            handle = re.sub(r"\W+", ".", real.lower())
            profile = {"real_name": real, "display_name": handle, "team": TEAM}
            profile |= {"email": email or f"{handle}@example.com"}
            about: Json = {"id": user, "team_id": TEAM, "name": handle, "deleted": False, "real_name": real}
            about |= {"tz": "Europe/Berlin", "tz_offset": 3600, "profile": profile, "is_bot": is_bot}
            self.users[user] = about | {"is_admin": False, "is_app_user": False, "updated": int(time.time())}
        return self.users[user]

    def channel(self, channel: str) -> Channel:
        """The channel as its members know it. Raises SimError."""
        if channel not in self.channels:
            raise SimError(f"there is no channel {channel}; make it with create_channel")
        return self.channels[channel]

    def direct(self, user: str) -> Channel:
        """The conversation of the app with a user, made on first sight."""
        return self.channels.setdefault(f"D{user[1:]}", Channel(f"D{user[1:]}", user))

    def message(self, channel: str, ts: str) -> Json:
        """A message that is there. Raises SimError."""
        messages = self.channel(channel).messages
        if ts not in messages:
            raise SimError(f"there is no message {ts} in channel {channel}")
        return messages[ts]

    def post(self, channel: Channel, content: Json, thread: str = "") -> Json:
        """Puts a message into a channel or a thread of it."""
        message: Json = {"type": "message", **content, "ts": self.ts()}
        if thread:
            message["thread_ts"] = thread
            if root := channel.messages.get(thread):
                message["parent_user_id"] = root.get("user", "")
        channel.messages[message["ts"]] = message
        self.changed.notify_all()
        return message

    def written(self, user: str, text: str) -> Json:
        """The fields of a message that a person typed."""
        self.add_user(user)
        wire = escaped(text)
        return {"user": user, "client_msg_id": str(uuid.uuid4()), "text": wire, "team": TEAM} | {
            "blocks": [rich_text(text, next(self.numbers))]
        }

    def by_bot(self, text: str, blocks: list[Json]) -> Json:
        """The fields of a message that our bot posts."""
        profile = {"id": BOT, "app_id": APP, "name": self.bot_name, "deleted": False, "team_id": TEAM}
        about: Json = {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "text": text, "team": TEAM}
        about |= {"bot_profile": profile}
        named: list[Json] = [{"block_id": f"b{next(self.numbers)}"} | block for block in blocks]
        for block in named:
            elements: list[Json] = block.get("elements", [])
            for place, element in enumerate(elements):
                element.setdefault("action_id", f"a{place}")
        return about | {"blocks": named or [rich_text(text, next(self.numbers))]}

    def view(self, message: Json, is_ephemeral: bool = False) -> Json:
        """A message as an onlooker describes it, with the whole of it under `message`."""
        return {
            "ts": message["ts"],
            "thread": message.get("thread_ts"),
            "from_bot": message.get("bot_id") == BOT,
            "sender": message.get("user") or message.get("username") or message.get("bot_id"),
            "text": message.get("text", ""),
            "buttons": [button["text"]["text"] for _, button in buttons(message)],
            "edited": "edited" in message,
            "ephemeral": is_ephemeral,
            "reactions": [reaction["name"] for reaction in message.get("reactions", [])],
            "message": message,
        }


def buttons(message: Json) -> list[tuple[Json, Json]]:
    """The blocks and buttons of a message."""
    found = []
    for block in message.get("blocks", []):
        elements = [*block.get("elements", ()), block.get("accessory")]
        found += [(block, e) for e in elements if e and e.get("type") == "button"]
    return found


def escaped(text: str) -> str:
    """What a person typed as Slack sends it: &, < and > escaped, addresses in angle brackets."""
    parts, end = [], 0
    for match in re.finditer(f"{MARKUP.pattern}|{LINK.pattern}", text):
        parts.append(_entities(text[end : match.start()]))
        found = match[0]
        parts.append(found if found.startswith("<") else f"<{_entities(found)}>")
        end = match.end()
    return "".join(parts) + _entities(text[end:])


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich_text(text: str, number: int) -> Json:
    """The block that Slack's editor makes of a plain text."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": f"r{number}", "elements": [section]}
