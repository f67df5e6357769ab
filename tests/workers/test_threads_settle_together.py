"""Threads that want the same at once have it done by one of them; what goes wrong there, each meets by itself."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.together import Together


class Slow:
    """Does what it is given once it is let; refuses the numbers of `refused`."""

    def __init__(self, refused: Collection[int] = ()) -> None:
        self.batches: list[list[int]] = []
        self.has_begun, self.may_go = threading.Event(), threading.Event()
        self._refused = refused

    def __call__(self, wishes: Sequence[int]) -> list[int]:
        self.batches.append(list(wishes))
        self.has_begun.set()
        self.may_go.wait(30)
        return [wish for wish in wishes if wish not in self._refused]


def asked(together: Together[int], slow: Slow, count: int) -> dict[int, bool]:
    """One asks, and the others while that is under way; what each was told."""
    with ThreadPoolExecutor(count) as threads:
        asking = {0: threads.submit(together.ask, 0)}
        assert slow.has_begun.wait(30)
        asking |= {number: threads.submit(together.ask, number) for number in range(1, count)}
        while len(together._waiting) < count - 1:  # all of them stand in line
            threading.Event().wait(0.01)
        slow.may_go.set()
        return {number: future.result() for number, future in asking.items()}


def test_whoever_comes_alone_is_served_alone() -> None:
    slow = Slow()
    slow.may_go.set()

    assert Together(slow).ask(7)
    assert slow.batches == [[7]]


def test_all_who_come_meanwhile_are_served_at_once() -> None:
    slow = Slow()

    assert asked(Together(slow), slow, 9) == dict.fromkeys(range(9), True)
    assert [len(batch) for batch in slow.batches] == [1, 8]
    assert sorted(number for batch in slow.batches for number in batch) == list(range(9))


def test_whoever_was_left_out_is_told() -> None:
    slow = Slow(refused=(3, 5))

    told = asked(Together(slow), slow, 9)

    assert [number for number, is_done in told.items() if not is_done] == [3, 5]


def test_an_error_is_met_by_one_and_holds_nobody_up() -> None:
    def breaks(_: Sequence[int]) -> list[int]:
        raise LookupError("no such thing")

    together = Together(breaks)
    for number in (1, 2):  # the turn is free again
        with pytest.raises(LookupError):
            together.ask(number)
