"""A loop has no more messages in hand than it has slots, and gets all that are free at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.slots import Slots


def test_all_that_are_free_are_taken_at_once() -> None:
    slots = Slots(5)

    assert (slots.take(100, 0), slots.take(100, 0)) == (5, 0)


def test_no_more_than_asked_for() -> None:
    slots = Slots(5)

    assert (slots.take(3, 0), slots.take(3, 0)) == (3, 2)


def test_more_cannot_come_back_than_were_taken() -> None:
    slots = Slots(2)
    slots.take(1, 0)

    with pytest.raises(ValueError, match="2 slots given back, 1 taken"):
        slots.give(2)


def test_a_loop_with_a_single_slot_gathers_nothing() -> None:
    slots = Slots(1)

    assert slots.take(100, 60) == 1


def test_in_a_burst_it_waits_for_half_of_them() -> None:
    slots = Slots(4)
    slots.take(4, 0)
    slots.give()
    with ThreadPoolExecutor(1) as loop:
        taken = loop.submit(slots.take, 100, 60)
        with pytest.raises(TimeoutError):
            taken.result(0.05)
        slots.give()

        assert taken.result(30) == 2


def test_threads_that_give_back_lose_none() -> None:
    slots, in_hand, guard = Slots(3), 0, threading.Lock()

    def work() -> None:
        nonlocal in_hand
        with guard:
            in_hand -= 1
        slots.give()

    most = done = 0
    with ThreadPoolExecutor(8) as threads:
        while done < 2000:
            taken = slots.take(100, 0)
            with guard:
                in_hand += taken
                most = max(most, in_hand)
            for _ in range(taken):
                threads.submit(work)
            done += taken

    assert 0 < most <= 3
    assert slots.take(100, 0) == 3
