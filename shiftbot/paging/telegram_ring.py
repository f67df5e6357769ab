"""One ring of a Telegram account by another, with Telethon: find the person, place the call, hear how it ends.

No sound is ever sent: a call that is answered is hung up. Needs the extra `telegram-caller`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from typing import Any

from telethon import errors, events  # type: ignore[import-untyped]
from telethon.password import check_prime_and_good  # type: ignore[import-untyped]
from telethon.tl import functions, types  # type: ignore[import-untyped]

from shiftbot.paging.base import Contact, OutcomeUnknown, Permanent, SendError, Sent, Temporary

# What Telethon lets out of a call of the API, besides its own: sockets, timeouts, and what a broken answer raises.
ERRORS = (errors.RPCError, errors.SecurityError, errors.InvalidBufferError, OSError, EOFError, ValueError)
LOG_IN = "make a new session with `shiftbot telegram-caller login`"
_HANG_UP_SECONDS = 5.0
_PROTOCOL = types.PhoneCallProtocol(
    min_layer=92,
    max_layer=92,
    udp_p2p=True,
    udp_reflector=True,
    library_versions=["4.0.0", "3.0.0", "2.7.7", "2.4.4"],
)
_REMEDIES: dict[type[Exception], str] = {
    errors.UserPrivacyRestrictedError: (
        "privacy settings refuse the call; the engineer must add the calling account to their contacts,"
        " or allow it under Settings, Privacy, Calls"
    ),
    errors.UserIsBlockedError: "the engineer has blocked the calling account",
    errors.UserBlockedError: "the engineer has blocked the calling account",
    errors.YouBlockedUserError: "the calling account has blocked the engineer",
    errors.InputUserDeactivatedError: "the engineer's Telegram account no longer exists",
    errors.ParticipantVersionOutdatedError: "the engineer's Telegram app is too old to be called",
    errors.UnauthorizedError: f"the calling account is signed out; {LOG_IN}",
    errors.AuthKeyError: f"the session is used in two places, or is broken; {LOG_IN}",
}


class Ring:
    """One ring. `hang_up` ends it from outside; both belong to the event loop's thread."""

    def __init__(self, ring_seconds: float, receive_seconds: float, linger_seconds: float) -> None:
        self._ring_seconds = ring_seconds
        self._receive_seconds = receive_seconds
        self._linger_seconds = linger_seconds
        self._news: asyncio.Queue[Any] = asyncio.Queue()  # phone calls as they change; None: hang up
        self._call: Any = None
        self._is_over = False
        self._reason: Any = types.PhoneCallDiscardReasonMissed()
        self.is_requested = False  # from here on the phone may ring

    def hang_up(self) -> None:
        """Ends the ring: nobody needs it any more."""
        self._news.put_nowait(None)

    async def place(self, client: Any, peer: Any) -> None:
        """Asks Telegram for the call. Raises what Telethon raises; `finish` must follow in any case."""
        client.add_event_handler(self._hear, events.Raw(types=[types.UpdatePhoneCall]))
        config = await client(functions.messages.GetDhConfigRequest(version=0, random_length=256))
        g_a_hash = hashlib.sha256(_g_a(config)).digest()
        self.is_requested = True
        asked = functions.phone.RequestCallRequest(user_id=peer, g_a_hash=g_a_hash, protocol=_PROTOCOL)
        self._call = (await client(asked)).phone_call

    async def outcome(self) -> Sent:
        """Waits for the end: theirs, ours, or that of their patience."""
        loop = asyncio.get_running_loop()
        has_rung, deadline = False, loop.time() + self._receive_seconds
        while True:
            try:
                # Not wait_for: on Python 3.11 it loses a cancellation that meets an update.
                async with asyncio.timeout_at(deadline):
                    news = await self._news.get()
            except TimeoutError:
                return self._sent("no_answer", "" if has_rung else "the phone was not reached")
            if news is None:
                return self._sent("no_answer", "taken back while it rang")
            if news.id != self._call.id:  # of another ring of this account
                continue
            if isinstance(news, types.PhoneCallWaiting) and news.receive_date and not has_rung:
                has_rung, deadline = True, loop.time() + self._ring_seconds
            elif isinstance(news, types.PhoneCallAccepted):
                self._reason = types.PhoneCallDiscardReasonHangup()
                await asyncio.sleep(self._linger_seconds)  # else the phone shows a missed call only
                return self._sent("answered")
            elif isinstance(news, types.PhoneCallDiscarded):
                self._is_over = True
                return self._discarded(news.reason)

    async def finish(self, client: Any) -> None:
        """Stops listening, and hangs up where the call still stands."""
        client.remove_event_handler(self._hear)
        if self._call is None or self._is_over:
            return
        seconds = int(self._linger_seconds) if _is_hang_up(self._reason) else 0
        with contextlib.suppress(errors.RPCError, ConnectionError, TimeoutError):  # it ends by itself soon
            async with asyncio.timeout(_HANG_UP_SECONDS):
                await client(
                    functions.phone.DiscardCallRequest(
                        peer=types.InputPhoneCall(self._call.id, self._call.access_hash),
                        duration=seconds,
                        reason=self._reason,
                        connection_id=0,
                    )
                )

    async def _hear(self, update: Any) -> None:
        self._news.put_nowait(update.phone_call)

    def _discarded(self, reason: Any) -> Sent:
        if _is_hang_up(reason):
            return self._sent("declined")
        if isinstance(reason, types.PhoneCallDiscardReasonBusy):
            # Most apps decline with it, and answer with it by themselves during another call.
            return self._sent("declined", "declined, or on another call")
        if isinstance(reason, types.PhoneCallDiscardReasonMigrateConferenceCall):
            return self._sent("answered", "moved to a conference call")  # only who picked up can do that
        if isinstance(reason, types.PhoneCallDiscardReasonMissed):
            return self._sent("no_answer")
        return self._sent("failed", type(reason).__name__ if reason else "ended without a reason")

    def _sent(self, outcome: Any, detail: str = "") -> Sent:
        return Sent(outcome, str(self._call.id), detail)


