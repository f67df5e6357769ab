"""Where an engineer writes on the ticket page: the reply, the note, and the draft that waits to be decided.

What is half typed stays in the browser through every redraw, because the boxes keep their keys. Each box has a name of
its own that goes into the journal with its words, so that a press that is sent twice writes once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.database import Connection
from dashboard.queries import ticket_acts as acts
from dashboard.queries.ticket import Ticket
from dashboard.queries.ticket_talk import Reply
from dashboard.ticket_controls import Situation, carry_out
from dashboard.ticket_words import customer, plain
from shiftbot.platforms.base import origin_name
from shiftbot.triage.text import clean_text

_LONGEST = 10_000  # characters; longer ones are no reply but a file


@dataclass(frozen=True)
class _Editing:
    """The draft that is being put in other words; `words` are those it had."""

    ticket_id: int
    draft_id: int
    words: str


def draw_writing(situation: Situation) -> None:
    """Two boxes beside each other, both always there: changing between them loses no word."""
    ticket = situation.ticket
    reply, note = st.tabs(["Reply to the customer", "Note for engineers"])
    if "public_reply" in situation.legal:
        with reply:
            _box(
                ticket,
                "reply",
                _where_read(ticket),
                "Send reply",
                lambda conn, text, box: acts.reply(conn, ticket.id, text, box, ticket.last_seq),
                "The reply is on its way.",
            )
    if "note" in situation.legal:
        with note:
            _box(
                ticket,
                "note",
                "Only engineers read it",
                "Save note",
                lambda conn, text, box: acts.note(conn, ticket.id, text, box),
                "Noted.",
            )


def draw_draft(situation: Situation) -> None:
    """The bot's draft with what can be done with it; or what became of it while somebody rewrote it."""
    draft, editing = situation.talk.draft, _editing(situation.ticket.id)
    if draft is None and editing is None:
        return
    with st.container(key="decide-draft"):
        if draft is None and editing is not None:
            st.write(
                "**The draft is decided, or gone.** What you wrote was not sent; it can go as a reply of yours."
            )
        elif draft is not None and editing is None:
            st.write("**Draft of a reply.** The customer sees it once an engineer lets it go.")
            st.text(draft.text or "")
        elif draft is not None and editing is not None and editing.draft_id != draft.id:
            st.write("**The bot has drafted anew, as the customer wrote on:**")
            st.text(draft.text or "")
            st.write("Yours is sent in its place.")
        if editing is not None:
            _draw_editor(situation, editing, draft)
        elif draft is not None:
            _draw_choice(situation, draft)


def _draw_choice(situation: Situation, draft: Reply) -> None:
    ticket_id, legal = situation.ticket.id, situation.legal
    with st.container(horizontal=True):
        if "reply_approved" in legal:
            st.button(
                "Send it",
                key="approve",
                type="primary",
                icon=":material/send:",
                on_click=_approve,
                args=(ticket_id, draft.id),
            )
            st.button(
                "Edit", key="edit_draft", icon=":material/edit:", on_click=_edit, args=(ticket_id, draft)
            )
        if "draft_discarded" in legal:
            st.button(
                "Discard",
                key="discard",
                icon=":material/delete:",
                on_click=_discard,
                args=(ticket_id, draft.id),
            )


def _draw_editor(situation: Situation, editing: _Editing, draft: Reply | None) -> None:
    ticket = situation.ticket
    key = f"draft-{editing.draft_id}-{_name('draft', ticket.id)}"
    with st.form(f"form-{key}", border=False):
        st.text_area("The draft in your words", editing.words, key=key, height=140, max_chars=_LONGEST)
        with st.container(horizontal=True):
            st.form_submit_button(
                "Send as a reply" if draft is None else "Send this",
                key=f"send-{key}",
                type="primary",
                icon=":material/send:",
                on_click=_send_edited,
                args=(ticket, key, draft),
            )
            st.form_submit_button("Leave it", key=f"leave-{key}", on_click=_stop_editing, args=(ticket.id,))


def _where_read(ticket: Ticket) -> str:
    if ticket.platform == "api":
        return "Whoever raised it reads it in the ticket's timeline, over the API"
    return f"{customer(ticket.reporter)} reads it in {origin_name(ticket.platform)}, in the thread"


def _box(
    ticket: Ticket,
    kind: str,
    placeholder: str,
    label: str,
    do: Callable[[Connection, str, str], None],
    done: str,
) -> None:
    name = _name(kind, ticket.id)
    key = f"{kind}-{ticket.id}-{name}"
    with st.container(key=f"write-{kind}"), st.form(f"form-{key}", border=False):
        st.text_area(
            label,
            key=key,
            height=110,
            max_chars=_LONGEST,
            placeholder=placeholder,
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button(
                label,
                key=f"send-{key}",
                type="primary" if kind == "reply" else "secondary",
                on_click=_send,
                args=(kind, ticket.id, key, name, do, done),
            )
            st.caption("Ctrl+Enter sends it")


def _send(
    kind: str, ticket_id: int, key: str, name: str, do: Callable[[Connection, str, str], None], done: str
) -> None:
    text = clean_text(str(st.session_state.get(key) or ""))
    if not text:
        return
    if carry_out(lambda conn: do(conn, text, name), done):
        _forget_name(kind, ticket_id)  # the next words get a fresh box


def _approve(ticket_id: int, draft_id: int) -> None:
    carry_out(lambda conn: acts.approve(conn, ticket_id, draft_id), "The draft is on its way.")


def _discard(ticket_id: int, draft_id: int) -> None:
    carry_out(lambda conn: acts.discard(conn, ticket_id, draft_id), "The draft is discarded.")


def _edit(ticket_id: int, draft: Reply) -> None:
    st.session_state["editing_draft"] = _Editing(ticket_id, draft.id, draft.text or "")


def _stop_editing(ticket_id: int) -> None:
    st.session_state.pop("editing_draft", None)
    _forget_name("draft", ticket_id)


def _send_edited(ticket: Ticket, key: str, draft: Reply | None) -> None:
    text, name = clean_text(str(st.session_state.get(key) or "")), _name("draft", ticket.id)
    if not text:
        return

    def send(conn: Connection) -> None:
        if draft is None:
            acts.reply(conn, ticket.id, text, name, ticket.last_seq)
        else:
            acts.approve(
                conn, ticket.id, draft.id, "" if text == clean_text(draft.text or "") else text, name
            )

    if carry_out(send, f"The reply to {plain(customer(ticket.reporter))} is on its way."):
        _stop_editing(ticket.id)


def _editing(ticket_id: int) -> _Editing | None:
    editing: _Editing | None = st.session_state.get("editing_draft")
    return editing if editing is not None and editing.ticket_id == ticket_id else None


def _name(kind: str, ticket_id: int) -> str:
    """Of the box that is written in now."""
    named: str = st.session_state.setdefault(f"box-{kind}-{ticket_id}", uuid.uuid4().hex)
    return named


def _forget_name(kind: str, ticket_id: int) -> None:
    st.session_state.pop(f"box-{kind}-{ticket_id}", None)
