"""An event loop on a thread of its own: how ordinary threads use a client that is made for asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class Closed(Exception):
    """Asked for after the end: nothing of it was begun."""


class EventThread:
    """One loop serves all callers. Safe to use from several threads."""

    def __init__(self, name: str) -> None:
        self._closing = threading.Lock()
        self._closed = False
        self._under_way: set[asyncio.Task[Any] | None] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        """Begins `work` in the loop. Raises Closed."""
        with self._closing:
            if self._closed:
                raise Closed
            return asyncio.run_coroutine_threadsafe(self._noted(work), self._loop)

    def run(self, work: Work[T]) -> T:
        """What `work` returns or raises; Closed, or CancelledError of concurrent.futures where `close` cut it off."""
        return self.submit(work).result()

    def call_soon(self, act: Callable[[], object]) -> None:
        """Has the loop do that at its next turn."""
        self._loop.call_soon_threadsafe(act)

    def close(self, last: Callable[[], Awaitable[object]]) -> None:
        """Gives up what is under way, does `last` in the loop and ends the thread. A second time it does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._shut_down(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _noted(self, work: Work[T]) -> T:
        task = asyncio.current_task()
        self._under_way.add(task)
        try:
            return await work()
        finally:
            self._under_way.discard(task)

    async def _shut_down(self, last: Callable[[], Awaitable[object]]) -> None:
        # Not a client's own tasks, which ending may need.
        tasks = [task for task in self._under_way if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await last()
        await self._loop.shutdown_default_executor()
