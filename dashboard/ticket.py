"""The page of one ticket: what was said, what was done, what an engineer can do next. Its address is /ticket?id=42."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import get_args

import streamlit as st

from dashboard import ticket_data
from dashboard.database import Connection
from dashboard.pages_of import page_named
from dashboard.parts import ticket as parts
from dashboard.queries import people, ticket_files, ticket_journal, ticket_page, ticket_talk
from dashboard.queries import ticket as queries
from dashboard.queries.people import Me
from dashboard.queries.ticket import Flaw
from dashboard.queries.ticket_journal import Filter
from dashboard.shell import View
from dashboard.ticket_controls import Situation, draw_controls, draw_decisions
from dashboard.ticket_writing import draw_draft, draw_writing

_PATH = "ticket"
_BIGGEST = 2**63 - 1
_LONG = 300  # rows; proving a longer journal again takes its time
_PROVEN_FOR = timedelta(minutes=1)


@dataclass
class _Looking:
    """How this session looks at one ticket; kept between its reruns."""

    id: int
    filter: Filter = "all"
    rows: int = ticket_data.STEP
    said: int = ticket_data.STEP
    also: frozenset[str] = frozenset()  # whose moves are this page's too: the ticket that rings for it
    proof: _Proof | None = None


@dataclass(frozen=True)
class _Proof:
    upto_seq: int
    flaw: Flaw | None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Content:
    """What the page shows; None where no ticket has the number."""

    situation: Situation
    relatives: tuple[queries.Relative, ...]
    journal: ticket_journal.Journal
    verdicts: tuple[ticket_journal.Verdict, ...]
    pages: tuple[ticket_page.Page, ...]
    files: dict[str, ticket_files.File]
    proof: _Proof


def wanted() -> int | None:
    """The number in the address; None where there is none that a ticket could have."""
    said = str(st.query_params.get("id", "")).strip().removeprefix("#")
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0
    return number if 0 < number <= _BIGGEST else None


def interests() -> Iterable[str]:
    """This ticket's moves; of one that joined a page those too of the ticket that rings for it."""
    number = wanted()
    return () if number is None else {f"ticket:{number}"} | _looking(number).also


def read(conn: Connection, me: Me) -> Content | None:
    """Everything about the ticket of the address."""
    number = wanted()
    ticket = None if number is None else queries.ticket(conn, number)
    if ticket is None:
        return None
    looking = _looking(ticket.id)
    pages = ticket_page.pages(conn, ticket.id)
    leader = next((page.leader_ticket_id for page in pages if page.is_open), None)
    looking.also = frozenset() if leader is None else frozenset({f"ticket:{leader}"})
    looking.proof = _proof(conn, looking, ticket.last_seq)
    situation = Situation(
        ticket=ticket,
        legal=queries.legal_events(conn, ticket.status),
        talk=ticket_talk.talk(conn, ticket.id, looking.said),
        page=next((page for page in pages if page.is_open), None),
        colleagues=queries.colleagues(conn),
        on_call=people.on_call(conn),
        is_markable=queries.is_markable(conn, ticket.id),
    )
    return Content(
        situation,
        queries.relatives(conn, ticket.id),
        ticket_journal.journal(conn, ticket.id, looking.filter, looking.rows),
        ticket_journal.verdicts(conn, ticket.id),
        pages,
        ticket_files.files(conn, ticket.id),
        looking.proof,
    )


def draw(content: Content | None, me: Me) -> None:
    """The page; where there is no such ticket, a way on."""
    parts.styles()
    if content is None:
        _draw_nothing()
        return
    ticket = content.situation.ticket
    st.set_page_config(page_title=f"#{ticket.id} {ticket.title or ''}".strip()[:120])
    said = parts.head(ticket_data.head(ticket, content.relatives, content.proof.flaw), f"head-{ticket.id}")
    _follow(said)
    draw_controls(content.situation, me)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        parts.conversation(
            ticket_data.conversation(content.situation.talk, content.files),
            f"talk-{ticket.id}",
            _show_more_said,
        )
        draw_decisions(content.situation)
        draw_draft(content.situation)
        draw_writing(content.situation)
    with right:
        if content.pages:
            _follow(parts.paging(ticket_data.paging(content.pages), f"paging-{ticket.id}"))
        parts.verdict(ticket_data.verdict(content.verdicts, content.situation.talk), f"verdict-{ticket.id}")
        shown = ticket_data.timeline(content.journal, content.proof.flaw, content.proof.at)
        parts.timeline(shown, f"timeline-{ticket.id}", _choose_filter, _show_more_rows)


def _looking(number: int) -> _Looking:
    looking: _Looking | None = st.session_state.get("looking_at_ticket")
    if looking is None or looking.id != number:
        looking = st.session_state["looking_at_ticket"] = _Looking(number)
    return looking


def _proof(conn: Connection, looking: _Looking, last_seq: int) -> _Proof:
    """Proves the journal at every reading; a long one when it has grown or a minute has passed."""
    known = looking.proof
    if (
        known is not None
        and last_seq > _LONG
        and known.upto_seq == last_seq
        and datetime.now(UTC) - known.at < _PROVEN_FOR
    ):
        return known
    return _Proof(last_seq, queries.flaw(conn, looking.id))


def _follow(said: object) -> None:
    """Goes where a link of a part leads."""
    if getattr(said, "board", None):
        st.switch_page(page_named(""), query_params=st.session_state.get("board_params"))
    if other := getattr(said, "ticket", None):
        st.switch_page(page_named(_PATH), query_params={"id": str(other)})


def _part(name: str) -> object:
    looking: _Looking = st.session_state["looking_at_ticket"]
    return st.session_state.get(f"{name}-{looking.id}")


def _choose_filter() -> None:
    chosen: Filter | None = getattr(_part("timeline"), "filter", None)
    if chosen is not None and chosen in get_args(Filter):
        looking: _Looking = st.session_state["looking_at_ticket"]
        looking.filter, looking.rows = chosen, ticket_data.STEP


def _show_more_rows() -> None:
    st.session_state["looking_at_ticket"].rows += ticket_data.STEP


def _show_more_said() -> None:
    st.session_state["looking_at_ticket"].said += ticket_data.STEP


def _draw_nothing() -> None:
    asked = str(st.query_params.get("id", "")).strip()
    _, middle, _ = st.columns([1, 2, 1])
    with middle.container(border=True):
        st.subheader("There is no such ticket" if asked else "No ticket was chosen", anchor=False)
        if asked:
            st.text(f"No ticket has the number {asked[:40]}.")
        st.write(
            "A ticket is opened by the first message of a customer's thread. Its address ends with its number, such as"
            " `/ticket?id=42`. Type a number, or look for the ticket on the board."
        )
        with st.form("find", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Number of the ticket", key="find_ticket", placeholder="42", max_chars=20)
            st.form_submit_button("Open it", type="primary", on_click=_find)
        if st.button("To the board", icon=":material/arrow_back:"):
            st.switch_page(page_named(""))


def _find() -> None:
    st.query_params["id"] = str(st.session_state["find_ticket"]).strip().removeprefix("#")


VIEW = View(_PATH, interests, read, draw)
