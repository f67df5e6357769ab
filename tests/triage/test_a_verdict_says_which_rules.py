"""The journal tells which rules gave a verdict or stood under it."""

from __future__ import annotations

import ast
from pathlib import Path

import shiftbot.triage
from shiftbot.triage import version
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.learned import FILE
from shiftbot.triage.model import ModelEngine
from shiftbot.triage.rules import RulesEngine
from tests.triage.conftest import ScriptedServer, fails, verdict
from tests.triage.conversations import conversation

HOME = Path(shiftbot.triage.__file__).parent
# What rules import and no page depends on: shapes, words to the customer, the version itself; the model has its prompt's.
OTHERS = {"verdict", "replies", "version", "model"}


def test_the_rules_say_their_version() -> None:
    found = RulesEngine().triage(conversation("It is down"))

    assert found.rules_digest == version.rules_digest()
    assert len(found.rules_digest) == 16


def test_the_model_says_which_rules_stand_under_it(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(verdict(), fails(400))
    engine = TriageEngine(model, RulesEngine())
    by_model, by_rules = (engine.triage(conversation("It is down")) for _ in range(2))

    assert (by_model.engine, by_rules.engine) == ("model", "rules")
    assert {by_model.rules_digest, by_rules.rules_digest} == {version.rules_digest()}


def test_everything_that_decides_is_in_the_version() -> None:
    """Whoever gives the rules another module hears of it."""
    deciding = {name.removesuffix(".py") for name in version._DECIDING if name != FILE}
    imported = {
        name.removeprefix("shiftbot.triage.").partition(".")[0]
        for module in deciding - {"signals"}
        for name in imports(HOME / f"{module}.py")
        if name.startswith("shiftbot.triage.")
    }

    assert imported - OTHERS <= deciding
    assert FILE in version._DECIDING
    assert {"hearing", "language", "text"} <= imported


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "shiftbot.triage":
            found |= {f"shiftbot.triage.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_another_prompt_is_what_the_model_reads(server: ScriptedServer) -> None:
    server.answers(verdict())
    with ModelEngine("key", server.url, "m", 5.0, "Judge harshly.") as model:
        found = model.triage(conversation("It is down"))

    assert server.requests[0]["messages"][0]["content"].startswith("Judge harshly.\nThe marker of this call")
    assert found.prompt_digest == model.version()["prompt"]
    with ModelEngine("key", server.url, "m", 5.0) as shipped:
        assert shipped.version()["prompt"] != found.prompt_digest
