"""A simulator of Telegram voice calls: stands in for telethon.TelegramClient, and is the phones that ring.

It speaks the library's own types inside one process: `TelegramCall(lambda: sim)`. The demo's worker is another process
and no setting of the product points at a simulator of a library, so the demo leaves Telegram calls unconfigured: the
step is skipped, and the journal says so.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon import errors, utils  # type: ignore[import-untyped]
from telethon.tl import functions, types  # type: ignore[import-untyped]

from .faults import SimError

# The prime that Telegram's servers hand out.
PRIME = bytes.fromhex(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4db"
    "fa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b41"
    "0dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf"
    "6f4fadf034b10403119cd8e3b92fcc5b"
)
CALLER = 7200000000
Hear = Callable[[Any], Awaitable[None]]


@dataclass
class Call:
    """One call as the server knows it."""

    id: int
    operator: Operator
    protocol: Any
    state: str = "waiting"  # ringing, answered, over
    hung_up: Any = None  # the caller's reason

    @property
    def about(self) -> dict[str, Any]:
        """The fields that all states of a call share."""
        people = {"admin_id": CALLER, "participant_id": self.operator.user_id}
        return {"id": self.id, "access_hash": self.id * 7, "date": datetime.now(UTC), **people}


@dataclass(eq=False)
class Operator:
    """Somebody's Telegram account; their phone rings unless it was made unreachable."""

    sim: TelegramCallsSim
    user_id: int
    handle: str
    phone: str
    refusal: type[Exception] | None = None
    is_reachable: bool = True
    calls: list[Call] = field(default_factory=list)

    def expects_ring(self, wait: float = 5) -> Operator:
        """Waits for the phone to ring. Raises AssertionError where it does not."""
        if not self.sim.wait_until(lambda: self.is_ringing, wait):
            raise AssertionError(f"the phone of {self.handle or self.phone} does not ring")
        return self

    @property
    def is_ringing(self) -> bool:
        """Whether the phone rings now."""
        return bool(self.calls) and self.calls[-1].state == "ringing"

    def answers(self) -> None:
        """Picks up."""
        call = self._now("answered")
        accepted = types.PhoneCallAccepted(**call.about, g_b=b"\1" * 256, protocol=call.protocol)
        self.sim.tell(accepted)

    def declines(self, reason: Any = None) -> None:
        """Turns the call down: as Android does, or with another of the library's reasons."""
        call = self._now("over")
        reason = reason or types.PhoneCallDiscardReasonHangup()
        self.sim.tell(types.PhoneCallDiscarded(id=call.id, reason=reason))

    def moves_to_a_conference(self) -> None:
        """Picks up and makes it a conference."""
        self.declines(types.PhoneCallDiscardReasonMigrateConferenceCall(slug="conference"))

    def lets_ring(self) -> None:
        """Does nothing, and says so in a story."""

    def sees_hang_up(self, wait: float = 5) -> Any:
        """Waits for the caller to hang up; the reason given. Raises AssertionError where that does not come."""
        if not self.sim.wait_until(lambda: bool(self.calls) and self.calls[-1].hung_up is not None, wait):
            raise AssertionError("the caller does not hang up")
        return self.calls[-1].hung_up

    def is_unreachable(self) -> None:
        """The phone is off or asleep: calls do not reach it."""
        self.is_reachable = False

    def refuses(self, error: type[Exception]) -> None:
        """Calls to this account fail with one of the library's errors: privacy, blocked, deleted."""
        self.refusal = error

    def _now(self, state: str) -> Call:
        with self.sim.changed:
            if not self.is_ringing:
                raise SimError("the phone does not ring")
            self.calls[-1].state = state
            return self.calls[-1]


