"""The one loop of all queues: read many, hand each to a thread, sleep when there is nothing, sweep what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString, Protocol
from uuid import UUID, uuid4

import psycopg

from shiftbot import log as logs
from shiftbot import queue
from shiftbot.db import Pool, connect, described, is_outage
from shiftbot.metrics import HANDLER_SECONDS, MESSAGES_HANDLED
from shiftbot.queue import Message, QueueName
from workers.archiving import Archiving, Done
from workers.presence import Presence
from workers.slots import Slots

log = logging.getLogger(__name__)
ROLE = "shiftbot_worker"
POLL_SECONDS = 1.0  # a missed NOTIFY costs no more than this
IDLE_SECONDS = 5.0  # for so long writers notify; not said anew before every wait
SWEEP_SECONDS = 2.0
HOUSE_SECONDS = 10.0
BATCH = 100
GATHER_SECONDS = 0.02  # for more slots, in a burst


class Handler(Protocol):
    """One queue's work. Loads in a short transaction, calls the world in none, records and archives in one."""

    queue: QueueName

    def prepare(self, messages: Sequence[Message]) -> None:
        """Does for many messages at once what is cheaper so; each of them is handed to `handle` all the same."""

    def handle(self, message: Message) -> str | Done:
        """Deals with one message; returns the outcome as a metric label.

        It has archived or postponed the message, with what it recorded. What is `Done` the loop archives, with others.
        """


