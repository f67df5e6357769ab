"""Queue `escalations`: claim an attempt, ring, settle (law 9). Whom to ring and what comes next is Postgres's business."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from shiftbot import queue
from shiftbot.db import Pool, described, is_outage
from shiftbot.log import redact
from shiftbot.metrics import ATTEMPTS, RATE_LIMIT_WAITS
from shiftbot.paging.base import Channel, OutcomeUnknown, Page, Permanent, SendError, Sent, Temporary
from shiftbot.queue import Message, QueueName
from workers.together import Together

log = logging.getLogger(__name__)
REQUEST_SECONDS = 35.0  # more than any channel's own deadline; a Telegram call may ring on top of it
CATCH_UP_SECONDS = 3600.0  # after an hour nobody looks at a message that is out of date
SAID_ONCE = (
    "sms",
    "email",
)  # hanging up or editing once more harms nobody; a second text might be one too many


Claim = tuple[str, float | None, dict[str, Any] | None]
Request = tuple[
    int, int, str | None
]  # one that went through: the attempt, its queue message, the provider's name for it
WORTH_A_BATCH = 2
_LOOK = "select private.look_at_attempt(%(attempt_id)s), private.page_needless_for(%(attempt_id)s)"


class EscalationsHandler:
    """Acts on four kinds of message: an attempt, its catching up, a ticket that follows its page, and a sweep."""

    queue: QueueName = "escalations"

    def __init__(self, pool: Pool, channels: Mapping[str, Channel]) -> None:
        self._pool = pool
        self._channels = channels
        self._claims: dict[int, Claim] = {}  # made ahead, by queue message
        self._requests = Together(self._settle_many)

    def prepare(self, messages: Sequence[Message]) -> None:
        """Claims the attempts among many messages at once; what is left out `handle` claims by itself."""
        attempts = [message for message in messages if _attempt_id(message) is not None]
        if len(attempts) < WORTH_A_BATCH:
            return
        with self._pool.connection() as conn:
            rows = conn.execute(
                "select msg_id, outcome, wait_seconds::float8, page from private.claim_attempts(%s, %s, %s, %s::numeric)",
                (
                    [_attempt_id(message) for message in attempts],
                    [message.id for message in attempts],
                    list(self._channels),
                    REQUEST_SECONDS,
                ),
            ).fetchall()
        self._claims.update({msg_id: (outcome, wait, page) for msg_id, outcome, wait, page in rows})

    def handle(self, message: Message) -> str:
        """The outcome of the attempt, gone, postponed, outdated, or what a settling came to."""
        match message.body["kind"]:
            case "attempt":
                return self._attempt(message, int(message.body["attempt_id"]))
            case "catch_up":
                return self._catch_up(message, int(message.body["attempt_id"]))
            case "settle":
                return self._settle(message)
            case "sweep":
                return self._sweep(message)
            case other:
                raise ValueError(f"a message of unknown kind {other!r}")

    def _attempt(self, message: Message, attempt_id: int) -> str:
        outcome, wait_seconds, row = self._claim(message, attempt_id)
        if outcome == "wait":
            self._postpone(message, float(wait_seconds or 1))
            return "postponed"
        if row is None:
            return outcome
        page = Page.from_row(row)
        result = self._ring(message, page)
        ATTEMPTS.labels(page.method, result).inc()
        return result

    def _claim(self, message: Message, attempt_id: int) -> Claim:
        if made := self._claims.pop(message.id, None):
            return made
        with self._pool.connection() as conn:
            row: Claim | None = conn.execute(
                "select outcome, wait_seconds::float8, page from private.claim_attempt(%s, %s, %s, %s::numeric)",
                (attempt_id, message.id, list(self._channels), REQUEST_SECONDS),
            ).fetchone()
        if row is None:
            raise LookupError(f"no attempt {attempt_id}")
        return row

    def _ring(self, message: Message, page: Page) -> str:
        channel = self._channels[page.method]
        try:
            sent = channel.send(page, lambda: self._is_wanted(page))
        except Permanent as error:
            sent = Sent("failed", detail=str(error))
        except OutcomeUnknown as error:
            sent = Sent("unknown", detail=str(error))
        except Temporary as error:
            return self._retry(message, page, error)
        except Exception as error:  # a page must not die of an adapter's bug: the next step may work
            log.exception("the channel broke", extra={"action": "channel_broke", "method": page.method})
            sent = Sent("failed", detail=type(error).__name__)
        return self._record(message, page, sent)

    def _record(self, message: Message, page: Page, sent: Sent) -> str:
        request = (page.attempt_id, message.id, sent.external_id)
        if sent.outcome != "attempted" or not self._requests.ask(request):
            with self._pool.connection(timeout=30) as conn:
                conn.execute(
                    "select private.settle_attempt(%s, %s, %s, %s, %s)",
                    (page.attempt_id, message.id, sent.outcome, sent.external_id, sent.detail or None),
                )
        log.info(
            "attempt settled",
            extra={
                "action": "attempt_settled",
                "attempt_id": page.attempt_id,
                "method": page.method,
                "outcome": sent.outcome,
                "detail": sent.detail,
            },
        )
        return sent.outcome

    def _settle_many(self, requests: Sequence[Request]) -> Collection[Request]:
        attempts, messages, names = zip(*requests, strict=True)
        try:
            with self._pool.connection() as conn:
                row = conn.execute(
                    "select private.settle_attempts(%s, %s, %s)",
                    (list(attempts), list(messages), list(names)),
                ).fetchone()
        except psycopg.Error as error:  # each is settled by itself, and says what is wrong with it
            log.warning(
                "not settled together", extra={"action": "settle_failed", "error": redact(described(error))}
            )
            return ()
        settled = set(row[0] if row else ())
        return [request for request in requests if request[1] in settled]

    def _retry(self, message: Message, page: Page, error: Temporary) -> str:
        if error.retry_after:
            RATE_LIMIT_WAITS.labels(page.method, "platform").inc()
        with self._pool.connection(timeout=30) as conn:
            row = conn.execute(
                "select private.retry_attempt(%s, %s, %s::numeric, %s)",
                (page.attempt_id, message.id, error.retry_after, str(error)),
            ).fetchone()
        return "postponed" if row and row[0] == "postponed" else "failed"

    def _is_wanted(self, page: Page) -> bool:
        try:
            with self._pool.connection() as conn:
                row = conn.execute("select private.is_attempt_wanted(%s)", (page.attempt_id,)).fetchone()
        except Exception as error:
            if not is_outage(error):
                raise
            return True  # who cannot look rings on
        return bool(row and row[0])

    def _catch_up(self, message: Message, attempt_id: int) -> str:
        """Stops a ring that nobody wants any more, or brings what was sent up to date."""
        with self._pool.connection() as conn:
            row = conn.execute(_LOOK, {"attempt_id": attempt_id}).fetchone()
        if row is None or row[0] is None:
            raise LookupError(f"no attempt {attempt_id}")
        outcome, over_for = row[0].pop("outcome"), float(row[0].pop("over_for") or 0)
        page = replace(Page.from_row(row[0]), is_needless=row[1] is not None)
        over_for = min(over_for, row[1]) if page.is_needless else over_for  # news of the morning after
        channel = self._channels.get(page.method)
        try:
            if channel is not None and page.state not in ("ringing", "joined"):
                if outcome != "acknowledged":  # else it is the call in which the key was pressed
                    channel.stop(page)
                channel.tell(page)
        except SendError as error:
            log.warning("not brought up to date", extra={"action": "catch_up_failed", "error": str(error)})
            if (pause := _pause(error, page, over_for)) is not None:
                self._postpone(message, pause)
                return "postponed"
        self._archive(message)
        return "caught_up"

    def _settle(self, message: Message) -> str:
        with self._pool.connection() as conn, conn.transaction():
            row = conn.execute(
                "select private.settle_joined(%s, %s)",
                (message.body["escalation_id"], message.body.get("taken_with")),
            ).fetchone()
            queue.archive(conn, "escalations", message.id)
        return str(row[0]) if row else "settled"

    def _sweep(self, message: Message) -> str:
        with self._pool.connection() as conn:
            conn.execute("select private.sweep()")
            queue.archive(conn, "escalations", message.id)
        return "swept"

    def _postpone(self, message: Message, seconds: float) -> None:
        with self._pool.connection() as conn:
            queue.postpone(conn, "escalations", message.id, seconds)

    def _archive(self, message: Message) -> None:
        with self._pool.connection() as conn:
            queue.archive(conn, "escalations", message.id)


def _pause(error: SendError, page: Page, over_for: float) -> float | None:
    """Seconds until what failed is caught up on again, at first often and then seldom; None gives up."""
    if isinstance(error, Permanent) or over_for > CATCH_UP_SECONDS:
        return None
    if isinstance(error, OutcomeUnknown) and page.method in SAID_ONCE:
        return None
    retry_after = error.retry_after if isinstance(error, Temporary) else None
    return max(retry_after or 0.0, min(max(over_for, 1.0), 60.0))


def _attempt_id(message: Message) -> int | None:
    """Whoever may write to the queue may write anything; `handle` says what is wrong with it."""
    body = message.body if isinstance(message.body, dict) else {}
    number = body.get("attempt_id")
    return number if body.get("kind") == "attempt" and isinstance(number, int) else None
