"""Gauges that are asked of the database whenever /metrics is read; the database being away is one of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shiftbot.db import Pool, described

log = logging.getLogger(__name__)
WAIT_SECONDS = 2.0  # for a connection: a scrape is over after ten
MOST_MILLISECONDS = 5000  # for the answer

# What private.metrics() gives, by its name there: labels, and what the gauge means.
GAUGES: dict[str, tuple[tuple[str, ...], str]] = {
    "queue_messages": (
        ("queue", "state"),
        "Messages on a queue: due, in a worker's hand, put off; counted up to 10,000",
    ),
    "queue_oldest_seconds": (("queue",), "Age of the oldest message of a queue"),
    "queue_overdue_seconds": (("queue",), "For how long the oldest due message has been in nobody's hand"),
    "dead_letters": (("queue",), "Messages that kept failing and wait for a person; counted up to 10,000"),
    "tickets_unclosed": (("status",), "Tickets that are not closed, by status; counted up to 10,000"),
    "tickets_last_hour": (
        ("platform", "source", "status"),
        "Tickets that began within the last hour, by source and present status; the newest 10,000",
    ),
    "untriaged_tickets": ((), "Open tickets whose last message no triage has covered"),
    "unknown_replies": ((), "Replies that may or may not have arrived and wait for a person's decision"),
    "escalations_last_hour": (("state",), "Pages that began within the last hour, by present state"),
    "rings_last_hour": (("method", "outcome"), "Rings of the last hour, by what became of them"),
    "acknowledge_seconds": (
        ("quantile",),
        "Time from escalation to acknowledgement, over those of the last day",
    ),
    "stalled_escalations": ((), "Pages that nobody rings for although somebody should: always 0"),
    "pages_ringing": ((), "Tickets whose page rings and nobody has"),
    "pages_acknowledged": ((), "Tickets whose page an engineer has"),
    "longest_ringing_seconds": ((), "Age of the oldest page that rings"),
    "on_call_engineers": ((), "Engineers on call now: 1, or 0 when nobody is"),
    "engineers": (
        ("reachable",),
        "Active engineers, by whether any step of the policy but e-mail can reach them",
    ),
    "on_call_gap_seconds": ((), "Seconds of the coming 7 days in which nobody is on call"),
    "workers_alive": (("queue",), "Workers that serve a queue and were heard of within 15 seconds"),
}
UP = "shiftbot_database_up"


class DatabaseMetrics(Collector):
    """Reads the gauges; while the database is away they are missing, one says so, and everything else is served."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def describe(self) -> list[GaugeMetricFamily]:
        """The names, so that registering asks the database nothing."""
        return [*_empty().values(), _up(is_up=False)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Missing is what an alarm can see; a zero would be a lie."""
        try:
            with self._pool.connection(timeout=WAIT_SECONDS) as conn, conn.transaction():
                conn.execute(f"set local statement_timeout = {MOST_MILLISECONDS}".encode())
                rows = conn.execute("select metric, labels, value from private.metrics()").fetchall()
        except psycopg.Error as error:
            log.warning(
                "the database gives no gauges",
                extra={"action": "metrics_unavailable", "error": described(error)},
            )
            yield _up(is_up=False)
            return
        yield _up(is_up=True)
        families = _empty()
        for name, labels, value in rows:
            if name in families:  # a newer database may know more
                families[name].add_metric([str(labels[label]) for label in GAUGES[name][0]], value)
        yield from families.values()


def _empty() -> dict[str, GaugeMetricFamily]:
    return {
        name: GaugeMetricFamily(f"shiftbot_{name}", words, labels=labels)
        for name, (labels, words) in GAUGES.items()
    }


def _up(*, is_up: bool) -> GaugeMetricFamily:
    return GaugeMetricFamily(UP, "Whether the database gave its gauges", value=float(is_up))
