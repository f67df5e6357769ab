"""The buttons of the ticket page. What status_transitions does not allow is not offered; two presses do any of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.database import Connection
from dashboard.queries import ticket_acts as acts
from dashboard.queries.people import Me, OnCall
from dashboard.queries.ticket import Colleague, Ticket
from dashboard.queries.ticket_page import Page
from dashboard.queries.ticket_talk import Reply, Talk
from dashboard.shell import act
from dashboard.ticket_words import plain

# In the order in which they are drawn; everything here is an event that engineers write.
CONTROLS = (
    "acknowledged",
    "ack_extended",
    "escalated_manually",
    "deescalated",
    "page_not_needed",
    "closed",
    "reopened",
    "assigned",
    "reply_approved",
    "draft_discarded",
    "public_reply",
    "note",
)
# Those that need nothing but a press: key, label, icon, what is said once it is done.
_MOVES = {
    "ack_extended": ("extend", "Still on it", ":material/update:", "The clock starts over."),
    "closed": ("close", "Close", ":material/check:", "Ticket {} is closed."),
    "reopened": ("reopen", "Reopen", ":material/undo:", "Ticket {} is open again."),
    "deescalated": ("take_back", "Take back", ":material/notifications_off:", "Nobody is rung."),
}
_ABOUT_A_DRAFT = ("reply_approved", "draft_discarded")


@dataclass(frozen=True)
class Situation:
    """What decides which controls there are. `page`: the open one; `legal`: the events an engineer may write now."""

    ticket: Ticket
    legal: frozenset[str]
    talk: Talk
    page: Page | None
    colleagues: tuple[Colleague, ...]
    on_call: OnCall | None
    is_markable: bool  # an acknowledged page of which nobody has said yet that it was not needed


def offered(situation: Situation, me: Me) -> tuple[str, ...]:
    """The events that this engineer is offered."""
    page = situation.page
    is_mine = (
        page is not None
        and page.state == "acknowledged"
        and page.holder_id == me.id
        and page.ack_expires_at is not None
    )
    missing = {
        *(() if is_mine else ("ack_extended",)),
        *(() if situation.is_markable else ("page_not_needed",)),
        *(() if situation.talk.draft else _ABOUT_A_DRAFT),
    }
    return tuple(event for event in CONTROLS if event in situation.legal and event not in missing)


def draw_controls(situation: Situation, me: Me) -> None:
    """Everything but writing, which is below the conversation."""
    ticket, there = situation.ticket, offered(situation, me)
    with st.container(horizontal=True, key="controls", vertical_alignment="center"):
        if "acknowledged" in there:
            icon = ":material/front_hand:"
            _button("acknowledge", "Acknowledge", icon, _acknowledge, ticket.id, is_primary=True)
        for event, (key, label, icon, done) in _MOVES.items():
            if event in there:
                _button(key, label, icon, _move, ticket.id, event, done.format(ticket.id))
        if "page_not_needed" in there:
            _draw_not_needed(ticket.id)
        if "escalated_manually" in there:
            _draw_escalate(situation)
        if "assigned" in there:
            _draw_assign(situation, me)


def draw_decisions(situation: Situation) -> None:
    """Replies of which only a person can say whether they arrived."""
    for reply in situation.talk.undecided:
        with st.container(key=f"decide-{reply.id}"):
            st.write(
                "**Did this reply arrive?** The connection broke while it was sent: look into the chat, and decide."
                if reply.state == "unknown"
                else "**This reply was not delivered.** Send it again, or say that the customer knows."
            )
            st.text((reply.text or "")[:300])
            with st.container(horizontal=True):
                _button(f"resend-{reply.id}", "Send again", ":material/send:", _resolve, reply, True)
                _button(
                    f"arrived-{reply.id}", "Take as delivered", ":material/done_all:", _resolve, reply, False
                )


def _button(
    key: str, label: str, icon: str, do: Callable[..., None], *args: object, is_primary: bool = False
) -> None:
    st.button(
        label, key=key, icon=icon, on_click=do, args=args, type="primary" if is_primary else "secondary"
    )


def _draw_escalate(situation: Situation) -> None:
    on_call = situation.on_call
    whom = f"{plain(on_call.name)}, who is on call" if on_call else "everybody, as nobody is on call"
    with st.popover("Escalate", icon=":material/notifications_active:", key="escalate"):
        st.write(f"Rings {whom}, until somebody acknowledges.")
        st.text_input(
            "Why (optional)", key="escalate_why", max_chars=500, placeholder="Other engineers read it"
        )
        _button(
            "ring", "Ring now", ":material/phone_in_talk:", _escalate, situation.ticket.id, is_primary=True
        )


def _draw_not_needed(ticket_id: int) -> None:
    with st.popover("Not needed", icon=":material/bedtime:", key="needless"):
        st.write(
            "This page need not have rung anybody. The ticket does not move and the customer hears nothing:"
            " thresholds are calibrated by it. It cannot be taken back."
        )
        st.text_input(
            "Why (optional)", key="not_needed_why", max_chars=500, placeholder="Other engineers read it"
        )
        icon = ":material/bedtime:"
        _button("not_needed", "It was not needed", icon, _mark_not_needed, ticket_id, is_primary=True)


def _draw_assign(situation: Situation, me: Me) -> None:
    ticket = situation.ticket
    names = {each.id: each.name + (" (on call)" if each.is_on_call else "") for each in situation.colleagues}
    if ticket.assignee_id is not None:  # also one who has left since
        names.setdefault(ticket.assignee_id, ticket.assignee or "")
    if ticket.assignee_id != me.id:
        _button(
            "take", "Assign to me", ":material/person_add:", _assign, ticket.id, me.id, "you", ticket.last_seq
        )
    key = f"assignee-{ticket.id}"
    st.session_state[key] = (
        ticket.assignee_id
    )  # what the database says, also when somebody else has changed it
    st.selectbox(
        "Assignee",
        list(names),
        format_func=lambda number: names.get(number, ""),
        key=key,
        index=None,
        placeholder="Assign to…",
        label_visibility="collapsed",
        width=230,
        on_change=_assign_chosen,
        args=(ticket.id, key, names, ticket.last_seq),
    )


def carry_out(do: Callable[[Connection], None], done: str) -> bool:
    """Does it as the signed-in engineer, from a callback. Whether it was done; what was refused is said by the shell."""

    def whole(conn: Connection) -> bool:
        do(conn)
        return True

    return act(whole, done) is True


def _acknowledge(ticket_id: int) -> None:
    carry_out(lambda conn: acts.acknowledge(conn, ticket_id), f"You have ticket {ticket_id}.")


def _move(ticket_id: int, event: str, done: str) -> None:
    carry_out(lambda conn: acts.move(conn, ticket_id, event), done)


def _mark_not_needed(ticket_id: int) -> None:
    why = str(st.session_state.get("not_needed_why") or "").strip()
    carry_out(lambda conn: acts.mark_not_needed(conn, ticket_id, why), "Noted: this page was not needed.")


def _escalate(ticket_id: int) -> None:
    why = str(st.session_state.get("escalate_why") or "").strip()
    carry_out(lambda conn: acts.move(conn, ticket_id, "escalated_manually", why), "It rings.")


def _assign(ticket_id: int, engineer_id: int, name: str, seen_seq: int) -> None:
    carry_out(lambda conn: acts.assign(conn, ticket_id, engineer_id, seen_seq), f"Assigned to {plain(name)}.")


def _assign_chosen(ticket_id: int, key: str, names: dict[int, str], seen_seq: int) -> None:
    chosen = st.session_state.get(key)
    if isinstance(chosen, int) and chosen in names:
        _assign(ticket_id, chosen, names[chosen], seen_seq)


def _resolve(reply: Reply, is_resent: bool) -> None:
    done = "It is sent again." if is_resent else "Taken as delivered."
    carry_out(lambda conn: acts.resolve(conn, reply.id, is_resent), done)
