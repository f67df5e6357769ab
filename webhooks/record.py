"""The one way from a parsed event into the database: one SQL call, counted and logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from flask import request
from psycopg.types.json import Jsonb

from shiftbot.db import Pool, constraint_of
from shiftbot.log import correlation, new_correlation
from shiftbot.metrics import EVENTS_DROPPED, EVENTS_RECORDED
from shiftbot.platforms.base import Dropped, Incoming, Platform, Recordable, SourceMoved

log = logging.getLogger(__name__)

_INGEST = """
select outcome, ticket_id from private.ingest_message(
  %(platform)s::public.platform, %(chat)s, %(event)s, %(external_id)s, %(thread_key)s, %(author)s, %(body)s, %(payload)s,
  %(refers_to)s, %(merge_group)s, %(merges_with_author)s, %(addressed)s, %(needs_ticket)s, %(ticket_id)s)
"""
# Two events met in a way their locks did not foresee: the second look sees what the first one wrote.
_TRY_AGAIN = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
_TRIES = 3


@dataclass(frozen=True)
class Recorded:
    """What became of an event: the database's outcome, or `dropped`, and its ticket where there is one."""

    outcome: str
    ticket_id: int | None = None


def json_body() -> Any:
    """The request's JSON whatever its content type claims; None where there is none."""
    try:
        return request.get_json(force=True, silent=True)
    except RecursionError:  # a thousand brackets
        return None


def record(pool: Pool, platform: Platform, parsed: Recordable) -> Recorded:
    """Records one event exactly once. Raises psycopg errors and PoolTimeout when the platform should send it again."""
    if isinstance(parsed, Dropped):
        return drop(platform, parsed.reason)
    if isinstance(parsed, SourceMoved):
        return _move(pool, parsed)
    try:
        recorded = _ingest(pool, parsed)
    except (psycopg.DataError, psycopg.errors.CheckViolation) as error:
        # It would be refused every time: sending it again would only hold up what comes after.
        # Without its text: Postgres quotes the row it refuses, and so the person's words.
        log.error(
            "the database refuses an event",
            extra={
                "action": "event_refused",
                "external_id": parsed.external_id,
                "error": type(error).__name__,
                "constraint": constraint_of(error),
            },
        )
        return drop(platform, "refused_by_database")
    if recorded.outcome.startswith("ignored_"):
        return drop(platform, recorded.outcome.removeprefix("ignored_"), recorded)
    EVENTS_RECORDED.labels(platform, recorded.outcome).inc()
    log.info(
        "event recorded",
        extra={
            "action": "event_recorded",
            "event": parsed.event,
            "outcome": recorded.outcome,
            "ticket_id": recorded.ticket_id,
            "external_id": parsed.external_id,
        },
    )
    return recorded


def drop(platform: Platform, reason: str, recorded: Recorded | None = None) -> Recorded:
    """Counts and logs an event that is not recorded."""
    EVENTS_DROPPED.labels(platform, reason).inc()
    log.info("event dropped", extra={"action": "event_dropped", "platform": platform, "reason": reason})
    return recorded or Recorded("dropped")


def _ingest(pool: Pool, event: Incoming) -> Recorded:
    arguments = {
        "platform": event.platform,
        "chat": event.source_external_id,
        "event": event.event,
        "external_id": event.external_id,
        "thread_key": event.thread_key,
        "author": event.author,
        "body": event.body,
        "payload": Jsonb(
            event.payload
            | {
                "author_name": event.author_name,
                "sent_at": event.sent_at.isoformat(),
                "correlation_id": correlation() or new_correlation(),
            }
        ),
        "refers_to": event.refers_to,
        "merge_group": event.merge_group,
        "merges_with_author": event.merges_with_author,
        "addressed": event.addressed,
        "needs_ticket": event.needs_ticket,
        "ticket_id": event.ticket_id,
    }
    return Recorded(*call(pool, _INGEST, arguments))


def call(pool: Pool, query: LiteralString, arguments: Mapping[str, object]) -> tuple[Any, ...]:
    """The one row that a function of the database returns; asked again where two calls got in each other's way."""
    for attempt in range(1, _TRIES + 1):
        try:
            with pool.connection() as conn:
                row = conn.execute(query, arguments).fetchone()
        except _TRY_AGAIN:
            if attempt == _TRIES:
                raise
        else:
            if row is None:
                raise psycopg.InternalError("the function returned nothing")
            return row
    raise AssertionError("unreachable")


def _move(pool: Pool, moved: SourceMoved) -> Recorded:
    with pool.connection() as conn:
        conn.execute(
            "select private.move_source(%s::public.platform, %s, %s)",
            (moved.platform, moved.old_external_id, moved.new_external_id),
        )
    log.info("source moved", extra={"action": "source_moved", "platform": moved.platform})
    EVENTS_RECORDED.labels(moved.platform, "source_moved").inc()
    return Recorded("source_moved")
