"""How the signed-in engineer is reached, and the ring that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

import streamlit as st

from dashboard import ticket_data
from dashboard.database import Connection, Refused
from dashboard.parts import ticket as parts
from dashboard.queries import on_call_acts as acts
from dashboard.queries.on_call import Engineer
from dashboard.queries.on_call_acts import Contact
from dashboard.queries.ticket_page import Page
from dashboard.shell import act
from shiftbot.paging.base import Method

_WAYS: tuple[str, ...] = tuple(
    each for each in get_args(Method) if each != "webhook"
)  # which rings nobody in particular
_SHOWN_FOR = timedelta(minutes=30)  # how long a test that is over is still shown


def draw_contact(mine: Engineer, tests: Sequence[Page], at: datetime) -> None:
    """One's own data, and "page me now"."""
    st.subheader("How you are reached", anchor=False)
    with st.form("my_contact", border=True):
        draw_fields("my", mine)
        st.form_submit_button("Save", on_click=_save)
    test = next((each for each in tests if each.is_open or at - each.changed_at < _SHOWN_FOR), None)
    with st.container(horizontal=True, key="page_me_controls"):
        st.button(
            "Page me now",
            key="page_me",
            icon=":material/phone_in_talk:",
            type="primary",
            on_click=_page_me,
            args=(mine.id,),
        )
        st.selectbox(
            "How",
            _WAYS,
            index=None,
            format_func=lambda each: f"only by {each.replace('_', ' ')}",
            placeholder="every way there is",
            key="page_me_how",
            label_visibility="collapsed",
        )
        if test is not None and test.state == "ringing":
            st.button("Stop", key="end_page", on_click=_end_page, args=(test.id,))
    st.caption("Rings as a real page would. No ticket, no customer.")
    if test is not None:
        parts.paging(ticket_data.paging((test,), is_test=True), "test-page")


def draw_fields(prefix: str, of: Engineer | None) -> None:
    """The inputs of somebody's contact data; `contact_said` reads them. Filled with what is known when first drawn."""
    known = {
        "phone": of.phone if of else "",
        "telegram_handle": of.telegram_handle if of else "",
        "telegram_user_id": str(of.telegram_user_id or "") if of else "",
        "slack_user_id": of.slack_user_id if of else "",
    }
    said = (
        ("phone", "Phone", "+4930901820", "Rings and texts. With the country code."),
        ("telegram_handle", "Telegram name", "ada_adler", "Telegram calls ring it."),
        (
            "telegram_user_id",
            "Telegram id",
            "123456789",
            "The bot writes to it: press Start in a chat with it first.",
        ),
        (
            "slack_user_id",
            "Slack member id",
            "U024BE7LH",
            "In Slack: your profile, then ⋮, then Copy member ID.",
        ),
    )
    for name, label, example, help_ in said:
        value = known[name] or ""
        st.text_input(label, value, key=f"{prefix}_{name}", placeholder=example, help=help_, max_chars=40)


def contact_said(prefix: str) -> Contact:
    """What stands in the inputs. Raises Refused where a Telegram id is no number."""
    said = {
        name: str(st.session_state.get(f"{prefix}_{name}") or "").strip()
        for name in Contact.__dataclass_fields__
    }
    number = said["telegram_user_id"]
    if number and not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise Refused("A Telegram id is a number.", "The bot tells you yours: write /start to it.")
    return Contact(
        said["phone"], said["telegram_handle"], int(number) if number else None, said["slack_user_id"]
    )


def _save() -> None:
    def save(conn: Connection) -> None:
        with acts.in_words():
            acts.change_my_contact(conn, contact_said("my"))

    act(save, "Saved. Page yourself to be sure.")


def _page_me(engineer_id: int) -> None:
    how = st.session_state.get("page_me_how")
    act(lambda conn: acts.page(conn, engineer_id, how if how in _WAYS else None), "It rings you.")


def _end_page(page_id: int) -> None:
    act(lambda conn: acts.end_page(conn, page_id), "It is over.")
