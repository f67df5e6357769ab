from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.postgres import ROOT, Database

OURS = str(ROOT / "sources.json")


def test_the_shipped_file_is_fine(shiftbot: Run) -> None:
    code, out, err = shiftbot("sources", "check", "--file", OURS)

    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "telegram  private          Private chats with the bot"
    assert "telegram  -1001000000005   Alpha testers 2024  (not active)" in out
    assert out.splitlines()[-1] == f"{OURS} is fine: 9 sources, 8 of them active."


def test_every_fault_is_named(shiftbot: Run, tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    file.write_text(
        json.dumps(
            [
                {"platform": "telgram", "external_id": "-1", "name": "A"},
                {"platform": "slack", "external_id": "#bugs", "name": "B", "settings": {"intake": "some"}},
            ]
        )
    )
    code, out, err = shiftbot("sources", "check")

    assert (code, out) == (1, "")
    assert err.splitlines()[0] == "shiftbot: sources.json cannot be used:"
    assert "entry 1 (telgram -1 'A'): platform must be telegram, slack or api" in err
    assert "entry 2" in err


def test_a_missing_file_is_named(shiftbot: Run) -> None:
    code, _, err = shiftbot("sources", "check", "--file", "nowhere.json")

    assert code == 1
    assert "nowhere.json" in err
    assert "Traceback" not in err


def test_sync_tells_what_changed(
    shiftbot: Run, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    assert shiftbot("sources", "sync", "--file", OURS)[0] == 0

    fewer = tmp_path / "fewer.json"
    fewer.write_text(json.dumps(json.loads(Path(OURS).read_text())[:-1]))
    code, out, _ = shiftbot("sources", "sync", "--file", str(fewer))

    assert code == 0
    assert out == ("deactivated  api monitoring\nThe database follows the file; 8 sources were unchanged.\n")
