"""What is the same on every page: Streamlit's own chrome gives way to ours."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_CSS = (Path(__file__).parent / "base.css").read_text()


def base() -> None:
    """Draws nothing that is seen."""
    st.html(f"<style>{_CSS}</style>")
