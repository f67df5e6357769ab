"""Part of the Telegram simulator: what people do in chats; each makes the update that Telegram would send."""

from __future__ import annotations

import time

from .faults import SimError
from .telegram_media import caption_content, text_content
from .telegram_scene import Scene, button_of, free_id
from .telegram_world import ANONYMOUS_ADMIN, SERVICE_USER, Chat, Json


class Customers(Scene):
    """The people of a simulated Telegram. Messages are returned as the Message objects of the Bot API."""

    def add_user(self, user: int, first_name: str = "", username: str = "") -> Json:
        """Names a user; unnamed ones are made up when they first speak."""
        with self.changed:
            return self.world.add_user(user, first_name, username)

    def create_chat(
        self,
        type: str = "supergroup",
        title: str = "",
        chat_id: int | None = None,
        forum: bool = False,
        username: str = "",
        discussion: int | None = None,
        bot_status: str | None = None,
        admins: tuple[int, ...] = (),
    ) -> Json:
        """Makes a chat and returns its Chat object; `discussion` is the group linked to a channel.

        A private chat has the id of its user. The bot is an administrator unless `bot_status` says otherwise.
        """
        if type not in ("private", "group", "supergroup", "channel"):
            raise SimError(f"unknown chat type {type!r}")
        with self.changed:
            chat_id = free_id(self.world, type) if chat_id is None else int(chat_id)
            about: Json = {"id": chat_id, "type": type} | ({"username": username} if username else {})
            if type == "private":
                user = self.world.add_user(chat_id)
                about |= {name: user[name] for name in ("first_name", "username") if name in user}
            else:
                about |= {"title": title or f"{type} {chat_id}"} | ({"is_forum": True} if forum else {})
            status = bot_status or ("member" if type == "private" else "administrator")
            self.world.add_chat(Chat(chat_id, type, about, status, admins=set(admins)))
            for user_id in admins:
                self.world.add_user(user_id)
            if discussion is not None:
                self.link_discussion(chat_id, discussion)
            return about

    def link_discussion(self, channel: int, group: int) -> None:
        """Makes a group the place where a channel's posts are discussed."""
        with self.changed:
            self.world.chat(channel).linked_chat_id = int(group)
            self.world.chat(group).linked_chat_id = int(channel)

    def create_topic(self, chat: int, user: int, name: str) -> int:
        """Opens a topic in a forum and returns its message_thread_id."""
        with self.changed:
            place = self.world.chat(chat)
            if not place.is_forum:
                raise SimError(f"chat {chat} is not a forum")
            content = {"forum_topic_created": {"name": name, "icon_color": 7322096}, "is_topic_message": True}
            message = self._posted(place, user, content)
            message["message_thread_id"] = message["message_id"]
            place.topics[message["message_id"]] = name
            self._announce(place, message)
            return int(message["message_id"])

    def say(self, chat: int, user: int, text: str, reply_to: int = 0, topic: int = 0) -> Json:
        """A customer writes; commands, @mentions and links become entities."""
        return self._write(chat, user, text_content(text), reply_to, topic)

    def say_anonymously(self, chat: int, text: str, reply_to: int = 0, topic: int = 0) -> Json:
        """An administrator writes in the name of the group."""
        with self.changed:
            place = self.world.chat(chat)
            sender = {"from": ANONYMOUS_ADMIN, "sender_chat": place.about}
            message = self.world.post(place, sender, text_content(text), reply_to, topic)
            self._announce(place, message)
            return message

    def photo(self, chat: int, user: int, caption: str = "", reply_to: int = 0, topic: int = 0) -> Json:
        """A photo with a caption."""
        return self._write(chat, user, self.media.photo(caption), reply_to, topic)

    def album(
        self, chat: int, user: int, count: int = 2, caption: str = "", reply_to: int = 0, topic: int = 0
    ) -> list[Json]:
        """Photos sent at once: one update each, one media_group_id, the caption on the first."""
        group = {"media_group_id": f"1398{time.time_ns()}"}
        captions = [caption, *[""] * (count - 1)]
        return [
            self._write(chat, user, self.media.photo(words) | group, reply_to, topic) for words in captions
        ]

    def document(
        self,
        chat: int,
        user: int,
        name: str = "error.log",
        content: bytes | str = "",
        caption: str = "",
        size: int | None = None,
        reply_to: int = 0,
        topic: int = 0,
    ) -> Json:
        """A file; `size` pretends another size than the content has (over 20 MB getFile refuses)."""
        return self._write(chat, user, self.media.document(name, content, caption, size), reply_to, topic)

    def voice(self, chat: int, user: int, seconds: int = 4, reply_to: int = 0, topic: int = 0) -> Json:
        """A voice message."""
        return self._write(chat, user, self.media.voice(seconds), reply_to, topic)

    def sticker(self, chat: int, user: int, emoji: str = "😡", reply_to: int = 0, topic: int = 0) -> Json:
        """A sticker."""
        return self._write(chat, user, self.media.sticker(emoji), reply_to, topic)

    def edit(self, chat: int, message_id: int, text: str) -> Json:
        """The author changes a message's text or caption."""
        with self.changed:
            place, message = self._message(chat, message_id)
            kept = {n: v for n, v in message.items() if not n.endswith(("text", "caption", "entities"))}
            content = text_content(text) if "text" in message else caption_content(text)
            edited = place.messages[message_id] = kept | content | {"edit_date": int(time.time())}
            kind = "edited_channel_post" if place.type == "channel" else "edited_message"
            self._announce(place, edited, kind)
            return edited

    def delete(self, chat: int, message_id: int) -> None:
        """A message is deleted; Telegram tells bots nothing about it."""
        with self.changed:
            place, _ = self._message(chat, message_id)
            del place.messages[message_id]
            self.changed.notify_all()

    def press(
        self, chat: int, user: int, text: str, message_id: int | None = None, old: bool = False
    ) -> Json:
        """Presses the newest button that says `text`; `old` makes the message an inaccessible one."""
        with self.changed:
            place = self.world.chat(chat)
            message, button = button_of(place, text, message_id)
            if "callback_data" not in button:
                raise SimError(f"the button {text!r} is a link")
            shown = {"message_id": message["message_id"], "chat": place.about, "date": 0} if old else message
            query: Json = {
                # like message ids, never one of an earlier run
                "id": str(4 * 10**17 + self.world.first_id * 10**6 + next(self.world.numbers)),
                "from": self.world.add_user(user),
            }
            query |= {"message": shown, "chat_instance": str(-place.id), "data": button["callback_data"]}
            self.world.queries[query["id"]] = query
            self.updates.publish("callback_query", query, place.id)
            return query

    def react(self, chat: int, user: int, message_id: int, emoji: str) -> None:
        """Reacts to a message, or takes the reaction back with an empty emoji."""
        with self.changed:
            place, _ = self._message(chat, message_id)
            new = [{"type": "emoji", "emoji": emoji}] if emoji else []
            old = place.reactions.get((message_id, user), [])
            place.reactions[message_id, user] = new
            change = {"chat": place.about, "message_id": message_id, "user": self.world.add_user(user)}
            change |= {"date": int(time.time()), "old_reaction": old, "new_reaction": new}
            if place.bot_status == "administrator" or place.type == "private":
                self.updates.publish("message_reaction", change, place.id)
            self.changed.notify_all()

    def join(self, chat: int, user: int) -> Json:
        """A user enters a group; the service message new_chat_members."""
        with self.changed:
            person = self.world.add_user(user)
            self.world.chat(chat).members.add(user)
            return self._write(chat, user, {"new_chat_members": [person], "new_chat_member": person})

    def leave(self, chat: int, user: int) -> Json:
        """A user leaves a group; the service message left_chat_member."""
        with self.changed:
            message = self._write(chat, user, {"left_chat_member": self.world.add_user(user)})
            self.world.chat(chat).members.discard(user)
            return message

    def pin(self, chat: int, user: int, message_id: int) -> Json:
        """Pins a message; the service message pinned_message."""
        with self.changed:
            _, message = self._message(chat, message_id)
            return self._write(chat, user, {"pinned_message": self.world.bare(message)})

    def migrate(self, chat: int, user: int = 1, new_chat_id: int | None = None) -> int:
        """Turns a group into a supergroup: two service messages, a new id, which is returned."""
        with self.changed:
            old = self.world.chat(chat)
            if old.type != "group":
                raise SimError(f"chat {chat} is a {old.type}, only a group migrates")
            about = self.create_chat("supergroup", old.about["title"], new_chat_id, bot_status=old.bot_status)
            new = self.world.chat(about["id"])
            new.members, new.admins = set(old.members), set(old.admins)
            self._write(chat, user, {"migrate_to_chat_id": new.id})
            old.migrated_to = new.id
            message = self.world.post(
                new, {"from": ANONYMOUS_ADMIN, "sender_chat": about}, {"migrate_from_chat_id": old.id}
            )
            self._announce(new, message)
            return new.id

    def channel_post(self, channel: int, text: str) -> Json:
        """Posts in a channel; returns `post` and, where a group is linked, its automatic `forward` there."""
        with self.changed:
            place = self.world.chat(channel)
            post = self.world.post(place, {"sender_chat": place.about}, text_content(text))
            self._announce(place, post, "channel_post")
            if place.linked_chat_id is None:
                return {"post": post, "forward": None}
            origin = {"type": "channel", "chat": place.about, "message_id": post["message_id"]}
            forwarded = {"forward_origin": origin | {"date": post["date"]}, "is_automatic_forward": True}
            group = self.world.chat(place.linked_chat_id)
            sender = {"from": SERVICE_USER, "sender_chat": place.about}
            forward = self.world.post(group, sender, forwarded | text_content(text))
            self._announce(group, forward)
            return {"post": post, "forward": forward}

    def set_bot_status(self, chat: int, status: str, user: int | None = None) -> None:
        """Someone makes the bot administrator, member, left or kicked; the update my_chat_member."""
        with self.changed:
            place = self.world.chat(chat)
            old, place.bot_status = place.bot_status, status
            actor = self.world.add_user(user or (chat if place.type == "private" else 1))
            change = {"chat": place.about, "from": actor, "date": int(time.time())}
            for name, value in (("old_chat_member", old), ("new_chat_member", status)):
                until = {"until_date": 0} if value == "kicked" else {}
                change[name] = {"user": self.world.bot, "status": value, **until}
            self.updates.publish("my_chat_member", change, place.id)

    def block(self, chat: int) -> None:
        """The user blocks the bot, or the group kicks it."""
        self.set_bot_status(chat, "kicked")

    def unblock(self, chat: int) -> None:
        """The bot may write again."""
        self.set_bot_status(chat, "member")

    def redeliver(self, update_id: int, times: int = 1) -> None:
        """Telegram delivers an update again, `times` at once."""
        self.updates.redeliver(update_id, times)


VERBS = tuple(name for name in vars(Customers) if not name.startswith("_"))
