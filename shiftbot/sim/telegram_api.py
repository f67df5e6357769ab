"""Part of the Telegram simulator: the Bot API methods that act on chats, with Telegram's own refusals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from .limits import Limit, claim
from .telegram_text import BadEntities, entities, from_html, length
from .telegram_world import Chat, Json, World, member_status

MAX_FILE = 20 * 1024 * 1024
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class Refused(Exception):
    """The Bot API's "ok": false."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refused:
    """A 400 in Telegram's words."""
    return Refused(400, f"Bad Request: {description}")


def sub_object(arguments: Json, name: str) -> Any:
    """An argument that is an object or list: JSON in a form field, itself in a JSON body."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


def number(arguments: Json, name: str) -> int:
    """An integer argument, 0 where it is missing."""
    try:
        return int(arguments.get(name) or 0)
    except (TypeError, ValueError):
        raise bad(f"{name} must be an integer") from None


def flag(arguments: Json, name: str) -> bool:
    """A boolean argument."""
    return str(arguments.get(name, "")).lower() in ("true", "1")


class BotApi:
    """The methods a bot calls; each expects the world's lock to be held and returns `result`."""

    def __init__(self, world: World, overall: Limit | None = None, per_group: Limit | None = None) -> None:
        self.world = world
        self.enforce_limits = False
        self.overall = overall or Limit(30, 1)
        self.per_group = per_group or Limit(20, 60)
        self.methods: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda arguments: world.bot,
            "sendMessage": self.send_message,
            "editMessageText": self.edit_text,
            "editMessageReplyMarkup": self.edit_markup,
            "deleteMessage": self.delete_message,
            "answerCallbackQuery": self.answer_query,
            "getChat": self.get_chat,
            "getChatMember": self.get_member,
            "getChatAdministrators": self.get_administrators,
            "getFile": self.get_file,
            "setMessageReaction": self.set_reaction,
            "sendChatAction": lambda arguments: bool(self.chat(arguments)),
            "setMyCommands": lambda arguments: bool(sub_object(arguments, "commands") is not None),
        }

    def chat(self, arguments: Json) -> Chat:
        """The chat a call is about, where the bot may act in it."""
        wanted = str(arguments.get("chat_id") or "")
        if not wanted:
            raise bad("chat_id is empty")
        chat = self._find(wanted)
        if chat is None:
            if wanted.isdigit() and int(wanted) in self.world.users:  # met in a group, never wrote to the bot
                raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
            raise bad("chat not found")
        if chat.migrated_to is not None:
            moved = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, moved, {"migrate_to_chat_id": chat.migrated_to})
        if chat.bot_status in ("kicked", "left"):
            raise Refused(403, f"Forbidden: {_exclusion(chat)}")
        return chat

    def _find(self, wanted: str) -> Chat | None:
        if wanted.startswith("@"):
            known = self.world.chats.values()
            return next((c for c in known if c.about.get("username") == wanted[1:]), None)
        return self.world.chats.get(int(wanted)) if wanted.lstrip("-").isdigit() else None

    def send_message(self, arguments: Json) -> Json:
        """sendMessage."""
        chat = self.chat(arguments)
        content = self._text(arguments) | self._markup(arguments)
        topic = number(arguments, "message_thread_id")
        if topic and (topic not in chat.topics if chat.is_forum else topic not in chat.messages):
            raise bad("message thread not found")
        reply = sub_object(arguments, "reply_parameters") or {}
        reply_to = int(reply.get("message_id") or number(arguments, "reply_to_message_id"))
        if reply_to and reply_to not in chat.messages:
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            reply_to = 0
        self._respect_limits(chat)
        sender = {"sender_chat": chat.about} if chat.type == "channel" else {"from": self.world.bot}
        return self.world.post(chat, sender, content, reply_to, topic)

    def _respect_limits(self, chat: Chat) -> None:
        if not self.enforce_limits:
            return
        pairs = [(self.overall, "all")] + ([(self.per_group, str(chat.id))] if chat.is_group else [])
        if wait := claim(pairs):
            raise Refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})

    def _text(self, arguments: Json) -> Json:
        text, found = str(arguments.get("text") or ""), sub_object(arguments, "entities")
        if str(arguments.get("parse_mode", "")).lower() == "html":
            try:
                text, found = from_html(text)
            except BadEntities as error:
                raise bad(f"can't parse entities: {error}") from None
        if not text.strip():
            raise bad("message text is empty")
        if length(text) > 4096:
            raise bad("message is too long")
        found = entities(text) if found is None else found
        return {"text": text.rstrip()} | ({"entities": found} if found else {})

    def _markup(self, arguments: Json) -> Json:
        markup = sub_object(arguments, "reply_markup")
        if not markup or "inline_keyboard" not in markup:
            return {}
        for row in markup["inline_keyboard"]:
            for button in row:
                data = button.get("callback_data")
                if data is not None and not 1 <= len(str(data).encode()) <= 64:
                    raise bad("BUTTON_DATA_INVALID")
        return {"reply_markup": markup} if any(markup["inline_keyboard"]) else {}

    def _own(self, arguments: Json, doing: str) -> tuple[Chat, Json]:
        chat = self.chat(arguments)
        message = chat.messages.get(number(arguments, "message_id"))
        if message is None:
            raise bad(f"message to {doing} not found")
        return chat, message

    def edit_text(self, arguments: Json) -> Json:
        """editMessageText; an edit without a keyboard takes the keyboard away."""
        return self._edit(arguments, self._text(arguments) | self._markup(arguments), ("text", "entities"))

    def edit_markup(self, arguments: Json) -> Json:
        """editMessageReplyMarkup."""
        return self._edit(arguments, self._markup(arguments), ())

    def _edit(self, arguments: Json, content: Json, replaced: tuple[str, ...]) -> Json:
        chat, message = self._own(arguments, "edit")
        if message.get("from", {}).get("id") != self.world.bot["id"] and chat.type != "channel":
            raise bad("message can't be edited")
        names = (*replaced, "reply_markup")
        if {name: message[name] for name in names if name in message} == content:
            raise Refused(400, NOT_MODIFIED)
        edited = {name: value for name, value in message.items() if name not in names} | content
        edited["edit_date"] = int(time.time())
        chat.messages[message["message_id"]] = edited
        self.world.changed.notify_all()
        return edited

    def delete_message(self, arguments: Json) -> bool:
        """deleteMessage."""
        chat, message = self._own(arguments, "delete")
        if message.get("from", {}).get("id") != self.world.bot["id"] and chat.bot_status != "administrator":
            raise bad("message can't be deleted")
        del chat.messages[message["message_id"]]
        self.world.changed.notify_all()
        return True

    def answer_query(self, arguments: Json) -> bool:
        """answerCallbackQuery; the answer is kept in `toasts`."""
        query = self.world.queries.pop(str(arguments.get("callback_query_id") or ""), None)
        if query is None:
            raise Refused(400, QUERY_TOO_OLD)
        toast = {"callback_query_id": query["id"], "user": query["from"]["id"], "data": query.get("data")}
        shown = {"text": str(arguments.get("text") or ""), "show_alert": flag(arguments, "show_alert")}
        self.world.toasts.append(toast | shown)
        self.world.changed.notify_all()
        return True

    def get_chat(self, arguments: Json) -> Json:
        """getChat."""
        chat = self.chat(arguments)
        more: Json = {"accent_color_id": 0, "max_reaction_count": 11}
        more["accepted_gift_types"] = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            True,
        )
        return chat.about | more | ({"linked_chat_id": chat.linked_chat_id} if chat.linked_chat_id else {})

    def get_member(self, arguments: Json) -> Json:
        """getChatMember."""
        chat, user_id = self.chat(arguments), number(arguments, "user_id")
        user = self.world.bot if user_id == self.world.bot["id"] else self.world.users.get(user_id)
        if user is None:
            raise bad("member not found")
        return member(user, member_status(self.world, chat, user_id))

    def get_administrators(self, arguments: Json) -> list[Json]:
        """getChatAdministrators."""
        chat = self.chat(arguments)
        people = [self.world.users[user_id] for user_id in sorted(chat.admins)]
        people += [self.world.bot] if chat.bot_status == "administrator" else []
        return [member(user, "administrator") for user in people]

    def get_file(self, arguments: Json) -> Json:
        """getFile; the content is served under /file/bot<token>/<file_path>."""
        known = self.world.files.get(str(arguments.get("file_id") or ""))
        if known is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if known[0].get("file_size", 0) > MAX_FILE:
            raise bad("file is too big")
        return known[0]

    def set_reaction(self, arguments: Json) -> bool:
        """setMessageReaction."""
        chat, message_id = self.chat(arguments), number(arguments, "message_id")
        if message_id not in chat.messages:
            raise bad("message to react not found")
        chat.reactions[message_id, self.world.bot["id"]] = sub_object(arguments, "reaction") or []
        self.world.changed.notify_all()
        return True


def member(user: Json, status: str) -> Json:
    """A ChatMember object."""
    rights: Json = {}
    if status == "administrator":
        names = "be_edited manage_chat delete_messages manage_video_chats restrict_members promote_members"
        names += " change_info invite_users post_stories edit_stories delete_stories pin_messages"
        rights = {f"can_{name}": True for name in names.split()} | {"is_anonymous": False}
    elif status == "kicked":
        rights = {"until_date": 0}
    return {"user": user, "status": status, **rights}


def _exclusion(chat: Chat) -> str:
    if chat.type == "private":
        return "bot was blocked by the user"
    kind = "group" if chat.type == "group" else f"{chat.type}"
    return (
        f"bot was kicked from the {kind} chat"
        if chat.bot_status == "kicked"
        else f"bot is not a member of the {kind} chat"
    )
