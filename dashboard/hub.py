"""Who looks at what in this process, and the telling of sessions that what they look at has moved.

A push makes a session's script run again; the script re-reads through RLS. Nothing that is pushed carries data.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

from streamlit import runtime

log = logging.getLogger(__name__)
State = Literal["live", "catching_up", "offline", "polling"]
Answer = Literal["told", "busy", "gone"]
EVERYTHING = "everything"
# A session is not redrawn more often than this, and the more of them there are the less often: redrawing costs
# some 20 ms of the one interpreter each.
CALM_SECONDS = 0.2
CALM_SECONDS_PER_SESSION = 0.02
# A session that could not read the database tries again after this: nothing else would tell it that the database is back.
AGAIN_SECONDS = 2.5
TICK_SECONDS = 0.02


@dataclass
class _Session:
    interests: frozenset[str]
    is_due: bool = False
    told_at: float = 0.0
    again_at: float | None = None

    def may_run(self, now: float, calm: float) -> bool:
        """Whether it is due, and not just told."""
        is_due = self.is_due or (self.again_at is not None and now >= self.again_at)
        return is_due and now - self.told_at >= calm


@dataclass
class Hub:
    """Filled by the sessions' threads, told by the listener, emptied by `deliver` on the server's event loop."""

    rerun: Callable[[str], Answer] = field(default=lambda session_id: _rerun(session_id))
    state: State = "offline"
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def watch(self, session_id: str, interests: Iterable[str]) -> None:
        """From a session's script, every time it runs: what it shows now. Whatever came before this is not lost."""
        with self._lock:
            self._sessions.setdefault(session_id, _Session(frozenset())).interests = frozenset(interests)

    def settled(self, session_id: str, is_fresh: bool = True) -> None:
        """From a session's script: it has drawn what it had to; fresh: of the database as it was when the run began."""
        with self._lock:
            if session := self._sessions.get(session_id):
                session.again_at = None if is_fresh else time.monotonic() + AGAIN_SECONDS

    def tell(self, *topics: str) -> None:
        """Something moved; EVERYTHING: nobody knows what."""
        told = set(topics)
        with self._lock:
            for session in self._sessions.values():
                if EVERYTHING in told or session.interests & told:
                    session.is_due = True

    def enter(self, state: State) -> None:
        """The listener's state changed: every session shows it."""
        if state == self.state:
            return
        log.info("live state", extra={"action": "live_state", "state": state, "before": self.state})
        self.state, self.changed_at = state, datetime.now(UTC)
        self.tell(EVERYTHING)

    @property
    def sessions(self) -> int:
        """How many look."""
        return len(self._sessions)

    async def deliver(self) -> None:
        """Runs for ever: pushes what is due, coalesced."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for session_id in self._take_due(time.monotonic()):
                answer = self.rerun(session_id)
                with self._lock:
                    if answer == "gone":
                        self._sessions.pop(session_id, None)
                    elif answer == "busy" and (session := self._sessions.get(session_id)):
                        session.is_due, session.told_at = True, 0.0

    def _take_due(self, now: float) -> list[str]:
        with self._lock:
            calm = max(CALM_SECONDS, CALM_SECONDS_PER_SESSION * len(self._sessions))
            due = [session_id for session_id, session in self._sessions.items() if session.may_run(now, calm)]
            for session_id in due:
                session = self._sessions[session_id]
                session.is_due, session.told_at, session.again_at = False, now, None
            return due


def _rerun(session_id: str) -> Answer:
    """Runs a session's script again, unless it runs or is gone."""
    if not runtime.exists():
        return "told"
    session = runtime.get_instance().get_app_session(session_id)
    if session is None:
        return "gone"
    # A push would end the run that is under way, and with it a press that it is about to carry out.
    if session._scriptrunner is not None:
        return "busy"
    # Its own state: with None the person would be thrown back to the first page.
    session.request_rerun(session._client_state)
    return "told"
