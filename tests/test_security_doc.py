"""docs/security.md names tests that exist, one in every row."""

from __future__ import annotations

import re

from tests.support.postgres import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| who could …")]


def named(text: str) -> set[str]:
    return set(re.findall(r"`(tests/[\w/]+\.py)`", text))


def test_every_test_that_is_named_exists() -> None:
    assert len(named(PAGE)) > 35
    assert {path for path in named(PAGE) if not (ROOT / path).is_file()} == set()


def test_every_threat_has_a_test() -> None:
    assert len(ROWS) > 20
    assert [row for row in ROWS if not named(row)] == []
