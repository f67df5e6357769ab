"""Part of the simulators: the ways in which a simulated platform can be told to misbehave."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

SHARED_KINDS = (
    "rate_limited",  # 429 in the platform's words, naming `seconds`
    "server_error",  # 500 in the platform's words
    "bad_gateway",  # 502 as HTML, as a proxy in front of the platform answers
    "timeout",  # nothing is done and nothing is said for `seconds`, then a 504
    "slow",  # the work is done, the answer comes after `seconds`
    "drop_after_work",  # the work is done, the connection is cut without an answer
    "drop_before_work",  # the connection is cut, nothing was done
)


class SimError(Exception):
    """The simulator was asked for something that makes no sense; the text says what."""


@dataclass(frozen=True)
class Fault:
    """One way to fail; `method` None means every method, `count` None means until cleared."""

    kind: str
    method: str | None = None
    count: int | None = None
    seconds: float = 1.0


class Faults:
    """The faults that are switched on, oldest first; a call meets the first that fits its method."""

    def __init__(self, kinds: tuple[str, ...] = SHARED_KINDS) -> None:
        self.kinds = kinds
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switches a fault on. Raises SimError for a kind this simulator does not know."""
        if fault.kind not in self.kinds:
            raise SimError(f"unknown fault {fault.kind!r}; known are {', '.join(self.kinds)}")
        if fault.count is not None and fault.count < 1:
            raise SimError("count must be 1 or more")
        with self._lock:
            self._active.append(fault)

    def clear(self) -> None:
        """Switches every fault off."""
        with self._lock:
            self._active.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that a call of `method` meets, counted down."""
        if not self._active:  # the usual case costs no lock
            return None
        with self._lock:
            for place, fault in enumerate(self._active):
                if fault.method in (None, method):
                    self._count_down(place, fault)
                    return fault
        return None

    def active(self) -> list[dict[str, Any]]:
        """What is switched on, with the calls left."""
        with self._lock:
            return [asdict(fault) for fault in self._active]

    def _count_down(self, place: int, fault: Fault) -> None:
        if fault.count is None:
            return
        if fault.count == 1:
            del self._active[place]
        else:
            self._active[place] = replace(fault, count=fault.count - 1)
