"""Many threads that want the same of the database at the same moment have it done by one of them, in one round trip."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False)
class _Wish(Generic[T]):
    what: T
    is_taken: bool = False
    is_granted: bool = False


class Together(Generic[T]):
    """Calls `do` with everything that waits; it returns those that it did. Whoever comes alone does not wait for others."""

    def __init__(self, do: Callable[[Sequence[T]], Collection[T]]) -> None:
        self._do = do
        self._waiting: list[_Wish[T]] = []
        self._lists = threading.Lock()
        self._turn = threading.Lock()

    def ask(self, what: T) -> bool:
        """Whether it was done with others; where not, the caller does it by itself, and meets its own errors."""
        wish = _Wish(what)
        with self._lists:
            self._waiting.append(wish)
        with self._turn:  # while one is at it the others gather here
            if not wish.is_taken:
                self._serve()
        return wish.is_granted

    def _serve(self) -> None:
        with self._lists:
            wishes, self._waiting = self._waiting, []
        for wish in wishes:
            wish.is_taken = True
        done = self._do([wish.what for wish in wishes])
        for wish in wishes:
            wish.is_granted = wish.what in done
