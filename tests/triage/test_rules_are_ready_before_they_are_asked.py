"""What the rules compile once is there before a worker's threads ask for it together."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.postgres import ROOT

# In a process of its own: in this one other tests have compiled what they needed.
PROGRAM = """
import re
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.rules import RulesEngine
from tests.triage.conversations import conversation, messages

engine = TriageEngine(None, RulesEngine())
said = [conversation(text) for kind in ("grave", "calm", "noise") for text in messages(kind)]
{before}
compiled = []
compiling, re.compile = re.compile, lambda *of: compiled.append(of) or compiling(*of)
for each in said:
    engine.triage(each)
print(len(compiled))
"""


@pytest.mark.parametrize(("before", "some"), [("engine.warm_up()", False), ("", True)])
def test_nothing_is_compiled_for_a_message_after_the_warm_up(before: str, some: bool) -> None:
    program = PROGRAM.format(before=before)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert (int(ran.stdout) > 0) == some
