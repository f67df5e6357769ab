"""The line above every page: where one can go, who is on call, how fresh the page is, who is signed in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import theme

_mount = st.components.v2.component(
    "shiftbot.header", html='<div class="root"></div>', css=theme.css("header"), js=theme.js("header")
)


def header(data: dict[str, Any]) -> Any:
    """Draws it; the answer's `go` is the path of a page that was chosen, its `sign_out` that somebody leaves."""
    return _mount(key="header", data=data, on_go_change=_nothing, on_sign_out_change=_nothing)


def _nothing() -> None:
    """Streamlit wants a callback for every value that a part sends."""
