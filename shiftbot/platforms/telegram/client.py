"""Posting to Telegram from ordinary threads.

Not through the library that reads its updates: that one took more of a worker's time than all the rest.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from typing import TypeVar

from shiftbot.event_thread import Closed, EventThread, Work
from shiftbot.platforms.base import Button, OutcomeUnknown, Outgoing, Permanent, Temporary
from shiftbot.platforms.shape import Json, UnknownShape, as_object, child, words
from shiftbot.platforms.telegram.errors import Refused, Unanswered, failure
from shiftbot.platforms.telegram.http import Http
from shiftbot.platforms.telegram.reading import message_id
from shiftbot.platforms.text import clean_text, split_text, utf16_length

T = TypeVar("T")
API = "https://api.telegram.org"
CONNECT_SECONDS = 3.0
POOL_SIZE = 16
NO_PREVIEW = {"is_disabled": True}
UP_TO_DATE = frozenset({"not_modified", "message_gone"})


class Client:
    """Posts messages with a bot's token. One event loop serves all callers."""

    text_limit = 4096
    can_look = False

    def __init__(self, token: str, api_base_url: str = API, timeout: float = 10.0) -> None:
        self._token = token
        self._deadline = CONNECT_SECONDS + 2 * timeout  # a trickle of bytes never trips the read timeout
        self._events = EventThread("telegram-client")
        self._http = self._events.run(lambda: _opened(api_base_url.rstrip("/"), token, timeout))

    def split(self, text: str) -> list[str]:
        """The parts that `text` is posted as."""
        return split_text(clean_text(text), self.text_limit, utf16_length)

    def send(self, message: Outgoing) -> str:
        """Posts one part and returns its external_id. Raises Permanent, Temporary or OutcomeUnknown."""
        return self._call(lambda: self._post(message), message.text)

    def edit(self, external_id: str, message: Outgoing) -> None:
        """Replaces words and buttons; a message that is gone, or says so already, is fine. Raises like `send`."""
        try:
            self._call(lambda: self._replace(external_id, message), message.text)
        except Permanent as error:
            if error.code not in UP_TO_DATE:
                raise

    def find(self, message: Outgoing) -> str | None:
        """Raises OutcomeUnknown: a bot cannot read what was posted."""
        raise OutcomeUnknown("Telegram offers no way to look for a message")

    def fetch(self, file_id: str, url: str | None, limit: int) -> bytes:
        """What somebody sent; bots get at most 20 MB of it. Raises Permanent or Temporary."""
        try:
            return self._call(lambda: self._download(file_id, limit), "")
        except OutcomeUnknown as error:
            raise Temporary(str(error)) from None

    def close(self) -> None:
        """Gives up what is under way, frees the connections and ends the thread."""
        self._events.close(self._http.close)

    def _call(self, work: Work[T], text: str) -> T:
        try:
            return self._events.run(lambda: self._guarded(work, text))
        except Closed:
            raise Temporary("the client is closed") from None
        except CancelledError:
            raise OutcomeUnknown("the client was closed while the message was under way") from None

    async def _post(self, message: Outgoing) -> str:
        thread = message.thread
        arguments = {
            "chat_id": message.source_external_id,
            "message_thread_id": thread.get("message_thread_id"),
            "reply_parameters": _reply(thread.get("reply_to_message_id")),
        }
        posted = as_object(await self._http.call("sendMessage", arguments | _content(message)))
        return message_id(child(posted, "chat").get("id"), posted.get("message_id"))

    async def _download(self, file_id: str, limit: int) -> bytes:
        file = as_object(await self._http.call("getFile", {"file_id": file_id}))
        content = None
        if not isinstance(size := file.get("file_size"), int) or size <= limit:
            content = await self._http.download(words(file.get("file_path")), limit)
        if content is None:
            raise Permanent(f"it is larger than {limit >> 20} MB")
        return content

    async def _replace(self, external_id: str, message: Outgoing) -> None:
        chat, _, number = external_id.removeprefix("telegram:").partition("/")
        arguments = {"chat_id": chat, "message_id": int(number)}
        await self._http.call("editMessageText", arguments | _content(message))

    async def _guarded(self, work: Work[T], text: str) -> T:
        try:
            async with asyncio.timeout(self._deadline):
                return await work()
        except (Refused, Unanswered) as error:
            raise failure(error, (self._token, text)) from None
        except TimeoutError:
            raise OutcomeUnknown("Telegram did not finish its answer in time") from None
        except (UnknownShape, KeyError, TypeError, ValueError, AttributeError):
            raise OutcomeUnknown("Telegram's answer does not say which message it posted") from None


async def _opened(base_url: str, token: str, timeout: float) -> Http:
    return Http(base_url, token, POOL_SIZE, min(CONNECT_SECONDS, timeout), timeout)


def _content(message: Outgoing) -> dict[str, object]:
    return {
        "text": clean_text(message.text),
        "reply_markup": _keyboard(message.buttons),
        "link_preview_options": NO_PREVIEW,
    }


def _reply(number: int | None) -> Json | None:
    if number is None:
        return None
    # The message may be gone by now; the answer is better posted than lost.
    return {"message_id": number, "allow_sending_without_reply": True}


def _keyboard(buttons: tuple[Button, ...]) -> Json | None:
    if not buttons:
        return None
    row = [
        {"text": button.text, "callback_data": f"{button.action}:{button.target_id}"} for button in buttons
    ]
    return {"inline_keyboard": [row]}
