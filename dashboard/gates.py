"""The pages one meets instead of a page: nobody signed in, no engineer, nothing to read from. They say what to do."""

from __future__ import annotations

import streamlit as st

from dashboard import local_sign_in
from dashboard.database import Refused
from dashboard.identity import sign_in, sign_out
from shiftbot.dashboard_settings import DashboardSettings


def not_signed_in(settings: DashboardSettings, reason: str = "") -> None:
    """The way in, and why somebody who signed in is not vouched for."""
    with _card("Shift-Bot", "Sign in to see and steer the tickets."):
        if reason:
            st.error(f"{reason} Ask whoever runs your company's sign-in.", icon=":material/block:")
            st.button("Sign out and try another account", on_click=sign_out, args=(settings,))
        elif settings.dashboard_local_engineers:
            st.html(f'<a class="sb-way-in" href="{local_sign_in.PATH}" target="_self">Choose an engineer</a>')
        else:
            st.button(
                "Sign in with your company account",
                type="primary",
                on_click=sign_in,
                args=(settings,),
                width="stretch",
            )


def no_engineer(settings: DashboardSettings, email: str) -> None:
    """Signed in, and not an active engineer."""
    with _card("You are signed in, but not as an engineer", ""):
        st.text(email)
        st.write(
            "This address belongs to no active engineer. Ask an admin of Shift-Bot to add you, or to activate you again,"
            " under *On call*, *Engineers*. This page lets you in by itself once that is done."
        )
        if settings.dashboard_local_engineers:
            st.html('<a class="sb-way-in" href="/sign-out" target="_self">Sign out</a>')
        else:
            st.button("Sign out", on_click=sign_out, args=(settings,))


def database_away() -> None:
    """Nothing was read yet, so there is nothing to show."""
    with _card("The database cannot be reached", ""):
        st.write("Nothing is lost: messages wait at the platforms. This page tries again every few seconds.")
        st.button("Try again", type="primary")


def refused(refusal: Refused) -> None:
    """A page that may not be read."""
    with _card("This cannot be shown", ""):
        st.text(f"{refusal.words} {refusal.hint}".strip())


def broken() -> None:
    """Our own mistake: the log has it, nobody else needs it."""
    with _card("This page broke", ""):
        st.write(
            "That is our mistake, and it is in the dashboard's log. The other pages work; so does paging."
        )
        st.button("Try again", type="primary")


def _card(title: str, words: str) -> st.delta_generator.DeltaGenerator:
    _, middle, _ = st.columns([1, 2, 1])
    card = middle.container(border=True)
    card.subheader(title, anchor=False)
    if words:
        card.write(words)
    return card
