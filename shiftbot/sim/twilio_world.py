"""Part of the Twilio simulator: what there is, calls, texts and how each phone behaves, in Twilio's own JSON."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from .faults import SimError

Json = dict[str, Any]

VERSION = "2010-04-01"
RINGS = "rings"  # until a test or its time decides
BEHAVIOURS = (
    RINGS,
    "answers",  # picks up, and presses the keys given
    "declines",
    "busy",
    "no_answer",
    "voicemail",
    "fails",  # the carrier cannot connect the call
    "ignored",  # the call is taken and nothing happens, not even a callback: for load
    "invalid",  # 21211 when it is called or texted
    "unreachable",  # 21214
    "opted_out",  # 21610 when it is texted
    "undelivered",  # a text is taken and then lost, error 30003
)
OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True)
class Behaviour:
    """What a phone does by itself, `after` seconds of ringing."""

    does: str = RINGS
    keys: str = ""
    after: float = 0


@dataclass
class Call:
    """One call; everything in it is guarded by the simulator's condition."""

    sid: str
    to: str
    sender: str
    asked: dict[str, list[str]]  # the request's parameters
    status: str = "queued"
    wants: str = ""  # what the person or the API has decided, one of ENDINGS, "answer" or "hang_up"
    keys: deque[str] = field(default_factory=deque)
    heard: list[str] = field(default_factory=list)
    waits_for_key: bool = False
    is_silent: bool = False  # nobody will press anything
    is_expected: bool = False  # a test has taken this ring
    answered_by: str = ""
    sequence: int = 0  # of the next callback
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    answered_at: float | None = None
    ended_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in OVER

    @property
    def seconds(self) -> int:
        """How long it was, or has been, talked; 0 where nobody answered."""
        if self.answered_at is None:
            return 0
        return max(1, round((self.ended_at or time.monotonic()) - self.answered_at))

    def first(self, name: str, otherwise: str = "") -> str:
        """The first value of a parameter."""
        return (self.asked.get(name) or [otherwise])[0]

    def seen(self) -> Json:
        """What a test or a demo sees of it."""
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.sender,
            "status": self.status,
            "answered_by": self.answered_by,
            "heard": list(self.heard),
            "waits_for_key": self.waits_for_key,
        }

    def resource(self, account: str) -> Json:
        """The Call resource of the API."""
        path = f"/{VERSION}/Accounts/{account}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": VERSION,
            "to": self.to,
            "to_formatted": self.to,
            "from": self.sender,
            "from_formatted": self.sender,
            "status": self.status,
            "direction": "outbound-api",
            "answered_by": self.answered_by or None,
            "date_created": format_datetime(self.created_at),
            "date_updated": format_datetime(datetime.now(UTC)),
            "start_time": None,
            "end_time": None,
            "duration": str(self.seconds) if self.status == "completed" else None,
            "price": None,
            "price_unit": "USD",
            "parent_call_sid": None,
            "phone_number_sid": None,
            "uri": f"{path}.json",
            "subresource_uris": {"events": f"{path}/Events.json"},
        }


@dataclass
class Text:
    """One SMS, in either direction."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str = "outbound-api"
    status: str = "queued"
    error: int | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def seen(self) -> Json:
        """What a test or a demo sees of it."""
        return {"sid": self.sid, "to": self.to, "from": self.sender, "body": self.body, "status": self.status}

    def resource(self, account: str) -> Json:
        """The Message resource of the API."""
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": VERSION,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "status": "queued",  # as when it is made; nobody fetches it later
            "direction": self.direction,
            "num_segments": str(1 + max(0, len(self.body) - 1) // 153),
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "messaging_service_sid": None,
            "date_created": format_datetime(self.created_at),
            "date_updated": format_datetime(self.created_at),
            "date_sent": None,
            "price": None,
            "price_unit": "USD",
            "uri": f"/{VERSION}/Accounts/{account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


class World:
    """Everything that was called and texted; guarded by `changed`."""

    def __init__(self, changed: threading.Condition) -> None:
        self.changed = changed
        self.calls: dict[str, Call] = {}
        self.texts: list[Text] = []
        self.behaviours: dict[str, Behaviour] = {}
        self.default = Behaviour()
        self._numbers = itertools.count(1)

    def sid(self, kind: str) -> str:
        """A new id such as CA…, in the order of its making."""
        return f"{kind}{next(self._numbers):08x}{uuid.uuid4().hex[:24]}"

    def behaviour(self, number: str) -> Behaviour:
        """How a phone behaves."""
        return self.behaviours.get(number, self.default)

    def of(self, number: str) -> list[Call]:
        """The calls to a number, oldest first."""
        return [call for call in self.calls.values() if call.to == number]

    def call(self, number: str, sid: str = "") -> Call:
        """The call of that sid, or the newest to the number. Raises SimError where there is none."""
        found = [call for call in self.of(number) if sid in ("", call.sid)]
        if not found:
            raise SimError(f"no call has come to {number}")
        return found[-1]