async def find(client: Any, contact: Contact) -> Any:
    """The account to ring: by handle, else by phone number. Raises Permanent, Temporary and what Telethon raises."""
    peer = await _by_handle(client, contact.telegram_handle) if contact.telegram_handle else None
    if contact.phone and not _is_theirs(peer, contact):
        peer = await _by_phone(client, contact.phone, contact.name) or peer
    if peer is None:
        raise Permanent("no Telegram account has this handle or shows this phone number")
    if not _is_theirs(peer, contact):
        raise Permanent("handle or phone number lead to another account than the engineer's Telegram id")
    return peer


def _is_theirs(peer: Any, contact: Contact) -> bool:
    """Handles and numbers are given away and taken by others; an id stays with its account."""
    return peer is not None and contact.telegram_user_id in (None, peer.user_id)


async def _by_handle(client: Any, handle: str) -> Any:
    try:
        peer = await client.get_input_entity(f"@{handle}")
    except (ValueError, errors.UsernameInvalidError, errors.UsernameNotOccupiedError):
        return None
    return peer if isinstance(peer, types.InputPeerUser) else None  # a channel may have that name


async def _by_phone(client: Any, phone: str, name: str) -> Any:
    entry = types.InputPhoneContact(client_id=0, phone=phone, first_name=name or phone, last_name="")
    found = await client(functions.contacts.ImportContactsRequest([entry]))
    if found.users:
        return types.InputPeerUser(found.users[0].id, found.users[0].access_hash)
    if found.retry_contacts:
        raise Temporary("Telegram takes no more contacts for now")
    return None


def failed(error: Exception, is_requested: bool) -> Sent | SendError:
    """What an error of Telethon's means: an outcome, or the error to raise. It quotes nothing of theirs."""
    if isinstance(error, errors.FloodWaitError):
        return Temporary("Telegram lets the calling account call again later", float(error.seconds))
    if isinstance(error, errors.PeerFloodError):
        return Temporary("Telegram limits the calling account for calling too much")
    if isinstance(error, errors.CallOccupyFailedError):
        return Sent("busy", detail="the calling account is on another call")
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return Permanent(remedy)
    if isinstance(error, errors.ServerError | errors.TimedOutError):
        return Temporary(f"Telegram failed: {type(error).__name__}")
    if isinstance(error, errors.RPCError):
        return Sent("failed", detail=type(error).__name__)
    if is_requested:
        return OutcomeUnknown(f"the line was cut while the call was placed: {type(error).__name__}")
    return Temporary(f"Telegram could not be reached: {type(error).__name__}")


def _is_hang_up(reason: Any) -> bool:
    return isinstance(reason, types.PhoneCallDiscardReasonHangup)


def _g_a(config: Any) -> bytes:
    """Our half of the key exchange, which no ring ever completes. Raises ValueError for parameters that are unsafe."""
    check_prime_and_good(config.p, config.g)
    p = int.from_bytes(config.p, "big")
    theirs = int.from_bytes(config.random.ljust(256, b"\0")[:256], "big")
    while True:
        ours = int.from_bytes(secrets.token_bytes(256), "big")
        g_a: int = pow(config.g, ours ^ theirs, p)
        if 2**1984 < g_a < p - 2**1984:
            return g_a.to_bytes(256, "big")
