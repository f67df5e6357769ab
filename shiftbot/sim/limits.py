"""Part of the simulators: the platforms' real send limits, switched on where a test wants them."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass
class Limit:
    """At most `count` sends in any `seconds` per key; not safe for several threads by itself."""

    count: int
    seconds: float
    _sent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, key: str) -> int:
        """Whole seconds until one more send is allowed, 0 for now."""
        sent, now = self._sent[key], time.monotonic()
        while sent and sent[0] <= now - self.seconds:
            sent.popleft()
        return 0 if len(sent) < self.count else max(1, math.ceil(sent[0] + self.seconds - now))

    def note(self, key: str) -> None:
        """Counts a send."""
        self._sent[key].append(time.monotonic())


def claim(pairs: list[tuple[Limit, str]]) -> int:
    """Counts one send against every limit, or counts nothing and returns the seconds to wait."""
    wait = max((limit.wait(key) for limit, key in pairs), default=0)
    if wait == 0:
        for limit, key in pairs:
            limit.note(key)
    return wait
