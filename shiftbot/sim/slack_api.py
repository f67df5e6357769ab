"""Part of the Slack simulator: the Web API methods, with Slack's own refusals."""

from __future__ import annotations

from collections.abc import Callable

from .slack_events import Events
from .slack_values import TS, Refused, about, between, check_blocks, page, shown, sub_object
from .slack_world import BOT, BOT_USER, TEAM, Channel, Json, World


class WebApi:
    """The methods our app calls; each expects the world's lock to be held and returns the rest of "ok"."""

    def __init__(self, world: World, events: Events) -> None:
        self.world = world
        self.events = events
        self.methods: dict[str, Callable[[Json], Json]] = {
            "api.test": lambda arguments: {},
            "auth.test": self.auth_test,
            "chat.postMessage": self.post_message,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "chat.getPermalink": self.permalink,
            "conversations.replies": self.replies,
            "conversations.history": self.history,
            "conversations.info": lambda arguments: {"channel": about(self.channel(arguments))},
            "conversations.join": self.join,
            "users.info": self.user_info,
            "reactions.add": self.add_reaction,
            "files.info": self.file_info,
        }

    def channel(self, arguments: Json, needs_member: bool = False) -> Channel:
        """The channel a call is about, by id or #name."""
        wanted = str(arguments.get("channel") or "")
        by_name = {channel.name: channel for channel in self.world.channels.values()}
        channel = self.world.channels.get(wanted) or by_name.get(wanted.removeprefix("#"))
        if channel is None or (channel.kind != "channel" and not channel.is_member):
            raise Refused("channel_not_found")  # a private channel does not exist for who is not in it
        if needs_member and not channel.is_member:
            raise Refused("not_in_channel")
        return channel

    def auth_test(self, arguments: Json) -> Json:
        """auth.test."""
        names = {"url": "https://shift-sim.slack.com/", "team": "Shift-Sim", "user": self.world.bot_name}
        ids = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}
        return names | ids | {"is_enterprise_install": False}

    def post_message(self, arguments: Json) -> Json:
        """chat.postMessage; the post comes back as an event, as from Slack."""
        channel = self._addressed(arguments)
        if channel.is_archived:
            raise Refused("is_archived")
        content = self._content(arguments)
        thread = str(arguments.get("thread_ts") or "")
        if thread and not TS.fullmatch(thread):
            words = f"[ERROR] {thread} is not a valid thread_ts"
            raise Refused("invalid_thread_ts", response_metadata={"messages": [words]})
        message = self.world.post(channel, content, self.root(channel, thread))
        self.events.publish(channel, self.event(channel, message))
        return {"channel": channel.id, "ts": message["ts"], "message": shown(message)}

    def _addressed(self, arguments: Json) -> Channel:
        """A post may name a user in place of a channel: it lands in the conversation of the two."""
        user = str(arguments.get("channel") or "")
        if user[:1] not in ("U", "W"):
            channel = self.channel(arguments, needs_member=True)
        elif user in self.world.users:
            channel = self.world.direct(user)
        else:
            raise Refused("channel_not_found")
        if channel.kind == "im" and not self.world.has_messages_tab:
            raise Refused("messages_tab_disabled")
        return channel

    def root(self, channel: Channel, thread: str) -> str:
        """The root of the thread that a message belongs to: a reply's thread is that of its root."""
        return str(channel.messages.get(thread, {}).get("thread_ts") or thread)

    def _content(self, arguments: Json) -> Json:
        text, blocks = str(arguments.get("text") or ""), sub_object(arguments, "blocks") or []
        text = text or str(arguments.get("markdown_text") or "")
        if not text and not blocks and not sub_object(arguments, "attachments"):
            raise Refused("no_text")
        if len(text) > 40_000:
            raise Refused("msg_too_long")
        check_blocks(blocks)
        metadata = sub_object(arguments, "metadata")
        if metadata is not None and not {"event_type", "event_payload"} <= set(metadata):
            raise Refused("invalid_metadata_format")
        return self.world.by_bot(text, blocks) | ({"metadata": metadata} if metadata else {})

    def post_ephemeral(self, arguments: Json) -> Json:
        """chat.postEphemeral: one user sees it, no history keeps it."""
        channel = self.channel(arguments, needs_member=True)
        user = str(arguments.get("user") or "")
        if user not in self.world.users:
            raise Refused("user_not_in_channel")
        thread = str(arguments.get("thread_ts") or "")
        return {"message_ts": self.whisper(channel, self._content(arguments), thread)}

    def whisper(self, channel: Channel, content: Json, thread: str = "") -> str:
        """Shows a message to one user only and returns its ts."""
        message: Json = {"type": "message", **content, "ts": self.world.ts()}
        channel.ephemeral[message["ts"]] = message | ({"thread_ts": thread} if thread else {})
        self.world.changed.notify_all()
        return str(message["ts"])

    def _own(self, arguments: Json, verb: str) -> tuple[Channel, Json]:
        channel = self.channel(arguments)
        message = channel.messages.get(str(arguments.get("ts") or ""))
        if message is None:
            raise Refused("message_not_found")
        if message.get("bot_id") != BOT:
            raise Refused(f"cant_{verb}_message")
        return channel, message

    def update(self, arguments: Json) -> Json:
        """chat.update."""
        channel, old = self._own(arguments, "update")
        if "text" not in arguments and "blocks" in arguments:
            arguments = arguments | {"text": old["text"]}
        new = self.replace(channel, old, self._content(arguments))
        return {"channel": channel.id, "ts": new["ts"], "text": new["text"], "message": shown(new)}

    def replace(self, channel: Channel, old: Json, content: Json) -> Json:
        """Changes a message in place and tells of it as message_changed."""
        edited = old | content | {"edited": {"user": content.get("user", ""), "ts": self.world.ts()}}
        channel.messages[old["ts"]] = edited
        self.world.changed.notify_all()
        change = {"subtype": "message_changed", "message": shown(edited), "previous_message": shown(old)}
        self.events.publish(channel, self.hidden(channel, change))
        return edited

    def delete(self, arguments: Json) -> Json:
        """chat.delete."""
        channel, message = self._own(arguments, "delete")
        self.remove(channel, message)
        return {"channel": channel.id, "ts": message["ts"]}

    def remove(self, channel: Channel, message: Json) -> None:
        """Deletes a message; the root of a thread with replies leaves a tombstone."""
        ts = message["ts"]
        if channel.replies(ts):
            tomb: Json = {"type": "message", "subtype": "tombstone", "text": "This message was deleted."}
            tomb |= {"user": "USLACKBOT", "hidden": True, "ts": ts, "thread_ts": ts}
            channel.messages[ts] = tomb
            change = {"subtype": "message_changed", "message": tomb, "previous_message": shown(message)}
        else:
            del channel.messages[ts]
            change = {"subtype": "message_deleted", "previous_message": shown(message), "deleted_ts": ts}
        self.world.changed.notify_all()
        self.events.publish(channel, self.hidden(channel, change))

    def event(self, channel: Channel, message: Json) -> Json:
        """The message event of a message."""
        place = {"channel": channel.id, "event_ts": message["ts"], "channel_type": channel.kind}
        return shown(message) | place

    def hidden(self, channel: Channel, change: Json) -> Json:
        """The message event of a change."""
        ts = self.world.ts()
        place = {
            "channel": channel.id,
            "hidden": True,
            "ts": ts,
            "event_ts": ts,
            "channel_type": channel.kind,
        }
        return {"type": "message", **change, **place}

    def permalink(self, arguments: Json) -> Json:
        """chat.getPermalink."""
        channel, ts = self.channel(arguments), str(arguments.get("message_ts") or "")
        if ts not in channel.messages:
            raise Refused("message_not_found")
        link = f"https://shift-sim.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
        return {"channel": channel.id, "permalink": link}

    def replies(self, arguments: Json) -> Json:
        """conversations.replies: the root first, then its replies, oldest first."""
        channel, ts = self.channel(arguments, needs_member=True), str(arguments.get("ts") or "")
        root = channel.messages.get(ts)
        if root is None:
            raise Refused("thread_not_found")
        thread = [channel.with_thread(root), *channel.replies(ts)]
        return page(thread[:1] + between(thread[1:], arguments), arguments)

    def history(self, arguments: Json) -> Json:
        """conversations.history: newest first, without replies in threads unless broadcast."""
        channel = self.channel(arguments, needs_member=True)
        tops = [
            channel.with_thread(message)
            for ts, message in sorted(channel.messages.items(), reverse=True)
            if message.get("thread_ts", ts) == ts or message.get("subtype") == "thread_broadcast"
        ]
        return page(between(tops, arguments), arguments)

    def join(self, arguments: Json) -> Json:
        """conversations.join."""
        channel = self.channel(arguments)
        if channel.kind != "channel":
            raise Refused("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise Refused("is_archived")
        channel.is_member = True
        return {"channel": about(channel)}

    def user_info(self, arguments: Json) -> Json:
        """users.info."""
        user = self.world.users.get(str(arguments.get("user") or ""))
        if user is None:
            raise Refused("user_not_found")
        return {"user": user}

    def add_reaction(self, arguments: Json) -> Json:
        """reactions.add."""
        channel = self.channel(arguments, needs_member=True)
        message = channel.messages.get(str(arguments.get("timestamp") or ""))
        if message is None:
            raise Refused("message_not_found")
        if not self.react(message, BOT_USER, str(arguments.get("name") or "")):
            raise Refused("already_reacted")
        return {}

    def react(self, message: Json, user: str, name: str) -> bool:
        """Puts a reaction on a message; returns whether it was new."""
        reactions = message.setdefault("reactions", [])
        found = next((reaction for reaction in reactions if reaction["name"] == name), None)
        if found is None:
            found = {"name": name, "users": [], "count": 0}
            reactions.append(found)
        if user in found["users"]:
            return False
        found["users"].append(user)
        found["count"] += 1
        self.world.changed.notify_all()
        return True

    def file_info(self, arguments: Json) -> Json:
        """files.info."""
        known = self.world.files.get(str(arguments.get("file") or ""))
        if known is None:
            raise Refused("file_not_found")
        return {"file": known[0]}
