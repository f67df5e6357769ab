"""What the rules compile once is there before a worker's threads ask for it together."""

from __future__ import annotations

from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.rules import RulesEngine
from shiftbot.triage.signals import ear
from tests.triage.conversations import conversation, messages


def test_nothing_is_compiled_for_a_message_after_the_warm_up() -> None:
    ear.cache_clear()
    engine = TriageEngine(None, RulesEngine())

    engine.warm_up()
    compiled = ear.cache_info().misses
    for text in (*messages("grave"), *messages("calm"), *messages("noise")):
        engine.triage(conversation(text))

    assert compiled > 20
    assert ear.cache_info().misses == compiled
