"""The parts of the on-call page. Each takes what it draws as JSON and answers with what was pressed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.parts.mounting import mounted


def duty(data: dict[str, Any]) -> None:
    """Who has the shift, who is next, where nobody is, and who had it before."""
    mounted("duty")(key="duty", data=data)


def rota(data: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """The plan as weeks; `pick` is the number of a shift that was pressed, or the first moment of a day."""
    mounted("rota")(key="rota", data=data, on_pick_change=on_pick)


def people(data: dict[str, Any], on_edit: Callable[[], None]) -> None:
    """Everybody; `edit` is the number of one whom an admin wants to change, 0 of one who is to come."""
    mounted("people")(key="people", data=data, on_edit_change=on_edit)
