"""Small panels, each read in one look: a value, what it means, at most one little chart or list."""

from __future__ import annotations

from typing import Any, TypedDict

from dashboard.parts.mounting import mounted


class Panel(TypedDict, total=False):
    """One panel. `tone` is good, warn or bad; `series` are bars {at, y, part, label}, `rows` {name, value, at, share, tone}."""

    title: str
    tone: str
    value: str
    unit: str
    words: str
    is_wide: bool
    series: list[dict[str, Any]]
    rows: list[dict[str, Any]]


def panels(shown: list[Panel], key: str) -> None:
    """Draws them side by side, as many as fit."""
    mounted("panels")(key=key, data=shown)
