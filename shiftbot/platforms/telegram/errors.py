"""Which of the three ways a send to Telegram failed."""

from __future__ import annotations

import json

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from shiftbot.platforms.base import ChatMoved, OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.platforms.shape import Json, as_object, child, words

# Raised before the request has left as a whole, so Telegram cannot have acted on it.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


# The Bot API names its refusals in words only; these are the ones that somebody reacts to.
CODES = {
    "chat not found": "chat_not_found",
    "message is not modified": "not_modified",
    "message to edit not found": "message_gone",
}


class Refused(TelegramError):
    """An answer other than success, as it came: the library's own errors no longer tell the status."""

    def __init__(self, status: int, payload: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.answer = _api_answer(payload)


class Request(HTTPXRequest):
    """The library's HTTP client, which raises `Refused` for every answer that is not a success."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer. The library's own would log one that is cut off, with the words in it."""
        try:
            return as_object(json.loads(payload))
        except ValueError:
            raise TelegramError("not JSON") from None

    async def do_request(self, *args: object, **kwargs: object) -> tuple[int, bytes]:
        """One HTTP request; the arguments are the library's."""
        status, payload = await super().do_request(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        if not 200 <= status < 300:
            raise Refused(status, payload)
        return status, payload


def _api_answer(payload: bytes) -> Json | None:
    """What the Bot API itself said, or None for the page of a gateway before it."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and answer.get("ok") is False else None


def failure(error: TelegramError, secrets: tuple[str, ...] = ()) -> SendError:
    """The error to raise instead: its text names no address and none of the secrets."""
    if isinstance(error, Refused):
        return _refusal(error, secrets)
    cause = error.__cause__
    kind = type(cause or error).__name__
    if isinstance(cause, NOT_SENT):
        return Temporary(f"Telegram could not be reached: {kind}")
    return OutcomeUnknown(f"Telegram gave no readable answer: {kind}")


def _refusal(error: Refused, secrets: tuple[str, ...]) -> SendError:
    status, answer = error.status, error.answer
    if answer is None:
        return _gateway(status)
    parameters = child(answer, "parameters")
    if moved_to := parameters.get("migrate_to_chat_id"):
        return ChatMoved(str(moved_to))
    description = words(answer.get("description"))
    for secret in filter(None, secrets):
        description = description.replace(secret, "…")
    said = f"Telegram answered {status}: {description[:200]}"
    if status == 429:
        return Temporary(said, _seconds(parameters.get("retry_after")))
    return Temporary(said) if status >= 500 or status == 408 else Permanent(said, _code(status, description))


def _code(status: int, description: str) -> str:
    if status == 403:
        return "forbidden"
    return next((code for phrase, code in CODES.items() if phrase in description.lower()), "")


def _gateway(status: int) -> SendError:
    """Something before the Bot API answered in its place; from 500 on the request may have passed it."""
    if status >= 500:
        return OutcomeUnknown(f"a gateway answered {status} in Telegram's place")
    if status in (408, 425, 429):
        return Temporary(f"a gateway answered {status} in Telegram's place")
    return Permanent(f"a gateway answered {status} in Telegram's place")


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value >= 0 else None
