"""The hub: whoever shows what moved runs again, soon and not too often, and nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from dashboard import hub as hub_module
from dashboard.hub import EVERYTHING, Answer, Hub


class Sessions:
    """Stands in for Streamlit's: notes who was run again, and forgets those who left."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.gone: set[str] = set()
        self.busy: set[str] = set()

    def rerun(self, session_id: str) -> Answer:
        if session_id in self.gone:
            return "gone"
        if session_id in self.busy:
            return "busy"
        self.runs.append(session_id)
        return "told"


def delivered(hub: Hub, until: Callable[[], bool]) -> None:
    """Lets the hub deliver until something holds."""

    async def run() -> None:
        task = asyncio.create_task(hub.deliver())
        async with asyncio.timeout(10):
            while not until():
                await asyncio.sleep(0.005)
        task.cancel()

    asyncio.run(run())


def watched() -> tuple[Hub, Sessions]:
    sessions = Sessions()
    hub = Hub(rerun=sessions.rerun)
    for session, interests in (("board", {"tickets", "on_call"}), ("ticket 42", {"ticket:42", "on_call"})):
        hub.watch(session, interests)
        hub.settled(session)
    return hub, sessions


def test_only_who_shows_it_runs_again() -> None:
    hub, sessions = watched()
    hub.tell("tickets", "ticket:7")
    delivered(hub, lambda: sessions.runs == ["board"])
    hub.tell("on_call")
    delivered(hub, lambda: sorted(sessions.runs) == ["board", "board", "ticket 42"])


def test_a_gap_concerns_everybody() -> None:
    hub, sessions = watched()
    hub.tell(EVERYTHING)
    delivered(hub, lambda: sorted(sessions.runs) == ["board", "ticket 42"])


def test_a_storm_is_one_run_and_the_last_word_is_not_lost() -> None:
    hub, sessions = watched()
    for _ in range(500):
        hub.tell("tickets")
    delivered(hub, lambda: len(sessions.runs) == 1)
    hub.tell("tickets")  # within the calm: later, not never
    delivered(hub, lambda: len(sessions.runs) == 2)


def test_a_run_under_way_is_not_interrupted_and_runs_again_after_it() -> None:
    hub, sessions = watched()
    sessions.busy.add("board")
    hub.tell("tickets", "ticket:42")
    delivered(hub, lambda: sessions.runs == ["ticket 42"])
    sessions.busy.clear()
    delivered(hub, lambda: sessions.runs == ["ticket 42", "board"])


def test_what_could_not_be_read_is_tried_again_without_being_told() -> None:
    hub, _ = watched()
    hub.watch("board", {"tickets"})
    hub.settled("board", is_fresh=False)
    now = time.monotonic()

    assert hub._take_due(now) == []
    assert hub._take_due(now + 2 * hub_module.AGAIN_SECONDS) == ["board"]
    hub.watch("board", {"tickets"})
    hub.settled("board")
    assert hub._take_due(now + 4 * hub_module.AGAIN_SECONDS) == []


def test_who_left_is_forgotten() -> None:
    hub, sessions = watched()
    sessions.gone.add("board")
    hub.tell(EVERYTHING)
    delivered(hub, lambda: hub.sessions == 1)


def test_many_sessions_are_told_less_often() -> None:
    hub, _ = watched()
    for number in range(100):
        hub.watch(f"session {number}", {"tickets"})
        hub.settled(f"session {number}")
    hub.tell("tickets")

    assert len(hub._take_due(1000.0)) == 101
    hub.tell("tickets")
    calm = hub_module.CALM_SECONDS_PER_SESSION * hub.sessions
    assert hub._take_due(1000.0 + calm / 2) == []
    assert len(hub._take_due(1000.0 + calm + 0.1)) == 101


def test_a_change_of_state_is_shown_to_everybody_once() -> None:
    hub, sessions = watched()
    hub.enter("live")
    hub.enter("live")
    delivered(hub, lambda: sorted(sessions.runs) == ["board", "ticket 42"])
    assert hub.state == "live"
