"""Paging by a Telegram voice call from a user account: best effort, and never the only step of a policy.

Which limits it has, and how the account is set up: docs/connect-telegram-calls.md.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib.util
import logging
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from shiftbot.event_thread import Closed, EventThread
from shiftbot.paging.base import (
    Contact,
    IsWanted,
    Method,
    OutcomeUnknown,
    Page,
    Permanent,
    SendError,
    Sent,
    Temporary,
)
from shiftbot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from shiftbot.paging.telegram_ring import Ring

MISSING = "Telegram calls need the library telethon: install shiftbot[telegram-caller]"
SETUP_SECONDS = 20.0  # to connect, find the person and ask for the call
ClientFactory = Callable[[], Any]  # of telethon.TelegramClient, or of what stands in for it


class TelegramCall:
    """Rings as a user account. One connection serves all callers.

    A ring takes at most SETUP_SECONDS + `receive_seconds` + the page's ring_seconds + a few to hang up.
    """

    method: Method = "telegram_call"

    def __init__(
        self,
        client_factory: ClientFactory,
        receive_seconds: float = 20.0,
        poll_seconds: float = 1.0,
        linger_seconds: float = 1.0,
    ) -> None:
        self._client_factory = client_factory
        self._receive_seconds = receive_seconds
        self._poll_seconds = poll_seconds
        self._linger_seconds = linger_seconds
        self._client: Any = None
        self._connecting = asyncio.Lock()
        self._peers: dict[Contact, Any] = {}  # Telegram lets an account look up few people a day
        self._events = EventThread("telegram-caller")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises SettingsError where a setting or the library is missing."""
        api_id, api_hash = (
            settings.telegram_caller_api_id,
            settings.telegram_caller_api_hash.get_secret_value(),
        )
        session = settings.telegram_caller_session.get_secret_value()
        if importlib.util.find_spec("telethon") is None:
            raise SettingsError(f"TELEGRAM_CALLER_API_ID: {MISSING}")
        if api_id is None or not api_hash:
            raise SettingsError("TELEGRAM_CALLER_API_ID and TELEGRAM_CALLER_API_HASH: one needs the other")
        if not session:
            raise SettingsError("TELEGRAM_CALLER_SESSION: make it with `shiftbot telegram-caller login`")
        if not _is_session(session):
            raise SettingsError("TELEGRAM_CALLER_SESSION: this is no session; copy the whole line")
        return cls(lambda: telethon_client(session, api_id, api_hash))

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Rings until the end of the call. Raises Permanent, Temporary or OutcomeUnknown."""
        contact = page.contact
        if contact is None or not (contact.telegram_handle or contact.phone):
            raise Permanent("neither a Telegram handle nor a phone number is known of this engineer")
        try:
            from shiftbot.paging.telegram_ring import Ring
        except ImportError:
            raise Permanent(MISSING) from None
        ring = Ring(page.ring_seconds, self._receive_seconds, self._linger_seconds)
        try:
            future = self._events.submit(lambda: self._ring(ring, contact))
        except Closed:
            raise Temporary("the caller is closed") from None
        return self._held(ring, future, is_wanted)

    def stop(self, page: Page) -> None:
        """Nothing to do: whoever rings sees that the page is no longer wanted."""

    def tell(self, page: Page) -> None:
        """Nothing to do: a call leaves nothing that could be brought up to date."""

    def close(self) -> None:
        """Hangs up, disconnects and ends the thread."""
        self._events.close(self._disconnect)

    def _held(self, ring: Ring, future: concurrent.futures.Future[Sent], is_wanted: IsWanted) -> Sent:
        """Waits in the caller's thread, where `is_wanted` may ask the database without holding up other rings."""
        try:
            while not concurrent.futures.wait([future], self._poll_seconds).done:
                if not is_wanted():
                    self._events.call_soon(ring.hang_up)
                    break
            return future.result()
        except concurrent.futures.CancelledError:
            raise OutcomeUnknown("the caller was closed while it rang") from None
        finally:
            future.cancel()  # does nothing to one that is done; else its end hangs up

    async def _ring(self, ring: Ring, contact: Contact) -> Sent:
        from shiftbot.paging import telegram_ring

        client: Any = None
        try:
            async with asyncio.timeout(SETUP_SECONDS):
                client = await self._connected()
                if contact not in self._peers:
                    self._peers[contact] = await telegram_ring.find(client, contact)
                await ring.place(client, self._peers[contact])
            return await ring.outcome()
        except telegram_ring.ERRORS as error:
            meant = telegram_ring.failed(error, ring.is_requested)
            if isinstance(meant, SendError):
                raise meant from None
            return meant
        finally:
            if client is not None:
                await ring.finish(client)

    async def _connected(self) -> Any:
        from shiftbot.paging.telegram_ring import LOG_IN

        async with self._connecting:
            if self._client is None:
                self._client = self._client_factory()
            if not self._client.is_connected():
                await self._client.connect()
            if not await self._client.is_user_authorized():
                raise Permanent(f"the calling account is signed out; {LOG_IN}")
        return self._client

    async def _disconnect(self) -> None:
        if self._client is not None:
            await self._client.disconnect()


def _is_session(session: str) -> bool:
    from telethon.sessions import StringSession  # type: ignore[import-untyped]

    try:
        return StringSession(session).auth_key is not None
    except (ValueError, struct.error):  # Telethon unpacks it without looking first
        return False


def telethon_client(session: str, api_id: int, api_hash: str) -> Any:
    """A client that fails at once where Telethon would wait or try again; an empty session is a new one."""
    from telethon import TelegramClient  # type: ignore[import-untyped]
    from telethon.sessions import StringSession

    logging.getLogger("telethon").setLevel(logging.ERROR)  # it logs requests, and so people's numbers
    return TelegramClient(
        StringSession(session),
        api_id,
        api_hash,
        connection_retries=1,
        request_retries=1,
        raise_last_call_error=True,  # and not a ValueError that names no reason
        flood_sleep_threshold=0,
    )
