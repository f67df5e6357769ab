"""What Slack's events did not bring: the channels' own history is read now and then, and what is missing is recorded.

Slack tries an event four times within six minutes and never again, so a longer outage, or four unlucky moments, lose a report.
Direct messages are not looked for: Slack tells of them by events only, unless it is asked person by person.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from shiftbot.db import Pool, connect, described, is_outage
from shiftbot.platforms.base import Incoming, Permanent, SendError
from shiftbot.platforms.slack.history import History
from shiftbot.settings import Settings
from webhooks.record import record

log = logging.getLogger(__name__)
YOUNG_SECONDS = 60.0  # its event may still be on its way
_ENOUGH = 2  # channels that Slack did not answer for: it is Slack
# The others do not wait for hours for a leader whose host is gone.
_WATCHED = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Outcomes of what was not ours to record, or came meanwhile.
_NOT_FOUND = ("ignored_", "dropped", "duplicate")


@dataclass(frozen=True)
class _Known:
    """What need not be asked for again in one channel: threads as they stood, and messages by external_id."""

    threads: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def since(self, ts: str) -> _Known:
        """The same without what is older: it grows no further than the time that is looked through."""
        threads = {root: latest for root, latest in self.threads.items() if root >= ts}
        return _Known(threads, {name for name in self.names if name.rpartition("/")[2] >= ts})


class SlackHistory(threading.Thread):
    """A daemon thread; of all webhooks processes one looks. What Slack or the database refuses is asked again next round."""

    def __init__(self, settings: Settings, pool: Pool, synced: threading.Event) -> None:
        super().__init__(name="slack-history", daemon=True)
        self._history = History(settings)
        self._every = settings.slack_history_seconds
        self._dsn = make_conninfo(settings.database_url.get_secret_value(), **_WATCHED)
        self._pool = pool
        self._synced = synced  # before, the sources may not be those of the file
        self._conn: psycopg.Connection[Any] | None = None  # holds the lock of the one that looks
        self._known: dict[str, _Known] = {}
        self._found = 0  # in the round in hand
        self._stopping = threading.Event()

    def run(self) -> None:
        """Looks at once, then every `slack_history_seconds`, until `stop`."""
        while not self._stopping.is_set():
            if self._synced.wait(1):
                self.look()
                self._stopping.wait(self._every)
        self._let_go()

    def stop(self) -> None:
        """Ends the thread after the round in hand."""
        self._stopping.set()

    def look(self, young_seconds: float = YOUNG_SECONDS) -> int:
        """One round through all channels; how many messages were missing and are recorded now."""
        self._found = 0
        try:
            is_slack_there = self._look_through_all(young_seconds)
        except Exception as error:  # a round that fails is a round late, and not the last one
            _failed("Slack's history is not read", error)
            is_slack_there = False
        if not is_slack_there:
            self._let_go()  # from another host it, or the database, may be reached
        if self._found:
            count = {"action": "history_recorded", "messages": self._found}
            log.warning("Slack had not delivered", extra=count)
        return self._found

    def _look_through_all(self, young_seconds: float) -> bool:
        failed = 0
        for channel, since in self._channels():
            try:
                self._look_through(channel, since.timestamp(), time.time() - young_seconds)
            except SendError as error:  # the other channels' reports do not wait for this one
                _failed("a channel's history is not read", error, channel)
                failed += not isinstance(error, Permanent)  # else we are no member, say
            if failed >= _ENOUGH:
                break
        return failed == 0

    def _channels(self) -> list[tuple[str, datetime]]:
        """None where another process looks: it holds the lock for as long as its connection lives."""
        if self._conn is None:
            self._conn = connect(self._dsn, "shiftbot_ingest", "slack-history")
            limit = f"{max(600, 3 * self._every):.0f}s"
            self._conn.execute("select set_config('idle_session_timeout', %s, false)", (limit,))
            lock = "select pg_try_advisory_lock(hashtextextended('shiftbot.slack_history', 0))"
            if self._conn.execute(lock).fetchone() != (True,):
                self._let_go()
                return []
        return self._conn.execute("select chat, since from private.slack_channels()").fetchall()

    def _let_go(self) -> None:
        if self._conn is not None:
            self._conn.close()
        self._conn = None

    def _look_through(self, channel: str, since: float, until: float) -> None:
        if since >= until:
            return
        known = self._known[channel] = self._known.get(channel, _Known()).since(f"{since:.6f}")
        for reading in self._history.read(channel, since, until, known.threads, known.names):
            said = {one.external_id: one for one in reading.said}
            outcomes = {name: self._recorded(said[name]) for name in self._missing(channel, reading.said)}
            self._found += sum(
                one is not None and not one.startswith(_NOT_FOUND) for one in outcomes.values()
            )
            failed = {name for name, one in outcomes.items() if one is None}
            known.names.update(reading.names - failed)
            known.threads.update({} if failed else reading.threads)

    def _missing(self, channel: str, said: list[Incoming]) -> list[str]:
        if not said or self._conn is None:
            return []
        facts = [(one.external_id, one.thread_key, one.sent_at, one.addressed) for one in said]
        query = "select private.unrecorded(%s, %s, %s, %s, %s)"
        return [
            name for (name,) in self._conn.execute(query, (channel, *map(list, zip(*facts, strict=True))))
        ]

    def _recorded(self, said: Incoming) -> str | None:
        """What became of it; None where the database's refusal may pass. Raises psycopg errors in an outage."""
        try:
            return record(self._pool, "slack", said).outcome
        except psycopg.Error as error:
            if is_outage(error):
                raise
            _failed("a message of Slack's history is not recorded", error, said.external_id)
            return None


def _failed(what: str, error: Exception, where: str = "") -> None:
    """Without a traceback: Postgres quotes the row it refuses, and so people's words."""
    passes = isinstance(error, SendError) or is_outage(error)
    log.log(
        logging.WARNING if passes else logging.ERROR,
        what,
        extra={"action": "history_failed", "where": where, "error": described(error)},
    )
