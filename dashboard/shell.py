"""What happens around every page: sign-in, one reading of the database, the header, refusals in words.

A page is a View: what it wants to hear of, what it reads (one transaction, as the signed-in engineer), how it is drawn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import gates, world
from dashboard.database import Away, Connection, Person, Refused
from dashboard.identity import NotVouchedFor, sign_out, signed_in
from dashboard.pages_of import PAGES, page_named
from dashboard.parts.header import header
from dashboard.queries import people
from dashboard.queries.people import Me, OnCall

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")
_REFUSED_SECONDS = 30.0


@dataclass(frozen=True)
class View(Generic[T]):
    """One page. `read` runs again whenever something of `interests` moves; `draw` must write nothing."""

    path: str
    interests: Callable[[], Iterable[str]]  # "tickets", "ticket:42", "on_call"
    read: Callable[[Connection, Me], T]
    draw: Callable[[T, Me], None]


@dataclass(frozen=True)
class _Reading(Generic[T]):
    me: Me
    on_call: OnCall | None
    content: T
    at: datetime


def show(view: View[Any]) -> None:
    """Draws a page for whoever is signed in, or says why not."""
    here = world.current()
    person = signed_in(here.settings)
    if not isinstance(person, Person):
        gates.not_signed_in(here.settings, person.reason if isinstance(person, NotVouchedFor) else "")
        return
    context = get_script_run_ctx()
    session_id = context.session_id if context is not None else ""
    here.hub.watch(
        session_id, {"on_call", *view.interests()}
    )  # before the reading: what moves meanwhile is not missed
    is_fresh = True
    try:
        is_fresh = _show(view, person)
    finally:
        here.hub.settled(session_id, is_fresh)


def _show(view: View[Any], person: Person) -> bool:
    """Whether what is shown is of now; an older reading, or none, is shown where the database is away."""
    here = world.current()
    began = datetime.now(UTC)
    try:
        reading = _read(view, person)
    except Away:
        gates.database_away()
        return False
    except Refused as refusal:
        gates.refused(refusal)
        return True
    if reading is None:
        gates.no_engineer(here.settings, person.email)
        return True
    is_fresh = reading.at >= began
    _draw_header(view, reading, is_fresh)
    _say_what_was_done()
    try:
        view.draw(reading.content, reading.me)
    except Exception:
        log.exception("a page broke", extra={"action": "page_broke", "page": view.path})
        gates.broken()
    return is_fresh


def act(do: Callable[[Connection], R], done: str = "") -> R | None:
    """Does something as the signed-in engineer; from a callback. What is refused is said in words, and None returned."""
    here = world.current()
    person = signed_in(here.settings)
    if not isinstance(person, Person):
        return None
    said = _said()
    said.refused = ""
    try:
        with here.database.acting_as(person) as conn:
            result = do(conn)
    except Refused as refusal:
        said.refuse(f"{refusal.words} {refusal.hint}".strip())
        return None
    except Away:
        said.refuse("The database cannot be reached. Nothing was done; try again in a moment.")
        return None
    if done:
        said.done.append(done)
    return result


def _read(view: View[T], person: Person) -> _Reading[T] | None:
    """One snapshot of everything the page shows; None where the claims are no active engineer's."""
    here = world.current()
    kept = st.session_state.setdefault("readings", {})
    key = (view.path, str(st.query_params.to_dict()))
    try:
        with here.database.acting_as(person) as conn:
            me = people.me(conn)
            if me is None:
                kept.clear()
                return None
            reading = _Reading(me, people.on_call(conn), view.read(conn, me), datetime.now(UTC))
    except Away:
        if key not in kept:
            raise
        old: _Reading[T] = kept[key]
        return old
    kept.clear()  # of this page only: what was seen elsewhere is too old to be shown as if it were there
    kept[key] = reading
    return reading


def _draw_header(view: View[Any], reading: _Reading[Any], is_fresh: bool) -> None:
    here = world.current()
    said = header(
        {
            "pages": [
                {"path": page.path, "title": page.title, "is_current": page.path == view.path}
                for page in PAGES
                if page.is_listed(here.settings)
            ],
            "on_call": reading.on_call
            and {
                "name": reading.on_call.name,
                "since": reading.on_call.since and reading.on_call.since.isoformat(),
            },
            "live": here.hub.state if is_fresh else "offline",
            "as_of": reading.at.isoformat(timespec="seconds"),
            "me": {"name": reading.me.name, "email": reading.me.email, "is_admin": reading.me.is_admin},
            "sign_out": "/sign-out" if here.settings.dashboard_local_engineers else None,
        }
    )
    if said.sign_out:
        sign_out(here.settings)
    if said.go is not None:
        st.switch_page(page_named(said.go))


@dataclass
class _Said:
    """What was answered to presses. Changed in place: Streamlit may end a run at any touch of the session's state."""

    done: list[str] = field(default_factory=list)
    refused: str = ""
    refused_at: float = 0.0

    def refuse(self, words: str) -> None:
        """Stands until it has been read, or something else is tried: a push draws the page anew in the next moment."""
        self.refused, self.refused_at = words, time.monotonic()


def _said() -> _Said:
    said: _Said = st.session_state.setdefault("said", _Said())
    return said


def _say_what_was_done() -> None:
    said = _said()
    while said.done:
        st.toast(said.done.pop(0), icon=":material/check:")
    if said.refused and time.monotonic() < said.refused_at + _REFUSED_SECONDS:
        with st.container(key="refused"):  # base.css keeps it in sight: what was pressed may be far below
            st.error(said.refused, icon=":material/block:")
