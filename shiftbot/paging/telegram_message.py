"""Paging by a Telegram message in the engineer's private chat with the bot."""

from __future__ import annotations

from typing import ClassVar

from shiftbot.paging.base import Contact, Method, Permanent
from shiftbot.paging.direct_message import DirectMessage

_PRESS_START = "the engineer must press Start in the bot's chat"


class TelegramMessage(DirectMessage):
    """Writes as the bot, which may write only to people who wrote to it first."""

    method: Method = "telegram_message"
    remedies: ClassVar[dict[str, str]] = {"forbidden": _PRESS_START, "chat_not_found": _PRESS_START}

    def address(self, contact: Contact) -> str:
        """A person's private chat has the person's id."""
        if contact.telegram_user_id is None:
            raise Permanent("no Telegram user id is known of this engineer")
        return str(contact.telegram_user_id)
