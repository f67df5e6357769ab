"""Part of the Slack simulator: what people do in channels; each makes the events that Slack would send."""

from __future__ import annotations

import json

from .faults import SimError
from .slack_events import VERIFICATION_TOKEN
from .slack_scene import Scene
from .slack_values import about, shown
from .slack_world import APP, BOT_USER, KINDS, TEAM, Channel, Json


class Customers(Scene):
    """The people of a simulated Slack. Messages are returned as Slack's objects, `ts` is their name."""

    def add_user(self, user: str, name: str = "", email: str = "") -> Json:
        """Names a user; unnamed ones are made up when they first speak."""
        with self.changed:
            return self.world.add_user(user, name, email)

    def create_channel(
        self, channel: str, name: str = "", is_member: bool = True, is_archived: bool = False
    ) -> Json:
        """Makes a channel (C…), a private one (G…) or a direct conversation (D…) and returns it."""
        if channel[:1] not in KINDS or channel in self.world.channels:
            raise SimError(f"{channel!r} is taken, or does not begin with C, G or D")
        with self.changed:
            made = Channel(channel, name or channel.lower(), is_member, is_archived)
            self.world.channels[channel] = made
            return about(made)

    def open_direct(self, user: str) -> str:
        """The id of the conversation between a user and our app, which both may write in."""
        with self.changed:
            self.world.add_user(user)
            return self.world.direct(user).id

    def set_channel(
        self, channel: str, is_member: bool | None = None, is_archived: bool | None = None
    ) -> Json:
        """Invites or removes the bot, archives or unarchives the channel."""
        with self.changed:
            place = self.world.channel(channel)
            place.is_member = place.is_member if is_member is None else is_member
            place.is_archived = place.is_archived if is_archived is None else is_archived
            return about(place)

    def say(self, channel: str, user: str, text: str, thread: str = "") -> Json:
        """Someone writes in a channel or, with `thread`, in the thread of that ts."""
        return self._write(channel, user, text, thread)

    def mention(self, channel: str, user: str, text: str, thread: str = "") -> Json:
        """Someone writes to the bot by name: Slack sends app_mention and message with the same ts."""
        with self.changed:
            message = self._write(channel, user, f"<@{BOT_USER}> {text}", thread)
            names = ("user", "ts", "client_msg_id", "text", "team", "blocks", "thread_ts", "parent_user_id")
            event = {name: message[name] for name in names if name in message}
            place = {"type": "app_mention", "channel": channel, "event_ts": message["ts"]}
            self.events.publish(self.world.channel(channel), event | place)
            return message

    def file_share(
        self,
        channel: str,
        user: str,
        text: str = "",
        name: str = "error.log",
        content: bytes | str = "",
        thread: str = "",
    ) -> Json:
        """Someone shares a file, with a comment."""
        with self.changed:
            file = self._file(user, name, content.encode() if isinstance(content, str) else content)
            more = {"subtype": "file_share", "files": [file], "upload": False, "display_as_bot": False}
            return self._write(channel, user, text, thread, more)

    def broadcast(self, channel: str, user: str, text: str, thread: str) -> Json:
        """A reply in a thread that is also sent to the channel (thread_broadcast)."""
        with self.changed:
            place = self.world.channel(channel)
            root = place.with_thread(self.world.message(channel, thread))
            return self._write(
                channel, user, text, thread, {"subtype": "thread_broadcast", "root": shown(root)}
            )

    def bot_message(self, channel: str, text: str, username: str = "Sentry", thread: str = "") -> Json:
        """Another app's bot posts."""
        with self.changed:
            place = self.world.channel(channel)
            content = {"subtype": "bot_message", "bot_id": "B0OTHERBOT", "username": username, "text": text}
            message = self.world.post(place, content, thread)
            self.events.publish(place, self.api.event(place, message))
            return message

    def edit(self, channel: str, ts: str, text: str) -> Json:
        """The author changes a message (message_changed)."""
        with self.changed:
            old = self.world.message(channel, ts)
            written = self.world.written(old["user"], text)
            content = {name: written[name] for name in ("user", "text", "blocks")}
            return self.api.replace(self.world.channel(channel), old, content)

    def delete(self, channel: str, ts: str) -> None:
        """A message is deleted (message_deleted; a tombstone where it has replies)."""
        with self.changed:
            self.api.remove(self.world.channel(channel), self.world.message(channel, ts))

    def react(self, channel: str, user: str, ts: str, name: str) -> None:
        """Someone reacts, with a name such as thumbsup (reaction_added)."""
        with self.changed:
            message = self.world.message(channel, ts)
            self.world.add_user(user)
            if not self.api.react(message, user, name):
                raise SimError(f"{user} has reacted with {name} already")
            item = {"type": "message", "channel": channel, "ts": ts}
            event: Json = {"type": "reaction_added", "user": user, "reaction": name, "item": item}
            event |= {"item_user": message.get("user", ""), "event_ts": self.world.ts()}
            self.events.publish(self.world.channel(channel), event)

    def press(self, channel: str, ts: str, button: str, user: str) -> Json:
        """Presses the button of a message that says `button` or has it as action_id; returns the action."""
        with self.changed:
            place = self.world.channel(channel)
            message = place.ephemeral.get(ts) or self.world.message(channel, ts)
            action = self._action(message, button)
            payload = self._interaction(place, message, user, is_ephemeral=ts in place.ephemeral)
            form = {"payload": json.dumps(payload | {"actions": [action]})}
            self.events.interact(self.events.interactions_url, form, lambda attempt: None)
            return action

    def command(self, channel: str, user: str, command: str, text: str = "") -> None:
        """A slash command; a text in the answer is shown to the user only."""
        with self.changed:
            place, person = self.world.channel(channel), self.world.add_user(user)
            form = {"token": VERIFICATION_TOKEN, "team_id": TEAM, "team_domain": "shift-sim"}
            form |= {"channel_id": place.id, "channel_name": place.name, "api_app_id": APP}
            form |= {"user_id": user, "user_name": person["name"], "command": command, "text": text}
            form |= {"response_url": self._response_url(place, ""), "trigger_id": self._trigger()}
            self.events.interact(self.events.commands_url, form, lambda got: self._whispered(place, got))

    def verify_url(self) -> bool:
        """Slack checks the events URL (url_verification); returns whether the challenge came back."""
        return self.events.verify_url()

    def redeliver(self, event_id: str, times: int = 1) -> None:
        """Slack delivers an event again, `times` at once."""
        self.events.redeliver(event_id, times)


VERBS = tuple(name for name in vars(Customers) if not name.startswith("_"))