class TelegramCallsSim:
    """Telegram for one calling account, in the shape of the TelegramClient that TelegramCall uses."""

    def __init__(self, is_authorized: bool = True) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.requests: list[Any] = []  # everything the caller asked, in order
        self.looked_up: list[str] = []
        self.faults: list[tuple[type[Any], Exception]] = []  # by kind of request, each once
        self.connections = 0
        self._is_authorized = is_authorized
        self._operators: list[Operator] = []
        self._handlers: dict[Hear, Any] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._numbers = itertools.count(501)
        self._loop: asyncio.AbstractEventLoop | None = None

    # The story.

    def operator(self, handle: str, user_id: int = 7000000001, phone: str = "") -> Operator:
        """Somebody with an account: `@handle` (or empty), and a phone number that others may find it by."""
        made = Operator(self, user_id, handle.removeprefix("@"), phone)
        self._operators.append(made)
        return made

    def fails(self, request: type[Any], error: Exception) -> None:
        """The next request of that kind fails."""
        self.faults.append((request, error))

    def floods(self, seconds: int) -> None:
        """Telegram has had enough of our calls for a while."""
        self.fails(functions.phone.RequestCallRequest, errors.FloodWaitError(None, seconds))

    def wait_until(self, holds: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Waits for `holds` to become true, looking after every change; returns whether it did."""
        with self.changed:
            return self.changed.wait_for(holds, timeout)

    def tell(self, phone_call: Any) -> None:
        """Sends the update about a call, from whichever thread."""
        update = types.UpdatePhoneCall(phone_call=phone_call)
        assert self._loop is not None  # noqa: S101  # there is no call before somebody has connected
        self._loop.call_soon_threadsafe(self._dispatch, update)
        with self.changed:
            self.changed.notify_all()

    # The client.

    def is_connected(self) -> bool:
        """As TelegramClient."""
        return self._loop is not None

    async def connect(self) -> None:
        """As TelegramClient."""
        self._take_fault(TelegramCallsSim)
        self._loop = asyncio.get_running_loop()
        self.connections += 1

    async def disconnect(self) -> None:
        """As TelegramClient."""
        self._loop = None

    async def is_user_authorized(self) -> bool:
        """As TelegramClient."""
        return self._is_authorized

    async def get_input_entity(self, peer: Any) -> Any:
        """As TelegramClient: the account with that @handle. Raises ValueError."""
        if not isinstance(peer, str):
            return utils.get_input_peer(peer)
        self.looked_up.append(peer)
        self._take_fault(functions.contacts.ResolveUsernameRequest)
        for operator in self._operators:
            if operator.handle and operator.handle == peer.removeprefix("@"):
                return types.InputPeerUser(operator.user_id, operator.user_id * 3)
        raise ValueError(f'No user has "{peer}" as username')

    def add_event_handler(self, callback: Hear, event: Any) -> None:
        """As TelegramClient, for events.Raw."""
        self._handlers[callback] = event

    def remove_event_handler(self, callback: Hear) -> int:
        """As TelegramClient."""
        return int(self._handlers.pop(callback, None) is not None)

    async def __call__(self, request: Any) -> Any:
        """As TelegramClient: one request of the API, which must be one that can be sent."""
        await request.resolve(self, utils)
        bytes(request)
        with self.changed:
            self.requests.append(request)
            self._take_fault(type(request))
            match request:
                case functions.messages.GetDhConfigRequest():
                    return types.messages.DhConfig(g=3, p=PRIME, version=1, random=b"\2" * 256)
                case functions.contacts.ImportContactsRequest():
                    return self._imported(request.contacts)
                case functions.phone.RequestCallRequest():
                    return self._called(request)
                case functions.phone.DiscardCallRequest():
                    return self._discarded(request)
        raise SimError(f"unknown request {type(request).__name__}")

    def _take_fault(self, request: type[Any]) -> None:
        for fault in self.faults:
            if fault[0] is request:
                self.faults.remove(fault)
                raise fault[1]

    def _imported(self, contacts: list[Any]) -> Any:
        phones = {contact.phone for contact in contacts}
        found = [o for o in self._operators if o.phone in phones]
        users = [types.User(id=o.user_id, access_hash=o.user_id * 3, first_name=o.handle) for o in found]
        return types.contacts.ImportedContacts(
            imported=[], popular_invites=[], retry_contacts=[], users=users
        )

    def _called(self, request: Any) -> Any:
        (operator,) = [o for o in self._operators if o.user_id == request.user_id.user_id]
        if operator.refusal is not None:
            raise operator.refusal(request)
        call = Call(next(self._numbers), operator, request.protocol)
        operator.calls.append(call)
        if operator.is_reachable:
            call.state = "ringing"
            self.tell(
                types.PhoneCallWaiting(**call.about, protocol=call.protocol, receive_date=datetime.now(UTC))
            )
        self.changed.notify_all()
        waiting = types.PhoneCallWaiting(**call.about, protocol=call.protocol)
        return types.phone.PhoneCall(phone_call=waiting, users=[])

    def _discarded(self, request: Any) -> Any:
        calls = [call for operator in self._operators for call in operator.calls]
        (call,) = [
            c for c in calls if (c.id, c.about["access_hash"]) == (request.peer.id, request.peer.access_hash)
        ]
        call.state, call.hung_up = "over", request.reason
        self.tell(types.PhoneCallDiscarded(id=call.id, reason=request.reason, duration=request.duration))
        self.changed.notify_all()
        return types.Updates(updates=[], users=[], chats=[], date=datetime.now(UTC), seq=0)

    def _dispatch(self, update: Any) -> None:
        for callback, event in list(self._handlers.items()):
            if isinstance(update, tuple(event.types)):
                task = asyncio.ensure_future(callback(update))
                self._tasks.add(task)  # the loop itself keeps no hold of it
                task.add_done_callback(self._tasks.discard)
