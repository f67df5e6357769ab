"""Thanks after an answer want no further answer; thanks that come with, or instead of, a grave report change nothing."""

from __future__ import annotations

import pytest

from shiftbot.triage.rules import RulesEngine
from tests.triage.conversations import conversation

ANSWER = ("bot:rules", "Thank you for the report.")


@pytest.mark.parametrize("thanks", ["thanks!", "Thank you", "ok, thx", "danke", "👍"])
def test_only_thanks_since_the_answer_is_noise(thanks: str) -> None:
    found = RulesEngine().triage(conversation("The export button does not work", ANSWER, thanks))

    assert (found.category, found.reply, found.escalate) == ("noise", "", False)
    assert found.severity > 0


@pytest.mark.parametrize(
    "said",
    [
        ("The export button does not work", "thanks!"),
        ("The export button does not work", ANSWER, "thanks, but it still does not"),
        ("The export button does not work", ANSWER, "thanks", "now the import fails as well"),
        ("I was charged twice", ANSWER, "thanks"),
    ],
)
def test_whatever_more_was_said_is_heard(said: tuple[str | tuple[str, str], ...]) -> None:
    found = RulesEngine().triage(conversation(*said))

    assert found.category != "noise"
    assert found.reply
