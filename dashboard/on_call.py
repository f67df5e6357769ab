"""The on-call page: who has the shift and who is next, the plan, the people, and how oneself is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard import on_call_data, on_call_people, on_call_plan
from dashboard.database import Connection
from dashboard.on_call_contact import draw_contact
from dashboard.parts import on_call as parts
from dashboard.queries import on_call as queries
from dashboard.queries import ticket_page
from dashboard.queries.people import Me
from dashboard.shell import View

_BACK, _AHEAD = timedelta(days=8), timedelta(days=43)  # five weeks from a Monday on, wherever the viewer is


@dataclass(frozen=True)
class Duty:
    """Everything the page shows, of one moment."""

    at: datetime
    now: queries.Now
    shifts: tuple[queries.Shift, ...]
    gaps: tuple[queries.Gap, ...]
    rotations: tuple[queries.Rotation, ...]
    spells: tuple[queries.Spell, ...]
    engineers: tuple[queries.Engineer, ...]
    time_zones: tuple[str, ...]
    tests: tuple[ticket_page.Page, ...]


def read(conn: Connection, me: Me) -> Duty:
    """All of it."""
    at = datetime.now(UTC)
    return Duty(
        at,
        queries.now(conn),
        queries.shifts(conn, at - _BACK, at + _AHEAD),
        queries.gaps(conn),
        queries.rotations(conn),
        queries.spells(conn),
        queries.engineers(conn),
        queries.time_zones(conn) if me.is_admin else (),
        ticket_page.pages_of_tests(conn, me.id),
    )


def draw(duty: Duty, me: Me) -> None:
    """Now, the plan, and beside them oneself; everybody below."""
    left, right = st.columns([5, 2], gap="medium")
    with left:
        parts.duty(on_call_data.duty(duty.now, duty.shifts, duty.gaps, duty.spells, me.id, duty.at))
        on_call_plan.draw_hand_over(duty.now, duty.engineers, me)
        st.subheader("Rota", anchor=False)
        picked = on_call_plan.picked(duty.shifts)
        shown = on_call_data.rota(duty.shifts, duty.gaps, duty.at, picked.id if picked else None)
        parts.rota(shown, on_call_plan.pick)
        on_call_plan.draw_override(duty.engineers, picked, me)
        on_call_plan.draw_rotations(duty.rotations, duty.engineers, duty.time_zones, me)
    with right:
        draw_contact(next(each for each in duty.engineers if each.id == me.id), duty.tests, duty.at)
    st.subheader("People", anchor=False)
    on_call_people.draw_people(duty.engineers, me)


VIEW = View("on-call", lambda: [], read, draw)  # every page hears of "on_call": the header says who it is
