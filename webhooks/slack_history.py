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

from shiftbot.db import Pool, connect, described, is_outage
from shiftbot.platforms.base import Incoming, Permanent, SendError
from shiftbot.platforms.slack.history import History
from shiftbot.settings import Settings
from webhooks.record import record

log = logging.getLogger(__name__)
YOUNG_SECONDS = 60.0  # its event may still be on its way
_NOT_FOUND = (
    "ignored_",
    "dropped",
    "duplicate",
)  # outcomes of what was not ours to record, or came meanwhile


@dataclass(frozen=True)
class _Known:
    """Of one channel as it was last looked through: what need not be asked for again."""

    threads: dict[str, str] = field(default_factory=dict)
    said: frozenset[str] = frozenset()


class SlackHistory(threading.Thread):
    """A daemon thread; of all webhooks processes one looks. What Slack or the database refuses is asked again next round."""

    def __init__(self, settings: Settings, pool: Pool, synced: threading.Event) -> None:
        super().__init__(name="slack-history", daemon=True)
        self._history = History(settings)
        self._every = settings.slack_history_seconds
        self._dsn = settings.database_url.get_secret_value()
        self._pool = pool
        self._synced = synced  # before, the sources may not be those of the file
        self._conn: psycopg.Connection[Any] | None = None  # holds the lock of the one that looks
        self._known: dict[str, _Known] = {}
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
        found = 0
        try:
            for channel, since in self._channels():
                found += self._look_through(channel, since.timestamp(), time.time() - young_seconds)
        except SendError as error:
            _failed("Slack does not answer", error)
        except Exception as error:  # a round that fails is a round late, and not the last one
            _failed("Slack's history is not read", error)
            self._let_go()
        if found:
            log.warning("Slack had not delivered", extra={"action": "history_recorded", "messages": found})
        return found

    def _channels(self) -> list[tuple[str, datetime]]:
        """None where another process looks: it holds the lock for as long as it lives."""
        if self._conn is None:
            self._conn = connect(self._dsn, "shiftbot_ingest", "slack-history")
            lock = "select pg_try_advisory_lock(hashtextextended('shiftbot.slack_history', 0))"
            if self._conn.execute(lock).fetchone() != (True,):
                self._let_go()
                return []
        return self._conn.execute("select chat, since from private.slack_channels()").fetchall()

    def _let_go(self) -> None:
        if self._conn is not None:
            self._conn.close()
        self._conn = None

    def _look_through(self, channel: str, since: float, until: float) -> int:
        known = self._known.get(channel, _Known())
        if since >= until:
            return 0
        try:
            reading = self._history.read(channel, since, until, known.threads)
        except Permanent as error:  # not a member, say: the other channels' reports are not to wait for it
            _failed("a channel's history is not read", error, channel)
            return 0
        said = {one.external_id: one for one in reading.said}
        new = [one for one in reading.said if one.external_id not in known.said]
        outcomes = [self._recorded(said[name]) for name in self._missing(channel, new)]
        if None not in outcomes:
            self._known[channel] = _Known(reading.threads, frozenset(said))
        return sum(outcome is not None and not outcome.startswith(_NOT_FOUND) for outcome in outcomes)

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
