"""Which of the three ways a send to Telegram failed."""

from __future__ import annotations

import json

import aiohttp

from shiftbot.platforms.base import ChatMoved, OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.platforms.shape import Json, child, words

# Raised before the request has left as a whole, so Telegram cannot have acted on it.
NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,  # the wait for a free connection too
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


# The Bot API names its refusals in words only; these are the ones that somebody reacts to.
CODES = {
    "chat not found": "chat_not_found",
    "message is not modified": "not_modified",
    "message to edit not found": "message_gone",
}


class Refused(Exception):
    """An answer other than success, as it came."""

    def __init__(self, status: int, payload: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.answer = _api_answer(payload)


class Unanswered(Exception):
    """No answer that could be read. Of what failed the kind alone is kept: its text may hold the address, and so the token."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.was_sent = not isinstance(error, NOT_SENT)


def _api_answer(payload: bytes) -> Json | None:
    """What the Bot API itself said, or None for the page of a gateway before it."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and answer.get("ok") is False else None


def failure(error: Refused | Unanswered, secrets: tuple[str, ...] = ()) -> SendError:
    """The error to raise instead: its text names no address and none of the secrets."""
    if isinstance(error, Refused):
        return _refusal(error, secrets)
    if error.was_sent:
        return OutcomeUnknown(f"Telegram gave no readable answer: {error}")
    return Temporary(f"Telegram could not be reached: {error}")


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
