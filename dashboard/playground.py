"""The playground of the local rung: be a customer in a simulated chat beside the board, and answer the phone that rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import board, board_data, playground_people, world
from dashboard.board_filters import Wanted
from dashboard.database import Connection
from dashboard.parts import board as board_parts
from dashboard.parts import playground as parts
from dashboard.playground_people import CUSTOMERS, Neighbourhood, PeopleError
from dashboard.queries import board as queries
from dashboard.queries import playground as places
from dashboard.queries.board import STATUSES, Filters, Listing
from dashboard.queries.people import Me
from dashboard.queries.playground import Phone, Place
from dashboard.shell import View

_TICKETS = 12
_BOARD = "playground-board"
_EVERY = 1.0  # seconds; what simulators show is not on Realtime
_EXAMPLES = (
    ("question", "Ask something", "How do I invite a colleague to my workspace?"),
    ("bug", "Report a bug", "The export gives me an empty file since this morning."),
    ("outage", "Report an outage", "Production is down, nobody can log in! We are losing orders."),
    ("thanks", "Say thanks", "Thanks, that helped!"),
)


@dataclass(frozen=True)
class Playground:
    """What the page shows of the database; the rest is asked of the simulators."""

    tickets: Listing
    acknowledgeable: frozenset[str]
    places: tuple[Place, ...]
    phones: tuple[Phone, ...]


def read(conn: Connection, _: Me) -> Playground:
    """The newest tickets, where one can write, whose phones there are."""
    return Playground(
        queries.tickets(conn, Filters(statuses=STATUSES), limit=_TICKETS),
        queries.acknowledgeable(conn),
        places.places(conn),
        places.phones(conn),
    )


def draw(playground: Playground, _: Me) -> None:
    """The chat, the board, the phone."""
    here = playground_people.neighbourhood(world.current().settings.playground_simulators)
    st.caption(
        "**You are the customer here.** Telegram, Slack and the telephone are simulated on this machine; everything behind"
        " them is real. Write something: it becomes a ticket, is triaged and answered in its thread. An outage rings whoever"
        " is on call."
    )
    chat, middle, phone = st.columns([5, 5, 3], gap="medium")
    with chat:
        if playground.places:
            _draw_chat(here, playground.places)
        else:
            st.info(
                "Shift-Bot listens nowhere yet: sources.json says where, and `shiftbot sources sync` reads it."
            )
    with middle:
        st.markdown("**The board**")
        wanted = Wanted("list", frozenset(), Filters(statuses=STATUSES), None)
        data = board_data.tickets({"all": playground.tickets}, {}, wanted, playground.acknowledgeable)
        data["lists"][0]["more"], data["has_keys"] = None, False
        board.follow(board_parts.tickets(data, _BOARD, _acknowledge, _nothing, _nothing))
    with phone:
        st.markdown("**The phone**")
        _draw_phone(here, playground.phones)


def _draw_chat(here: Neighbourhood, found: tuple[Place, ...]) -> None:
    names = {place.key: f"{place.name} ({place.platform.capitalize()})" for place in found}
    with st.container(horizontal=True, vertical_alignment="bottom", key="playground_chooser"):
        st.selectbox(
            "Where",
            list(names),
            format_func=lambda key: names.get(key, key),
            key="place",
            on_change=_answer_nothing,
        )
        st.selectbox("You are", CUSTOMERS, key="customer", on_change=_answer_nothing, width=140)
    place, customer = _chosen(found)
    _draw_lines(here, place, customer)
    if answered := st.session_state.get("answering"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Answers: {answered[1][:80]}")
            st.button("Not this one", key="answer_nothing", type="tertiary", on_click=_answer_nothing)
    st.chat_input(
        f"Write as {customer}",
        key="writes",
        max_chars=4000,
        on_submit=_write_typed,
        args=(here, found),
    )
    with st.container(horizontal=True, key="examples"):
        for key, label, text in _EXAMPLES:
            st.button(label, key=f"example_{key}", help=text, on_click=_write, args=(here, found, text))
        label = "Send a picture" if place.platform == "telegram" else "Send a file"
        st.button(label, key="example_picture", on_click=_send_picture, args=(here, found))


@st.fragment(run_every=_EVERY)
def _draw_lines(here: Neighbourhood, place: Place, customer: str) -> None:
    try:
        lines = here.lines(place, customer)
    except PeopleError as error:
        st.warning(f"The simulated {place.platform.capitalize()} cannot be reached: {error}")
        return
    texts = {each.id: each.text for each in lines}
    shown = [
        {
            "id": each.id,
            "who": each.who,
            "text": each.text,
            "at": each.at.isoformat(),
            "is_bot": each.is_bot,
            "is_mine": each.is_mine,
            "buttons": list(each.buttons),
            "thread": each.thread,
            "answers": texts.get(each.answers or ""),
            "is_edited": each.is_edited,
        }
        for each in lines
    ]
    data = {"lines": shown, "place": place.name, "platform": place.platform}
    parts.chat(
        data, lambda: _press(here, place, customer), lambda: _answer({each.id: each for each in lines})
    )
    if failed := st.session_state.get("playground_failed"):
        st.warning(failed)
    if st.session_state.pop("answering_is_new", False):
        st.rerun()  # what is answered stands outside of what is drawn here


@st.fragment(run_every=_EVERY)
def _draw_phone(here: Neighbourhood, phones: tuple[Phone, ...]) -> None:
    try:
        calls = here.calls(phones)
    except PeopleError as error:
        st.warning(f"The simulated telephone network cannot be reached: {error}")
        return
    shown = [vars(call) | {"heard": list(call.heard)} for call in calls]
    data = {"calls": shown, "phones": sorted({phone.owner for phone in phones})}
    parts.phone(data, lambda: _handle(here, {call.sid: call for call in calls}))


def _chosen(found: tuple[Place, ...]) -> tuple[Place, str]:
    """Where and as whom one writes, at this moment: what was drawn may be older than the last choice."""
    place = next((each for each in found if each.key == st.session_state.get("place")), found[0])
    return place, str(st.session_state.get("customer") or CUSTOMERS[0])


def _write_typed(here: Neighbourhood, found: tuple[Place, ...]) -> None:
    _write(here, found, str(st.session_state.get("writes") or "").strip())


def _write(here: Neighbourhood, found: tuple[Place, ...], text: str) -> None:
    place, customer = _chosen(found)
    answered = st.session_state.get("answering")
    if text:
        _try(lambda: here.writes(place, customer, text, answered[0] if answered else None))
        _answer_nothing()


def _send_picture(here: Neighbourhood, found: tuple[Place, ...]) -> None:
    place, customer = _chosen(found)
    _try(lambda: here.sends_a_picture(place, customer, "This is what I see."))


def _press(here: Neighbourhood, place: Place, customer: str) -> None:
    pressed = getattr(st.session_state.get("chat"), "press", None)
    if pressed:
        _try(lambda: here.presses(place, customer, pressed["line"], pressed["button"]))


def _answer(lines: dict[str, playground_people.Line]) -> None:
    line = lines.get(str(getattr(st.session_state.get("chat"), "reply", "")))
    if line is not None:  # of a Slack thread its first message is answered
        st.session_state["answering"] = (line.thread or line.id, line.text)
        st.session_state["answering_is_new"] = True


def _answer_nothing() -> None:
    st.session_state.pop("answering", None)


def _handle(here: Neighbourhood, calls: dict[str, playground_people.Call]) -> None:
    done: Any = getattr(st.session_state.get("phone"), "act", None)
    call = calls.get(done["sid"]) if done else None
    if call is None:
        return
    if done["verb"] == "presses":
        _try(lambda: here.presses_key(call, str(done["key"])))
    elif done["verb"] in ("answers", "declines", "hangs_up"):
        _try(lambda: here.handles(call, done["verb"]))


def _try(do: Any) -> None:
    st.session_state.pop("playground_failed", None)
    try:
        do()
    except PeopleError as error:
        st.session_state["playground_failed"] = f"That did not work: {error}."


def _acknowledge() -> None:
    board.acknowledge(getattr(st.session_state.get(_BOARD), "acknowledge", None))


def _nothing() -> None:
    """A short list has no more, and nothing to clear."""


VIEW = View("playground", lambda: ["tickets"], read, draw)
