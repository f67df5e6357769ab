"""The recorded payloads, and what the tests of both platforms say about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent / "fixtures"


def load(platform: str, name: str) -> Any:
    """One recorded payload."""
    return json.loads((FIXTURES / platform / f"{name}.json").read_text())


def names(platform: str) -> set[str]:
    """Every payload recorded of the platform."""
    return {path.stem for path in (FIXTURES / platform).glob("*.json")}
