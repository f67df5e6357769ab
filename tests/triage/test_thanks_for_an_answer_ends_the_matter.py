"""Thanks for the answer to a question want no further answer; what is at fault or wished for waits on, thanks or not."""

from __future__ import annotations

import pytest

from shiftbot.triage.rules import RulesEngine
from tests.triage.conversations import conversation

ANSWER = ("bot:rules", "Thank you for the report.")


@pytest.mark.parametrize("thanks", ["thanks!", "Thank you", "ok, thx", "danke", "👍"])
def test_only_thanks_since_the_answer_is_noise(thanks: str) -> None:
    found = RulesEngine().triage(conversation("How do I invite a colleague?", ANSWER, thanks))

    assert (found.category, found.reply, found.escalate) == ("noise", "", False)


@pytest.mark.parametrize(
    "report", ["The export button does not work", "Could you add a dark mode, please?", "lorem ipsum"]
)
def test_what_waits_is_not_closed_by_thanks(report: str) -> None:
    found = RulesEngine().triage(conversation(report, ANSWER, "thanks!"))

    assert found.category != "noise"
    assert "stays with the team" in found.reply


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
