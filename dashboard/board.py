"""The board: every ticket that is open, newest activity first, in one list or in lanes. Its address is /."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import board_data, board_filters
from dashboard.board_filters import Wanted
from dashboard.database import Connection
from dashboard.pages_of import page_named
from dashboard.parts import board as parts
from dashboard.queries import board as queries
from dashboard.queries import ticket_acts
from dashboard.queries.board import Count, Cursor, Engineer, Filters, Listing, Source, Status
from dashboard.queries.people import Me
from dashboard.shell import View, act

_ROWS, _LANE = 50, 15  # tickets shown at first, and more at a time
_MOST = 200  # in one list; what is older is a page of its own, or redrawing it all became slow


@dataclass(frozen=True)
class Board:
    """Everything the page shows. `lists`: one named "all", or a lane of each status."""

    wanted: Wanted
    counts: dict[Status, Count]
    lists: dict[str, Listing]
    sources: tuple[Source, ...]
    engineers: tuple[Engineer, ...]
    acknowledgeable: frozenset[str]


def read(conn: Connection, _: Me) -> Board:
    """What the address asks for."""
    wanted = board_filters.of_this_session()
    return Board(
        wanted,
        queries.counts(conn),
        {key: queries.tickets(conn, filters, before, rows) for key, filters, before, rows in _lists(wanted)},
        queries.sources(conn),
        queries.engineers(conn),
        queries.acknowledgeable(conn),
    )


def draw(board: Board, _: Me) -> None:
    """The search, the statuses, the tickets."""
    wanted = board.wanted
    st.session_state["board_params"] = st.query_params.to_dict()  # the way back from a ticket
    st.session_state["board_next"] = {key: listing.next for key, listing in board.lists.items()}
    board_filters.draw_filters(wanted, board.sources, board.engineers)
    parts.bar(board_data.bar(board.counts, wanted), "board-bar", _press_status, _choose_layout)
    follow(
        parts.tickets(
            board_data.tickets(board.lists, board.counts, wanted, board.acknowledgeable),
            board_data.layout_key(wanted.layout),
            _acknowledge,
            _show_more,
            board_filters.clear,
        )
    )


def follow(said: Any) -> None:
    """Opens the ticket that was pressed in a list."""
    if said.ticket is not None:
        st.switch_page(page_named("ticket"), query_params={"id": str(said.ticket)})


def acknowledge(ticket_id: object) -> None:
    """The signed-in engineer has it, without opening it."""
    if isinstance(ticket_id, int):
        act(lambda conn: ticket_acts.acknowledge(conn, ticket_id), f"You have ticket {ticket_id}.")


def _lists(wanted: Wanted) -> list[tuple[str, Filters, Cursor | None, int]]:
    rows: dict[str, int] = st.session_state.get("board_rows", {})
    if wanted.layout == "list":
        return [("all", wanted.filters, wanted.before, rows.get("all", _ROWS))]
    return [
        (status, replace(wanted.filters, statuses=(status,)), None, rows.get(status, _LANE))
        for status in wanted.filters.statuses
    ]


def _pressed(name: str) -> Any:
    """What the part that is being drawn has answered."""
    key = board_data.layout_key(board_filters.of_this_session().layout)
    return getattr(st.session_state.get(key), name, None)


def _acknowledge() -> None:
    acknowledge(_pressed("acknowledge"))


def _show_more() -> None:
    """More of a list; a long one goes on behind what it shows."""
    key = _pressed("more")
    if key == "newest":
        board_filters.change()
        return
    following: dict[str, Cursor | None] = st.session_state.get("board_next", {})
    rows: dict[str, int] = st.session_state.setdefault("board_rows", {})
    step = _ROWS if key == "all" else _LANE
    shown = rows.get(key, step)
    cursor = following.get(key)
    if shown + step <= _MOST:
        rows[key] = shown + step
    elif cursor is not None and key == "all":
        board_filters.go_behind(cursor)
    elif key in queries.STATUSES:  # a lane that is this long is read as a list
        board_filters.change(view="list", status=key)


def _press_status() -> None:
    board_filters.press_status(str(getattr(st.session_state["board-bar"], "status", "")))


def _choose_layout() -> None:
    view = getattr(st.session_state["board-bar"], "view", None)
    board_filters.change(view=view if view in ("list", "lanes") else None)


VIEW = View("", lambda: ["tickets"], read, draw)
