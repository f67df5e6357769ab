"""What the board shows is in its address, so that it can be shared and found again: /?status=open&assignee=me&q=export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar, get_args

import streamlit as st

from dashboard.queries.board import STATUSES, Cursor, Engineer, Filters, Source
from shiftbot.platforms.base import Origin, origin_name

Layout = Literal["list", "lanes"]
COOKIE = "shiftbot_board"  # parts/board_bar.js sets it
SEVERITIES = {
    "0.25": "0.25 and above",
    "0.5": "0.50 and above",
    "0.7": "0.70 and above",
    "0.9": "0.90 and above",
}
PLATFORMS: dict[str, str] = {name: origin_name(name) for name in get_args(Origin)}
_LONGEST = 300  # characters of a search
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What an address asks for. `chosen`: the statuses that were pressed; none: whatever is not closed."""

    layout: Layout
    chosen: frozenset[str]
    filters: Filters
    before: Cursor | None

    @property
    def is_narrowed(self) -> bool:
        """Whether it is less than everything that is open."""
        return bool(self.chosen) or self.filters != Filters()


def wanted(address: Mapping[str, str], remembered: str | None) -> Wanted:
    """What no ticket can have, as in an address that was typed, is left out."""
    chosen = frozenset(address.get("status", "").split(",")) & frozenset(STATUSES)
    severity = address.get("severity", "")
    assignee = address.get("assignee", "")
    platform = address.get("platform", "")
    layout = address.get("view") or remembered
    filters = Filters(
        **({"statuses": tuple(status for status in STATUSES if status in chosen)} if chosen else {}),
        platform=next((name for name in get_args(Origin) if name == platform), None),
        source_id=_number(address.get("source", "")),
        severity_at_least=float(severity) if severity in SEVERITIES else None,
        assignee="me" if assignee == "me" else "nobody" if assignee == "nobody" else _number(assignee),
        text=address.get("q", "")[:_LONGEST],
    )
    return Wanted(
        "lanes" if layout == "lanes" else "list", chosen, filters, _cursor(address.get("before", ""))
    )


def of_this_session() -> Wanted:
    """What the address of the session that runs asks for."""
    return wanted(st.query_params.to_dict(), st.context.cookies.get(COOKIE))


def change(**changed: str | None) -> None:
    """Writes the address anew; the list begins again at the newest."""
    for name, value in {"before": None, **changed}.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    st.session_state.pop("board_rows", None)


def go_behind(cursor: Cursor) -> None:
    """Goes on behind a ticket."""
    change(before=f"{cursor.updated_at.isoformat()}~{cursor.id}")


def clear() -> None:
    """Everything that is open, laid out as before."""
    change(**{name: None for name in st.query_params if name != "view"})


def press_status(status: str) -> None:
    """A status is pressed, and pressed again; "all" lets go of all."""
    chosen = of_this_session().chosen ^ {status} if status in STATUSES else frozenset()
    change(status=",".join(each for each in STATUSES if each in chosen))


def draw_filters(now: Wanted, sources: tuple[Source, ...], engineers: tuple[Engineer, ...]) -> None:
    """The search, and what else narrows it down."""
    filters = now.filters
    narrowed = [filters.platform, filters.source_id, filters.severity_at_least, filters.assignee]
    n = sum(each is not None for each in narrowed)
    with st.container(horizontal=True, key="board_tools", vertical_alignment="center"):
        st.text_input(
            "Search",
            key=_mirrored("board_q", filters.text),
            placeholder="Search titles, summaries and messages, or #42",
            icon=":material/search:",
            label_visibility="collapsed",
            max_chars=_LONGEST,
            on_change=lambda: change(q=str(st.session_state["board_q"]).strip()),
        )
        with st.popover(
            f"Filter · {n}" if n else "Filter", icon=":material/filter_list:", key="board_filter"
        ):
            people = {"me": "Me", "nobody": "Nobody"} | {
                str(each.id): each.name + ("" if each.is_active else " (left)")
                for each in engineers
                if not each.is_me
            }
            places = {str(each.id): f"{each.name} ({PLATFORMS[each.platform]})" for each in sources}
            _choice("assignee", "Assignee", people, filters.assignee)
            _choice("platform", "Platform", PLATFORMS, filters.platform)
            _choice("source", "Source", places, filters.source_id)
            _choice("severity", "Severity", SEVERITIES, filters.severity_at_least)
        if now.is_narrowed:
            st.button("Clear", key="board_clear", icon=":material/close:", on_click=clear, type="tertiary")


def _choice(name: str, label: str, options: Mapping[str, str], value: object) -> None:
    key = f"board_{name}"
    st.selectbox(
        label,
        list(options),
        format_func=lambda each: options.get(each, each),
        key=_mirrored(key, str(value) if str(value) in options else None),
        index=None,
        placeholder="Any",
        on_change=_changed(name, key),
    )


def _changed(name: str, key: str) -> Callable[[], None]:
    return lambda: change(**{name: st.session_state.get(key)})


def _mirrored(key: str, value: T) -> str:
    """A widget that shows what the address says. It is only told what it does not know, or half-typed text were lost."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _cursor(text: str) -> Cursor | None:
    at, _, number = text.rpartition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    ticket_id = _number(number)
    return Cursor(moment, ticket_id) if ticket_id is not None and moment.tzinfo is not None else None
