"""What was said in a channel and its threads, read from Slack's own history as the events would have told it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from shiftbot.platforms.base import Incoming, Permanent
from shiftbot.platforms.shape import Json, as_object, child, children, words
from shiftbot.platforms.slack.errors import CALL_ERRORS, failure
from shiftbot.platforms.slack.parse import parse_event
from shiftbot.settings import Settings

log = logging.getLogger(__name__)
PAGE = 200
MOST_PAGES = 20  # of one channel or one thread in one round
WAITS = 3  # for one page, as long as Slack says: it allows some fifty a minute


@dataclass(frozen=True)
class Reading:
    """What people said in a channel, and how far its threads were read: the `latest_reply` of each by its root's ts."""

    said: list[Incoming] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)


class History:
    """Reads with a bot's token; waits where Slack asks it to."""

    def __init__(self, settings: Settings) -> None:
        token = settings.slack_bot_token.get_secret_value()
        quiet = logging.getLogger(f"{__name__}.library")
        quiet.setLevel(logging.CRITICAL)  # it logs people's words at DEBUG, and each page that it waits for
        self._web = WebClient(
            token,
            base_url=settings.slack_api_base_url,
            timeout=10,
            retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=WAITS)],
            logger=quiet,
        )
        self._who: Json = {}

    def read(self, channel: str, since: float, until: float, known: Mapping[str, str]) -> Reading:
        """What was said between two instants (Unix seconds), each thread oldest first, in threads that began then.

        `known` is `threads` of an earlier reading: what stands as it stood then is not read again. Raises SendError
        where Slack does not give the channel's history.
        """
        self._who = self._who or self._call("auth.test", {})
        span = {"channel": channel, "oldest": f"{since:.6f}", "latest": f"{until:.6f}"}
        reading = Reading()
        for root in reversed(list(self._pages("conversations.history", span))):
            reading.said.extend(self._parsed(channel, root))
            ts, latest = words(root.get("ts")), words(root.get("latest_reply"))
            if not latest:
                continue
            if known.get(ts) != latest and self._others_answered(root):
                reading.said.extend(self._answers(channel, ts, span))
            if latest <= span["latest"]:
                reading.threads[ts] = latest
        return reading

    def _answers(self, channel: str, root: str, span: dict[str, str]) -> list[Incoming]:
        try:
            thread = list(self._pages("conversations.replies", span | {"ts": root}))
        except Permanent as error:  # deleted since the history told of it
            log.info("a thread is not read", extra={"action": "history_thread_refused", "error": str(error)})
            return []
        return [said for one in thread if one.get("ts") != root for said in self._parsed(channel, one)]

    def _others_answered(self, root: Json) -> bool:
        """Our own answer moves `latest_reply` of nearly every thread."""
        users = root.get("reply_users")
        return not isinstance(users, list) or any(user != self._who.get("user_id") for user in users)

    def _parsed(self, channel: str, message: Json) -> list[Incoming]:
        """The message as its event would have told it; none where that would have been dropped."""
        us = {"user_id": self._who.get("user_id"), "is_bot": True}
        parsed = parse_event(
            {
                "type": "event_callback",
                "team_id": self._who.get("team_id"),
                "authorizations": [us],
                "event": message | {"type": "message", "channel": channel},
            }
        )
        return [parsed] if isinstance(parsed, Incoming) else []

    def _pages(self, method: str, arguments: dict[str, str]) -> Iterator[Json]:
        cursor = ""
        for _ in range(MOST_PAGES):
            page = self._call(method, arguments | {"limit": str(PAGE), "cursor": cursor})
            yield from children(page, "messages")
            cursor = words(child(page, "response_metadata").get("next_cursor"))
            if not cursor:
                return

    def _call(self, method: str, arguments: dict[str, str]) -> Json:
        try:
            return as_object(self._web.api_call(method, http_verb="GET", params=arguments).data)
        except CALL_ERRORS as error:
            raise failure(error) from None
