from __future__ import annotations

from collections.abc import Iterator

import pytest
from sim_receiver import Receiver

from shiftbot.sim.telegram import TelegramSim


@pytest.fixture
def telegram() -> Iterator[TelegramSim]:
    with TelegramSim() as sim:
        yield sim


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
