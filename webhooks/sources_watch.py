"""Keeps the database's sources those of sources.json: at start and whenever the file changes."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from shiftbot import sources
from shiftbot.db import Pool, is_outage

log = logging.getLogger(__name__)


class SourcesWatch(threading.Thread):
    """A daemon thread; a file that became invalid is logged and the last good one stays in force."""

    def __init__(self, path: Path, pool: Pool, check_seconds: float = 2.0) -> None:
        super().__init__(name="sources-watch", daemon=True)
        self._path = path
        self._pool = pool
        self._check_seconds = check_seconds
        self._stopping = threading.Event()
        self.synced = threading.Event()  # the database's sources are those of the file

    def run(self) -> None:
        """Syncs, then looks every `check_seconds`, until `stop`."""
        watch = sources.Watch(self._path)
        is_due = True
        while not self._stopping.is_set():
            if is_due or watch.changed():
                is_due = not self._sync()
            self._stopping.wait(self._check_seconds)

    def stop(self) -> None:
        """Ends the thread after the round in hand."""
        self._stopping.set()

    def _sync(self) -> bool:
        """Whether it is settled; False asks for another try."""
        try:
            wanted = sources.load(self._path)
        except sources.SourcesError as error:
            log.error("sources.json is not used", extra={"action": "sources_invalid", "problems": str(error)})
            return True
        try:
            with self._pool.connection() as conn:
                report = sources.sync(conn, wanted)
        except Exception as error:
            if not is_outage(error):
                log.exception("sources cannot be synced", extra={"action": "sources_failed"})
            return False
        self.synced.set()
        log.info(
            "sources synced",
            extra={
                "action": "sources_synced",
                "added": report.added,
                "changed": report.changed,
                "deactivated": report.deactivated,
            },
        )
        return True
