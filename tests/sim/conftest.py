from __future__ import annotations

from collections.abc import Iterator

import pytest
from sim_receiver import Receiver

from shiftbot.sim.openai import ModelSim
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim


@pytest.fixture
def telegram() -> Iterator[TelegramSim]:
    with TelegramSim() as sim:
        yield sim


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def slack(receiver: Receiver) -> Iterator[SlackSim]:
    with SlackSim(webhook_url=receiver.url) as sim:
        sim.create_channel("C1", "bugs")
        yield sim


@pytest.fixture
def model() -> Iterator[ModelSim]:
    with ModelSim() as sim:
        yield sim
