"""Gauges that are asked of the database whenever /metrics is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shiftbot.db import Pool, described

log = logging.getLogger(__name__)

# One row each; its columns become the gauges, in this order.
_GAUGES = {
    "select on_call_engineers, gap_seconds from private.on_call_metrics()": (
        ("shiftbot_on_call_engineers", "Engineers on call now: 1, or 0 when nobody is"),
        ("shiftbot_on_call_gap_seconds", "Seconds of the coming 7 days in which nobody is on call"),
    ),
    "select stalled, ringing, acknowledged, longest_ringing_seconds from private.paging_metrics()": (
        ("shiftbot_stalled_escalations", "Pages that nobody rings for although somebody should: always 0"),
        ("shiftbot_pages_ringing", "Tickets whose page rings and nobody has"),
        ("shiftbot_pages_acknowledged", "Tickets whose page an engineer has"),
        ("shiftbot_longest_ringing_seconds", "Age of the oldest page that rings"),
    ),
}


class DatabaseMetrics(Collector):
    """Reads the gauges; while the database is away they are missing and everything else is served."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def describe(self) -> list[GaugeMetricFamily]:
        """The names, so that registering asks the database nothing."""
        return [GaugeMetricFamily(name, words) for gauges in _GAUGES.values() for name, words in gauges]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge after the other. Missing is what an alarm can see; a zero would be a lie."""
        for query, gauges in _GAUGES.items():
            try:
                with self._pool.connection() as conn:
                    row = conn.execute(query.encode()).fetchone()
            except psycopg.Error as error:
                log.warning(
                    "the database gives no gauges",
                    extra={"action": "metrics_unavailable", "error": described(error)},
                )
                return
            for (name, words), value in zip(gauges, row or (), strict=True):
                yield GaugeMetricFamily(name, words, value=float(value))
