"""The parts of the ticket page. Each takes what it draws as JSON and answers with what was pressed in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import theme

_HERE = Path(__file__).parent
_CSS = (_HERE / "ticket.css").read_text()
_SHARED = (_HERE / "ticket_shared.js").read_text()


def styles() -> None:
    """How Streamlit's own elements look on this page."""
    st.html(f"<style>{_CSS}</style>")


def head(data: dict[str, Any], key: str) -> Any:
    """Number, title, status; `board` leads back, `ticket` is the number of another one."""
    return _mounted("ticket_head")(key=key, data=data, on_board_change=_nothing, on_ticket_change=_nothing)


def conversation(data: dict[str, Any], key: str, on_more: Callable[[], None]) -> Any:
    """What was said; `more` asks for what is older."""
    return _mounted("conversation")(key=key, data=data, on_more_change=on_more)


def timeline(
    data: dict[str, Any], key: str, on_filter: Callable[[], None], on_more: Callable[[], None]
) -> Any:
    """The journal; `filter` is the chip that was chosen, `more` asks for older rows."""
    return _mounted("timeline")(key=key, data=data, on_filter_change=on_filter, on_more_change=on_more)


def verdict(data: dict[str, Any], key: str) -> None:
    """What triage decided."""
    _mounted("verdict")(key=key, data=data)


def paging(data: dict[str, Any], key: str) -> Any:
    """Who is rung, what comes next; `ticket` is the number of another one of the same page."""
    return _mounted("paging")(key=key, data=data, on_ticket_change=_nothing)


@cache
def _mounted(name: str) -> Any:
    return st.components.v2.component(
        f"shiftbot.{name}", html='<div class="root"></div>', css=theme.css(name), js=theme.js(name) + _SHARED
    )


def _nothing() -> None:
    """Streamlit wants a callback for every value that a part sends."""
