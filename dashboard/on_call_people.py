"""Everybody; admins let people in, change them and show them out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import on_call_data
from dashboard.database import Connection
from dashboard.on_call_contact import contact_said, draw_fields
from dashboard.parts import on_call as parts
from dashboard.queries import on_call_acts as acts
from dashboard.queries.on_call import Engineer
from dashboard.queries.on_call_acts import Contact
from dashboard.queries.people import Me
from dashboard.shell import act
from dashboard.ticket_words import plain

_NEW = 0


def draw_people(engineers: Sequence[Engineer], me: Me) -> None:
    """The list, and below it the form of whoever is being changed."""
    parts.people(on_call_data.people(engineers, me.is_admin), _edit)
    number = st.session_state.get("editing")
    if me.is_admin and number is not None:
        _draw_form(next((each for each in engineers if each.id == number), None))


def _draw_form(of: Engineer | None) -> None:
    prefix = _prefix(of)
    with st.form(f"{prefix}_form", border=True):
        st.markdown(f"**Change {plain(of.name)}**" if of else "**A new engineer**")
        left, right = st.columns(2)
        with left:
            st.text_input("Name", of.name if of else "", key=f"{prefix}_name", max_chars=80)
            st.text_input(
                "E-mail",
                of.email if of else "",
                key=f"{prefix}_email",
                max_chars=200,
                help="What they sign in with, and are written to.",
            )
            st.checkbox(
                "Admin",
                bool(of and of.is_admin),
                key=f"{prefix}_is_admin",
                help="Changes people, the rota and the settings.",
            )
            if of is not None:
                st.checkbox(
                    "Active",
                    of.is_active,
                    key=f"{prefix}_is_active",
                    help="Whoever is not is shown out at once, and is never rung.",
                )
        with right:
            draw_fields(prefix, of)
        with st.container(horizontal=True):
            st.form_submit_button("Save" if of else "Let them in", type="primary", on_click=_save, args=(of,))
            st.form_submit_button("Cancel", on_click=_done, args=(of,))


def _edit() -> None:
    number = getattr(st.session_state.get("people"), "edit", None)
    st.session_state["editing"] = number if isinstance(number, int) else None


def _save(of: Engineer | None) -> None:
    prefix = _prefix(of)
    said = {
        name: st.session_state.get(f"{prefix}_{name}") for name in ("name", "email", "is_admin", "is_active")
    }
    name, email = str(said["name"] or "").strip(), str(said["email"] or "").strip()

    def save(conn: Connection) -> bool:
        contact = contact_said(prefix)
        with acts.in_words():
            if of is None:
                acts.add_engineer(conn, name, email, contact, bool(said["is_admin"]))
            else:
                is_admin, is_active = bool(said["is_admin"]), bool(said["is_active"])
                acts.change_engineer(conn, of.id, name, email, contact, is_admin, is_active)
        return True

    if act(save, f"{plain(name)} is saved."):
        _done(of)


def _done(of: Engineer | None) -> None:
    st.session_state["editing"] = None
    for name in ("name", "email", "is_admin", "is_active", *Contact.__dataclass_fields__):
        st.session_state.pop(f"{_prefix(of)}_{name}", None)


def _prefix(of: Engineer | None) -> str:
    return f"engineer{of.id if of else _NEW}"
