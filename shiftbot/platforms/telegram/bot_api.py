"""A few methods of the Bot API that are called one by one: polling, and what sets a bot up."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

import httpx

from shiftbot.settings import Settings

# What parse.py reads; reactions arrive only where they are asked for by name.
ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "message_reaction",
]
_TIMEOUT = 10.0


class BotApiError(Exception):
    """Telegram refused or did not answer; the words hold no token. `status` is 0 where there was no answer."""

    def __init__(self, words: str, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(words)
        self.status = status
        self.retry_after = retry_after


class Conflict(BotApiError):
    """A webhook is registered, or somebody else polls."""


class BotApi:
    """One bot's methods over one kept connection; a context manager."""

    def __init__(self, settings: Settings) -> None:
        for name in ("httpx", "httpcore"):  # they log the address, which holds the token
            logging.getLogger(name).setLevel(logging.WARNING)
        token = settings.telegram_bot_token.get_secret_value()
        self._base = f"{settings.telegram_api_base_url.rstrip('/')}/bot{token}"
        self._http = httpx.Client(timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, holds: float = 0.0, **arguments: Any) -> Any:
        """The result; `holds` is how many seconds Telegram may keep the answer back. Raises BotApiError."""
        try:
            response = self._http.post(f"{self._base}/{method}", json=arguments, timeout=_TIMEOUT + holds)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            # Without its text and its cause: httpx quotes the address, which holds the token.
            raise BotApiError(f"{method}: {type(error).__name__}") from None
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise _refusal(method, response.status_code, answer if isinstance(answer, dict) else {})
        return answer["result"]


def _refusal(method: str, status: int, answer: dict[str, Any]) -> BotApiError:
    words = f"{method}: {status} {str(answer.get('description') or '')[:300]}".strip()
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after", 0) if isinstance(parameters, dict) else 0
    kind = Conflict if status == 409 else BotApiError
    return kind(words, status, float(wait))