class Loop(threading.Thread):
    """Serves one queue until `stop` is set; then finishes what is in hand."""

    def __init__(
        self,
        dsn: str,
        pool: Pool,
        handler: Handler,
        concurrency: int,
        visibility_seconds: int,
        stop: threading.Event,
        process: UUID | None = None,
    ) -> None:
        super().__init__(name=f"loop-{handler.queue}")
        self._dsn = dsn
        self._pool = pool
        self._handler = handler
        self._visibility_seconds = visibility_seconds
        self._stopping = stop
        self._slots = Slots(concurrency)
        self._executor = ThreadPoolExecutor(concurrency, thread_name_prefix=handler.queue)
        self._next_sweep = self._next_house = self._idle_until = 0.0
        self._presence = Presence(process or uuid4(), handler.queue)
        self._archiving = Archiving(handler.queue)

    @property
    def queue_name(self) -> QueueName:
        """The queue it serves."""
        return self._handler.queue

    def silent_seconds(self) -> float | None:
        """Since its last sign of life; None: it has given none."""
        return self._presence.silent_seconds()

    def run(self) -> None:
        """Reconnects for as long as it takes: a database that is away loses nothing."""
        while not self._stopping.is_set():
            try:
                with connect(self._dsn, ROLE, f"worker-{self._handler.queue}") as conn:
                    # What a crash of the server undoes here, a read or a sweep, is only done again.
                    conn.execute("set synchronous_commit = off")
                    # It listens, so the session is its own; and it says the same few statements all day.
                    conn.prepare_threshold = 0
                    conn.execute(f"listen shiftbot_{self._handler.queue}")
                    self._serve(conn)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                reason = (str(error).splitlines() or [type(error).__name__])[0]
                log.warning("the database is away", extra={"action": "database_away", "error": reason})
                self._stopping.wait(1)
            except Exception:
                # A process that lives on with a dead loop would look well and do nothing.
                log.exception("the loop failed, it starts again", extra={"action": "loop_failed"})
                self._stopping.wait(5)
        self._executor.shutdown(wait=True)
        self._sign_off()
        self._archiving.close()

    def _serve(self, conn: psycopg.Connection[Any]) -> None:
        free, messages = 0, list[Message]()
        self._idle_until = 0.0
        while not self._stopping.is_set():
            self._presence.sign_if_due(conn)
            self._sweep_if_due(conn)
            self._keep_house_if_due(conn)
            self._archiving.flush(conn)
            is_busy = len(messages) == free > 0
            free = self._slots.take(BATCH, GATHER_SECONDS if is_busy else 0)
            messages = []
            try:
                if free == 0:
                    continue
                messages = self._take(conn, free)
                self._prepare(messages)
            finally:
                self._slots.give(free - len(messages))
            for message in messages:
                self._executor.submit(self._work, message)
            if len(messages) < free and self._is_announced():
                self._archiving.wait(conn, POLL_SECONDS)
                if self._stopping.is_set():
                    queue.declare_idle(conn, self._handler.queue, 0)

    def _prepare(self, messages: Sequence[Message]) -> None:
        try:
            self._handler.prepare(messages)
        except Exception as error:
            # Each is handled all the same, and says by itself what is wrong.
            log.warning(
                "not prepared", extra={"action": "prepare_failed", "error": logs.redact(described(error))}
            )

    def _take(self, conn: psycopg.Connection[Any], quantity: int) -> list[Message]:
        """What waits; where nothing does, declares itself idle and looks once more, for what came in between."""
        name = self._handler.queue
        messages = queue.read(conn, name, self._visibility_seconds, quantity)
        if messages or self._is_announced():
            return messages
        queue.declare_idle(conn, name, IDLE_SECONDS)
        self._idle_until = time.monotonic() + IDLE_SECONDS
        return queue.read(conn, name, self._visibility_seconds, quantity)

    def _is_announced(self) -> bool:
        """Whether all that the last read did not see is told of by notifications, and will be while we wait."""
        return time.monotonic() + POLL_SECONDS < self._idle_until

    def _work(self, message: Message) -> None:
        started = time.monotonic()
        name = self._handler.queue
        try:
            # Whoever may write to the queue may write anything: a slot that leaked here would be gone for good.
            body = message.body if isinstance(message.body, dict) else {}
            about = {key: body.get(key) for key in ("ticket_id", "correlation_id")}
            with logs.bind(queue=name, msg_id=message.id, **about):
                outcome = self._attempt(message)
                if isinstance(outcome, Done):
                    self._archiving.add(message.id)
                    outcome = outcome.outcome
                log.info("message handled", extra={"action": "message_handled", "outcome": outcome})
            MESSAGES_HANDLED.labels(name, outcome).inc()
            HANDLER_SECONDS.labels(name).observe(time.monotonic() - started)
        finally:
            self._slots.give()

    def _attempt(self, message: Message) -> str | Done:
        try:
            return self._handler.handle(message)
        except Exception as error:
            reason = logs.redact(described(error))
            # A traceback ends with the database's whole text, which quotes the row.
            log.error(
                "handler failed",
                exc_info=not isinstance(error, psycopg.Error),
                extra={"action": "handler_failed", "attempt": message.attempts, "error": reason},
            )
            if is_outage(error):
                return "database_away"  # the visibility timeout brings it back
        try:
            with self._pool.connection() as conn:
                return queue.fail(conn, self._handler.queue, message.id, reason)
        except Exception as error:
            if not is_outage(error):
                log.exception("failure not recorded", extra={"action": "fail_message_failed"})
            return "database_away"

    def _sweep_if_due(self, conn: psycopg.Connection[Any]) -> None:
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + SWEEP_SECONDS
        if self._chore(conn, "swept", "select private.sweep()").get("more"):  # it takes a hundred at a time
            self._next_sweep = 0.0

    def _keep_house_if_due(self, conn: psycopg.Connection[Any]) -> None:
        """Not in the loop that rings: erasing takes its time, and no page waits for it."""
        if self._handler.queue == "escalations" or time.monotonic() < self._next_house:
            return
        self._next_house = time.monotonic() + HOUSE_SECONDS
        if self._chore(conn, "house_kept", "select private.keep_house()").get("more"):
            self._next_house = 0.0

    def _chore(self, conn: psycopg.Connection[Any], action: str, query: LiteralString) -> dict[str, Any]:
        """What it did. One that fails is loud and is tried again; it must not keep a single message from being taken."""
        try:
            row = conn.execute(query).fetchone()
        except psycopg.Error as error:
            if is_outage(error):
                raise
            log.error(
                "a chore failed",
                extra={"action": "chore_failed", "chore": action, "error": logs.redact(described(error))},
            )
            return {}
        done: dict[str, Any] = row[0] if row and row[0] else {}
        if done:
            log.info(action, extra={"action": action, **done})
        return done

    def _sign_off(self) -> None:
        try:
            with self._pool.connection() as conn:
                self._archiving.flush(conn)
                self._presence.sign_off(conn)
        except psycopg.Error as error:
            # What was done comes again and is found done. It stays on the list of workers, silent, until a day has passed.
            log.warning("not signed off", extra={"action": "sign_off_failed", "error": described(error)})
