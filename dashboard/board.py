"""The board."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.database import Connection
from dashboard.queries.people import Me
from dashboard.shell import View


def read(conn: Connection, me: Me) -> list[Any]:
    return conn.execute(
        "select id, title, status, updated_at from public.tickets order by updated_at desc limit 50"
    ).fetchall()


def draw(rows: list[Any], me: Me) -> None:
    st.dataframe(rows)


VIEW = View("", lambda: ["tickets"], read, draw)
