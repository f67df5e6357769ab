"""One message as the loop deals with it: handled, and archived where the handler is done with it."""

from __future__ import annotations

from typing import Any

import psycopg

from shiftbot import queue
from shiftbot.queue import Message
from workers.archiving import Done
from workers.loop import Handler


def handled(conn: psycopg.Connection[Any], handler: Handler, message: Message) -> str:
    """The outcome; `conn` acts as the workers do."""
    outcome = handler.handle(message)
    if not isinstance(outcome, Done):
        return outcome
    queue.archive_many(conn, handler.queue, [message.id])
    return outcome.outcome
