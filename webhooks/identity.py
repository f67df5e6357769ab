"""Who the bot is on Telegram, asked once and kept: no update says whom it was sent to, as Slack's events do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shiftbot.platforms.telegram.bot_api import BotApi, BotApiError
from shiftbot.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")


class IdentityUnknown(Exception):
    """The platform could not say who the bot is; the event should be sent again."""


@dataclass(frozen=True)
class TelegramBot:
    """The bot's user id and @name, without the @."""

    id: int
    username: str


class Once(Generic[T]):
    """Asks until it was answered once. Safe to call from several threads."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._answer: T | None = None

    def __call__(self) -> T:
        """The answer. Raises IdentityUnknown while the platform gives none."""
        if self._answer is None:
            with self._lock:
                if self._answer is None:
                    self._answer = self._ask()
        return self._answer


def ask_telegram(settings: Settings) -> TelegramBot:
    """Calls getMe. Raises IdentityUnknown."""
    try:
        with BotApi(settings) as api:
            me = api.call("getMe")
        return TelegramBot(int(me["id"]), str(me["username"]))
    except (BotApiError, KeyError, TypeError, ValueError) as error:
        log.error(
            "Telegram does not say who the bot is",
            extra={"action": "identity_failed", "error": type(error).__name__},
        )
        raise IdentityUnknown("telegram") from None
