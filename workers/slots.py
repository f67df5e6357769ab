"""How many messages a loop may have in hand: taken many at a time, given back one by one by the threads that are done."""

from __future__ import annotations

import threading

WAIT_SECONDS = 0.5  # for the first slot; then the loop looks after its other duties


class Slots:
    """`number` slots. Taken by the loop, given back by any thread."""

    def __init__(self, number: int) -> None:
        self._number = self._free = number
        self._given = threading.Condition()

    def take(self, most: int, gather_seconds: float) -> int:
        """Up to `most`; 0 where none is free for WAIT_SECONDS. Waits `gather_seconds` for half of all: many are cheaper."""
        with self._given:
            if not self._given.wait_for(lambda: self._free > 0, WAIT_SECONDS):
                return 0
            self._given.wait_for(lambda: self._free >= min(most, self._number // 2), gather_seconds)
            taken = min(most, self._free)
            self._free -= taken
            return taken

    def give(self, number: int = 1) -> None:
        """Back. Raises ValueError where more came back than were taken."""
        with self._given:
            if self._free + number > self._number:
                raise ValueError(f"{number} slots given back, {self._number - self._free} taken")
            self._free += number
            self._given.notify()
