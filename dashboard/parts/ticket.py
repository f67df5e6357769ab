"""The parts of the ticket page. Each takes what it draws as JSON and answers with what was pressed in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.parts.mounting import mounted, nothing

_CSS = (Path(__file__).parent / "ticket.css").read_text()


def styles() -> None:
    """How Streamlit's own elements look on this page."""
    st.html(f"<style>{_CSS}</style>")


def head(data: dict[str, Any], key: str) -> Any:
    """Number, title, status; `board` leads back, `ticket` is the number of another one."""
    return mounted("ticket_head")(key=key, data=data, on_board_change=nothing, on_ticket_change=nothing)


def conversation(data: dict[str, Any], key: str, on_more: Callable[[], None]) -> Any:
    """What was said; `more` asks for what is older."""
    return mounted("conversation")(key=key, data=data, on_more_change=on_more)


def timeline(
    data: dict[str, Any], key: str, on_filter: Callable[[], None], on_more: Callable[[], None]
) -> Any:
    """The journal; `filter` is the chip that was chosen, `more` asks for older rows."""
    return mounted("timeline")(key=key, data=data, on_filter_change=on_filter, on_more_change=on_more)


def verdict(data: dict[str, Any], key: str) -> None:
    """What triage decided."""
    mounted("verdict")(key=key, data=data)


def paging(data: dict[str, Any], key: str) -> Any:
    """Who is rung, what comes next; `ticket` is the number of another one of the same page."""
    return mounted("paging")(key=key, data=data, on_ticket_change=nothing)
