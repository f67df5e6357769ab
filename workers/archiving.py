"""Archives together what handlers are done with: one round trip for many messages, in the loop's own thread."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from shiftbot import queue
from shiftbot.queue import QueueName


@dataclass(frozen=True)
class Done:
    """What a message asked for is recorded and committed, or there was nothing to do: whoever reads it again finds that.

    Only then may the loop archive it later. A worker that dies before it does leaves the message to the next one.
    """

    outcome: str


class Archiving:
    """The messages of one queue that are done. `add` is any thread's; the rest is the loop's."""

    def __init__(self, name: QueueName) -> None:
        self._queue = name
        self._guard = threading.Lock()
        self._done: list[int] = []
        self._ears, self._bell = os.pipe()
        os.set_blocking(self._ears, False)

    def add(self, message_id: int) -> None:
        """One more is done; a loop that waits archives it at once."""
        with self._guard:
            self._done.append(message_id)
            if len(self._done) == 1:  # for the others it is on its way
                os.write(self._bell, b"!")

    def flush(self, conn: psycopg.Connection[Any]) -> None:
        """Archives all that is done by now. What cannot be archived now stays for the next time."""
        with self._guard:
            done = list(self._done)
        if not done:
            return
        queue.archive_many(conn, self._queue, done)
        with self._guard:
            del self._done[: len(done)]
            if self._done:
                os.write(self._bell, b"!")

    def wait(self, conn: psycopg.Connection[Any], seconds: float) -> None:
        """Until a notification arrives or so much time has passed; archives meanwhile what is done."""
        deadline = time.monotonic() + seconds
        while not _is_notified(conn) and (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([conn.fileno(), self._ears], [], [], left)
            if self._ears in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._ears, 4096)
                self.flush(conn)

    def close(self) -> None:
        """The loop has ended."""
        os.close(self._ears)
        os.close(self._bell)


def _is_notified(conn: psycopg.Connection[Any]) -> bool:
    return len(list(conn.notifies(timeout=0, stop_after=1))) > 0
