"""The sign of life of one loop: the dashboard shows who is alive, and who has been silent for how long."""

from __future__ import annotations

import os
import socket
import time
from typing import Any
from uuid import UUID

import psycopg

from shiftbot.queue import QueueName

SIGN_SECONDS = 5.0


class Presence:
    """Signs for one queue of one process. Used by one thread."""

    def __init__(self, process: UUID, queue: QueueName) -> None:
        self._process = process
        self._queue = queue
        self._next_sign = 0.0
        self._signed_at: float | None = None

    def silent_seconds(self) -> float | None:
        """Since it last signed; None: never yet. May be asked by another thread."""
        return None if self._signed_at is None else time.monotonic() - self._signed_at

    def sign_if_due(self, conn: psycopg.Connection[Any]) -> None:
        """At most every few seconds, so that it costs nothing."""
        if time.monotonic() < self._next_sign:
            return
        conn.execute(
            "select private.sign_of_life(%s, %s, %s, %s)",
            (self._process, self._queue, socket.gethostname(), os.getpid()),
        )
        self._signed_at = time.monotonic()
        self._next_sign = self._signed_at + SIGN_SECONDS

    def sign_off(self, conn: psycopg.Connection[Any]) -> None:
        """The loop ends and has nothing in hand."""
        conn.execute("select private.sign_off(%s, %s)", (self._process, self._queue))
