"""The health page: that nothing is stuck or lost, and how the last day went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from dashboard import health_panels
from dashboard.database import Connection
from dashboard.parts.panels import panels
from dashboard.queries import health as queries
from dashboard.queries.people import Me
from dashboard.shell import View, act

_SHOWN = 20


@dataclass(frozen=True)
class Health:
    """Everything the page shows, of one moment."""

    at: datetime
    queues: tuple[queries.Queue, ...]
    dead: tuple[queries.DeadLetter, ...]
    workers: tuple[queries.Worker, ...]
    sources: tuple[queries.SourceActivity, ...]
    tickets: tuple[queries.HourOfTickets, ...]
    times: queries.ResponseTimes
    rings: tuple[queries.RingOutcome, ...]
    verdicts: tuple[queries.Verdicts, ...]
    failures: tuple[queries.ModelFailure, ...]
    alarms: queries.Alarms
    journal: queries.Journal


def read(conn: Connection, _: Me) -> Health:
    """All of it."""
    return Health(
        datetime.now(UTC),
        queries.queues(conn),
        queries.dead_letters(conn, _SHOWN),
        queries.workers(conn),
        queries.source_activity(conn),
        queries.tickets_per_hour(conn),
        queries.response_times(conn),
        queries.ring_outcomes(conn),
        queries.verdicts(conn),
        queries.model_failures(conn),
        queries.alarms(conn),
        queries.journal(conn),
    )


def draw(health: Health, _: Me) -> None:
    """What needs somebody first, then what moves, then how it went."""
    st.subheader("Now", anchor=False)
    panels(
        [
            health_panels.pages(health.alarms.stalled_pages),
            health_panels.workers(health.workers),
            health_panels.queues(health.queues, health.at),
            health_panels.untriaged(health.alarms.untriaged_tickets, health.at),
            health_panels.unknown_replies(health.alarms.unknown_replies),
            health_panels.journal(health.journal),
            health_panels.sources(health.sources),
        ],
        key="health-now",
    )
    _draw_dead(health.dead)
    st.subheader("The last 24 hours", anchor=False)
    panels(
        [
            health_panels.tickets(health.tickets),
            health_panels.pace(
                "Time to first answer", health.times.first_answer, health.times.first_answer_by_hour
            ),
            health_panels.pace(
                "Time to acknowledge", health.times.acknowledgement, health.times.acknowledgement_by_hour
            ),
            health_panels.rings(health.rings),
            health_panels.model(health.verdicts, health.failures),
        ],
        key="health-day",
    )


def _draw_dead(dead: tuple[queries.DeadLetter, ...]) -> None:
    """Each message that kept failing, with its reason and the way back to work."""
    if not dead:
        return
    st.subheader("Dead letters", anchor=False)
    st.caption("Messages that kept failing. Nothing is lost: mend the reason, then put them back to work.")
    for letter in dead:
        with st.container(border=True):
            words, button = st.columns([5, 1], vertical_alignment="center")
            about = f"ticket {letter.ticket_id}, " if letter.ticket_id is not None else ""
            words.text(
                f"{letter.queue}: {about}{letter.attempts} attempts, dead since {letter.died_at:%d %b %H:%M} UTC"
            )
            words.code(letter.reason or "no reason was given", language=None, wrap_lines=True)
            button.button(
                "Requeue",
                key=f"requeue-{letter.queue}-{letter.msg_id}",
                on_click=requeue,
                args=(letter.queue, letter.msg_id),
                width="stretch",
            )


def requeue(queue: str, msg_id: int) -> None:
    """Puts a dead message back to work; whoever comes second is told."""
    was_there = act(lambda conn: queries.requeue(conn, queue, msg_id))
    if was_there is not None:
        st.toast("Back to work." if was_there else "Somebody else was faster.", icon=":material/replay:")


VIEW = View("health", lambda: ["tickets"], read, draw)
