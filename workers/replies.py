"""Queue `replies`: claim a part, send it, record the outcome (law 9). A reply is never sent twice by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row

from shiftbot import queue
from shiftbot.db import Pool
from shiftbot.metrics import RATE_LIMIT_WAITS, REPLIES
from shiftbot.platforms.base import Button, ChatMoved, Client, OutcomeUnknown, Outgoing, Permanent, Temporary
from shiftbot.queue import Message, QueueName
from workers.archiving import Done

log = logging.getLogger(__name__)
MOST_MOVES = 3  # of a chat while one reply is sent
OVER_ALREADY = ("done", "withdrawn")  # as the claim found or recorded it
LOOK_AGAIN_SECONDS = 3  # a send that was cut off may still be on its way when we look at once


@dataclass(frozen=True)
class Claim:
    """One row of private.claim_reply_part."""

    outcome: str
    wait_seconds: float | None
    attempt_id: int
    ticket_id: int
    platform: str
    chat: str
    thread_key: str
    anchor: str | None
    topic: int | None
    body: str
    buttons: list[dict[str, Any]]


class NotConfigured(Exception):
    """A reply for a platform this worker has no token for; it lands in replies_dead and can be requeued."""


class RepliesHandler:
    """Sends the parts of one reply in order; each is claimed before and settled after."""

    queue: QueueName = "replies"

    def __init__(self, pool: Pool, clients: Mapping[str, Client], stale_seconds: int) -> None:
        self._pool = pool
        self._clients = clients
        self._stale_seconds = stale_seconds

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is cheaper for many at once."""

    def handle(self, message: Message) -> str | Done:
        """delivered, unknown, failed, withdrawn, postponed or done."""
        reply_id = int(message.body["reply_id"])
        part = moves = 0
        while True:
            claim = self._claim(reply_id, part)
            outcome = self._step(message, reply_id, part, claim)
            if outcome == "moved":
                moves += 1
                if moves > MOST_MOVES:
                    outcome = self._finish(message, reply_id, claim, "failed", "the chat moves on and on")
            part += outcome == "next"
            if outcome not in ("next", "again", "moved"):
                break
        if claim.platform:
            REPLIES.labels(claim.platform, outcome).inc()
        return Done(outcome) if outcome in OVER_ALREADY else outcome

    def _claim(self, reply_id: int, part: int) -> Claim:
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Claim)) as cursor:
            claim = cursor.execute(
                "select * from private.claim_reply_part(%s, %s, %s)", (reply_id, part, self._stale_seconds)
            ).fetchone()
        if claim is None:
            raise LookupError(f"no reply {reply_id}")
        return claim

    def _step(self, message: Message, reply_id: int, part: int, claim: Claim) -> str:
        """Deals with one claim. `next`: the part is done, on to the next; `again`, `moved`: claim the same part again."""
        if claim.outcome in OVER_ALREADY:
            return claim.outcome
        if claim.outcome == "wait":
            if not claim.attempt_id:  # else it is another worker's
                RATE_LIMIT_WAITS.labels(claim.platform, "budget").inc()
                return self._await_turn(message, claim)
            return self._postpone(message, float(claim.wait_seconds or self._stale_seconds))
        try:
            client, outgoing, is_last = self._prepare(reply_id, part, claim)
        except Exception as error:
            if claim.outcome == "claimed":  # it surely was not sent: do not leave that in doubt
                self._record(claim, "failed", error=type(error).__name__)
            raise
        if claim.outcome == "sent":
            return "next" if not is_last else self._settle(message, reply_id, None, None)
        if claim.outcome == "unknown":
            return self._look(message, reply_id, claim, client, outgoing, is_last)
        return self._send(message, reply_id, claim, client, outgoing, is_last)

    def _prepare(self, reply_id: int, part: int, claim: Claim) -> tuple[Client, Outgoing, bool]:
        client = self._clients.get(claim.platform)
        if client is None:
            raise NotConfigured(f"no token for {claim.platform} is configured")
        parts = client.split(claim.body)
        is_last = part == len(parts) - 1
        return client, _outgoing(reply_id, part, parts[part], claim, is_last), is_last

    def _send(
        self, message: Message, reply_id: int, claim: Claim, client: Client, outgoing: Outgoing, is_last: bool
    ) -> str:
        try:
            external_id = client.send(outgoing)
        except ChatMoved as moved:
            return self._follow(claim, moved)
        except Permanent as error:
            return self._finish(message, reply_id, claim, "failed", str(error))
        except Temporary as error:
            return self._retry(message, reply_id, claim, error)
        except OutcomeUnknown as error:
            if not client.can_look:
                return self._finish(message, reply_id, claim, "unknown", str(error))
            self._record(claim, "unknown", error=str(error))
            return self._postpone(message, LOOK_AGAIN_SECONDS)
        return self._sent(message, reply_id, claim, external_id, is_last)

    def _look(
        self, message: Message, reply_id: int, claim: Claim, client: Client, outgoing: Outgoing, is_last: bool
    ) -> str:
        """A worker died, or the line was cut, between claim and outcome: see whether the message is there."""
        if not client.can_look:
            return self._finish(message, reply_id, claim, "unknown", "nobody can tell whether it was sent")
        try:
            external_id = client.find(outgoing)
        except OutcomeUnknown as error:
            if claim.wait_seconds is not None and claim.wait_seconds <= 0:
                return self._finish(message, reply_id, claim, "unknown", str(error))
            log.info("cannot look yet", extra={"action": "reply_look_failed", "reply_id": reply_id})
            return self._postpone(message, 10 * LOOK_AGAIN_SECONDS)
        if external_id is None:
            self._record(claim, "failed", error="looked: it is not there")
            return "again"
        return self._sent(message, reply_id, claim, external_id, is_last)

    def _sent(self, message: Message, reply_id: int, claim: Claim, external_id: str, is_last: bool) -> str:
        if not is_last:
            self._record(claim, "sent", external_id)
            return "next"
        return self._settle(message, reply_id, claim, external_id)

    def _settle(self, message: Message, reply_id: int, claim: Claim | None, external_id: str | None) -> str:
        """The last part is there: its outcome, the journal row and the archiving are one transaction."""
        with self._pool.connection() as conn:
            conn.execute(
                "select private.settle_reply(%s, %s, %s, %s)",
                (reply_id, message.id, claim and claim.attempt_id, external_id),
            )
        return "delivered"

    def _finish(self, message: Message, reply_id: int, claim: Claim, state: str, error: str) -> str:
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(
                "select private.record_reply_part(%s, %s, null, %s)", (claim.attempt_id, state, error)
            )
            conn.execute("select private.finish_reply(%s, %s, %s, %s)", (reply_id, message.id, state, error))
        log.warning(
            "reply not delivered", extra={"action": "reply_" + state, "reply_id": reply_id, "error": error}
        )
        return state

    def _retry(self, message: Message, reply_id: int, claim: Claim, error: Temporary) -> str:
        if error.retry_after:
            RATE_LIMIT_WAITS.labels(claim.platform, "platform").inc()
        with self._pool.connection() as conn, conn.transaction():
            # The ticket first, then the budget, as a claim locks them: the other way round two workers would wait in a ring.
            row = conn.execute(
                "select private.retry_reply(%s, %s, %s, %s::numeric, %s)",
                (reply_id, message.id, claim.attempt_id, error.retry_after, str(error)),
            ).fetchone()
            if error.retry_after:
                conn.execute(
                    "select private.block_sends(%s::public.platform, %s, %s::numeric)",
                    (claim.platform, claim.chat, error.retry_after),
                )
        log.warning(
            "reply not sent yet", extra={"action": "reply_retried", "reply_id": reply_id, "error": str(error)}
        )
        return str(row[0]) if row else "postponed"

    def _follow(self, claim: Claim, moved: ChatMoved) -> str:
        with self._pool.connection() as conn, conn.transaction():
            # The move first: it takes all tickets of the chat, so whoever holds one already would wait in a ring.
            conn.execute(
                "select private.move_source(%s::public.platform, %s, %s)",
                (claim.platform, claim.chat, moved.new_external_id),
            )
            conn.execute(
                "select private.record_reply_part(%s, 'failed', null, %s)", (claim.attempt_id, str(moved))
            )
        return "moved"

    def _record(
        self, claim: Claim, state: str, external_id: str | None = None, error: str | None = None
    ) -> None:
        with self._pool.connection() as conn:
            conn.execute(
                "select private.record_reply_part(%s, %s, %s, %s)",
                (claim.attempt_id, state, external_id, error),
            )

    def _await_turn(self, message: Message, claim: Claim) -> str:
        with self._pool.connection() as conn:
            conn.execute(
                "select private.await_turn(%s, %s::public.platform, %s, %s::numeric)",
                (message.id, claim.platform, claim.chat, claim.wait_seconds),
            )
        return "postponed"

    def _postpone(self, message: Message, seconds: float) -> str:
        with self._pool.connection() as conn:
            queue.postpone(conn, "replies", message.id, seconds)
        return "postponed"


def _outgoing(reply_id: int, part: int, text: str, claim: Claim, is_last: bool) -> Outgoing:
    thread: dict[str, Any] = {"thread_ts": claim.thread_key}
    if claim.platform == "telegram":
        # The first part answers the message; an anchor in a chat that has moved since is a number of another chat.
        chat, _, number = (claim.anchor or "").removeprefix("telegram:").partition("/")
        answers = int(number) if part == 0 and chat == claim.chat and number.isdigit() else None
        thread = {"reply_to_message_id": answers, "message_thread_id": claim.topic}
    buttons = [Button(b["text"], b["event"], claim.ticket_id) for b in claim.buttons] if is_last else []
    return Outgoing(claim.chat, text, thread, tuple(buttons), token=f"reply:{reply_id}/{part}")
