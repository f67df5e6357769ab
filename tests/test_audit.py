"""make audit tells three things apart: nothing is known, something is, and nobody could be asked."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.audit import judged
from tests.support.postgres import ROOT

SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
SKIPPED = {"name": "x", "skip_reason": "Dependency not found on PyPI and could not be audited: x (1)"}
HOLED = {
    "name": "oldlib",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


@pytest.mark.parametrize(
    ("found", "errors", "code", "said"),
    [
        (json.dumps({"dependencies": [SOUND]}), "", 0, "nothing is known against the 1 packages"),
        (json.dumps({"dependencies": [SOUND, HOLED]}), "", 1, "oldlib 1.0: PYSEC-1, mended in 1.1"),
        (json.dumps({"dependencies": [HOLED]}), "", 1, "oldlib 1.0: PYSEC-2, mended in no release yet"),
        (json.dumps({"dependencies": [SOUND, SKIPPED]}), "", 2, "no answer about 1 of 2 packages, x among"),
        ("", "Traceback\nConnectionError: refused", 2, "(ConnectionError: refused)"),
        ("", "", 2, "did not answer for everything"),
    ],
)
def test_the_report_is_judged(found: str, errors: str, code: int, said: str) -> None:
    assert judged(found, errors)[0] == code
    assert said in judged(found, errors)[1]


def test_every_ignored_warning_of_ruff_has_its_reason() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("shiftbot", "webhooks", "workers", "dashboard", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"# noqa: S\d+\s*$", line)
    ]

    assert silent == []
