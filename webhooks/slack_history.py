"""What Slack's events did not bring: the channels' own history is read now and then, and what is missing is recorded.

Slack tries an event four times within six minutes and never again, so a longer outage, or four unlucky moments, lose a report.
Direct messages are not looked for: Slack tells of them by events only, unless it is asked person by person.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from slack_sdk import WebClient

from shiftbot.db import Pool, is_outage
from shiftbot.platforms.base import Incoming
from shiftbot.platforms.shape import Json, as_object, child, children, words
from shiftbot.platforms.slack import parse_event
from shiftbot.platforms.slack.errors import CALL_ERRORS, failure
from shiftbot.settings import Settings
from webhooks.record import record

log = logging.getLogger(__name__)
YOUNG_SECONDS = 60.0  # its event may still be on its way
PAGE = 200
MOST_PAGES = 20


class SlackHistory(threading.Thread):
    """A daemon thread; what Slack or the database refuses is logged and asked again in the next round."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        super().__init__(name="slack-history", daemon=True)
        logging.getLogger("slack_sdk").setLevel(logging.WARNING)  # it logs people's words at DEBUG
        token = settings.slack_bot_token.get_secret_value()
        self._web = WebClient(token, base_url=settings.slack_api_base_url, timeout=10, retry_handlers=[])
        self._every = settings.slack_history_seconds
        self._pool = pool
        self._who: Json = {}
        self._asked: set[str] = set()  # of the last round: what was dropped is not dropped anew in each
        self._stopping = threading.Event()

    def run(self) -> None:
        """Looks at once, then every `slack_history_seconds`, until `stop`."""
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(self._every)

    def stop(self) -> None:
        """Ends the thread after the round in hand."""
        self._stopping.set()

    def look(self, young_seconds: float = YOUNG_SECONDS) -> int:
        """One round through all channels; how many messages were missing and are recorded now."""
        found, asked = 0, set[str]()
        try:
            for channel, since in self._channels():
                found += self._look_through(channel, since, time.time() - young_seconds, asked)
        except CALL_ERRORS as error:
            log.warning(
                "Slack's history is not read",
                extra={"action": "history_failed", "error": str(failure(error))},
            )
        except Exception as error:
            if not is_outage(error):
                log.exception("Slack's history is not read", extra={"action": "history_failed"})
        else:
            self._asked = asked
        if found:
            log.warning("Slack had not delivered", extra={"action": "history_recorded", "messages": found})
        return found

    def _channels(self) -> list[tuple[str, datetime]]:
        with self._pool.connection() as conn:
            return conn.execute("select chat, since from private.slack_channels()").fetchall()

    def _look_through(self, channel: str, since: datetime, until: float, asked: set[str]) -> int:
        said = {}
        for message in self._said(channel, since.timestamp(), until):
            parsed = parse_event(self._envelope(channel, message))
            if isinstance(parsed, Incoming):
                said[parsed.external_id] = parsed
        asked |= said.keys()
        new = [name for name in said if name not in self._asked]
        with self._pool.connection() as conn:
            missing = conn.execute("select private.unrecorded(%s)", (new,)).fetchall() if new else []
        outcomes = [record(self._pool, "slack", said[name]).outcome for (name,) in missing]
        return sum(not outcome.startswith(("ignored_", "dropped")) for outcome in outcomes)

    def _said(self, channel: str, since: float, until: float) -> Iterator[Json]:
        """What stands in the channel and in the threads that begin there, oldest first within each."""
        span = {"channel": channel, "oldest": f"{since:.6f}", "latest": f"{until:.6f}"}
        roots = list(self._pages("conversations.history", span))
        for root in reversed(roots):
            yield root
            if words(root.get("latest_reply")):
                answers = self._pages("conversations.replies", span | {"ts": words(root.get("ts"))})
                yield from (one for one in answers if one.get("ts") != root.get("ts"))

    def _pages(self, method: str, arguments: dict[str, str]) -> Iterator[Json]:
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self._web.api_call(
                method, http_verb="GET", params=arguments | {"limit": str(PAGE), "cursor": cursor}
            )
            page = as_object(answer.data)
            yield from children(page, "messages")
            cursor = words(child(page, "response_metadata").get("next_cursor"))
            if not cursor:
                return

    def _envelope(self, channel: str, message: Json) -> Json:
        """As the event would have come."""
        if not self._who:
            self._who = as_object(self._web.auth_test().data)
        us = {"user_id": self._who.get("user_id"), "is_bot": True}
        return {
            "type": "event_callback",
            "team_id": self._who.get("team_id"),
            "authorizations": [us],
            "event": message | {"type": "message", "channel": channel},
        }
