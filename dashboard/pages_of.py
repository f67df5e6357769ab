"""The pages there are, in the order of the header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from shiftbot.dashboard_settings import DashboardSettings

_FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class PageOf:
    """One page: `path` is its address, "" the first one's."""

    path: str
    title: str
    file: str
    is_listed: Callable[[DashboardSettings], bool] = lambda _: True
    is_there: Callable[[DashboardSettings], bool] = lambda _: True

    def page(self) -> Any:
        """As Streamlit's navigation takes it."""
        return st.Page(
            _FOLDER / self.file, title=f"{self.title} · Shift-Bot", url_path=self.path, default=not self.path
        )


def _is_simulated(settings: DashboardSettings) -> bool:
    return bool(settings.playground_simulators)


PAGES = (
    PageOf("", "Board", "board.py"),
    PageOf("ticket", "Ticket", "ticket.py", is_listed=lambda _: False),
    PageOf("on-call", "On call", "on_call.py"),
    PageOf("health", "Health", "health.py"),
    PageOf("playground", "Playground", "playground.py", is_listed=_is_simulated, is_there=_is_simulated),
)


def page_named(path: str) -> Any:
    """For st.switch_page. Raises StopIteration for a path that no page has."""
    return next(page for page in PAGES if page.path == path).page()
