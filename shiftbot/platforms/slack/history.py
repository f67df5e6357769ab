"""What was said in a channel and its threads, read from Slack's own history as the events would have told it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from shiftbot.platforms.base import Incoming, Permanent
from shiftbot.platforms.shape import Json, as_object, child, children, words
from shiftbot.platforms.slack.errors import CALL_ERRORS, failure
from shiftbot.platforms.slack.parse import parse_event
from shiftbot.platforms.slack.reading import message_id
from shiftbot.settings import Settings

log = logging.getLogger(__name__)
PAGE = 200
MOST_PAGES = 20  # of one channel or one thread in one round
DELETED = "thread_not_found"  # since the channel told of it
WAITS = 3  # for one page, as long as Slack says: it allows some fifty a minute


@dataclass(frozen=True)
class Reading:
    """A piece of a channel."""

    said: list[Incoming] = field(default_factory=list)  # by people
    # How far a thread was read: its root's ts, its `latest_reply`.
    threads: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # external_id of everything in it


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

    def read(
        self, channel: str, since: float, until: float, threads: Mapping[str, str], names: Collection[str]
    ) -> Iterator[Reading]:
        """What was said between two instants (Unix seconds): what stands in the channel, then each thread that began then.

        `threads` and `names` are those of earlier readings: what is known is not said again. Raises SendError where Slack
        does not give the history, after what it gave.
        """
        self._who = self._who or self._call("auth.test", {})
        span = {"channel": channel, "oldest": f"{since:.6f}", "latest": f"{until:.6f}"}
        roots = list(self._pages("conversations.history", span))[::-1]
        yield self._piece(channel, roots, names)
        refused: Permanent | None = None
        for root in roots:
            ts, latest = words(root.get("ts")), words(root.get("latest_reply"))
            try:
                is_new = threads.get(ts) != latest != "" and self._others_answered(root)
                answers = list(self._pages("conversations.replies", span | {"ts": ts})) if is_new else []
            except Permanent as error:
                refused = refused if error.code == DELETED else error  # the other threads' turn comes first
                continue
            piece = self._piece(channel, [one for one in answers if one.get("ts") != ts], names)
            piece.threads.update({ts: latest} if "" != latest <= span["latest"] else {})
            yield piece
        if refused:
            raise refused

    def _others_answered(self, root: Json) -> bool:
        """Our own answer moves `latest_reply` of nearly every thread."""
        users = root.get("reply_users")
        return not isinstance(users, list) or any(user != self._who.get("user_id") for user in users)

    def _piece(self, channel: str, messages: list[Json], known: Collection[str]) -> Reading:
        """The messages as their events would have told them, without those that would have been dropped."""
        us = {"user_id": self._who.get("user_id"), "is_bot": True}
        about = {"type": "event_callback", "team_id": self._who.get("team_id"), "authorizations": [us]}
        named = {message_id(channel, words(message.get("ts"))): message for message in messages}
        events = [
            message | {"type": "message", "channel": channel}
            for name, message in named.items()
            if name not in known
        ]
        parsed = [parse_event({**about, "event": event}) for event in events]
        return Reading([one for one in parsed if isinstance(one, Incoming)], {}, set(named))

    def _pages(self, method: str, arguments: dict[str, str]) -> Iterator[Json]:
        cursor = ""
        for _ in range(MOST_PAGES):
            page = self._call(method, arguments | {"limit": str(PAGE), "cursor": cursor})
            yield from children(page, "messages")
            cursor = words(child(page, "response_metadata").get("next_cursor"))
            if not cursor:
                return
        log.warning("more than is read", extra={"action": "history_truncated", "where": arguments["channel"]})

    def _call(self, method: str, arguments: dict[str, str]) -> Json:
        try:
            return as_object(self._web.api_call(method, http_verb="GET", params=arguments).data)
        except CALL_ERRORS as error:
            raise failure(error) from None
