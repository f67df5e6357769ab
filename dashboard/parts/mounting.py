"""How a part comes onto a page: its HTML, styles and script under one name."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from dashboard import theme


@cache
def mounted(name: str) -> Any:
    """The part of parts/NAME.css and parts/NAME.js, as Streamlit's component."""
    return st.components.v2.component(
        f"shiftbot.{name}", html='<div class="root"></div>', css=theme.css(name), js=theme.js(name)
    )


def nothing() -> None:
    """Streamlit wants a callback for every value that a part sends."""
