"""The script that every session runs. Pages are under dashboard/pages, what surrounds them is in dashboard/shell.py."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import world
from dashboard.pages_of import PAGES
from dashboard.parts.base import base

st.set_page_config(page_icon=Path(__file__).parent / "favicon.svg", layout="wide")
base()
st.navigation(
    [page.page() for page in PAGES if page.is_there(world.current().settings)], position="hidden"
).run()
