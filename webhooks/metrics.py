"""GET /metrics: what this server counted, in however many processes, and the database's gauges once."""

from __future__ import annotations

from typing import Any

from flask import Flask
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_flask_exporter import PrometheusMetrics

from shiftbot.database_metrics import DatabaseMetrics
from shiftbot.db import Pool
from webhooks import counters


def install(app: Flask, pool: Pool) -> None:
    """Counts every request and serves the route."""
    registry = CollectorRegistry()
    if not counters.are_shared():
        registry.register(REGISTRY)  # our own counters: a registry collects like any collector
    _Metrics(app, DatabaseMetrics(pool), path="/metrics", group_by="url_rule", registry=registry)


class _Metrics(PrometheusMetrics):  # type: ignore[misc]
    """The exporter knows no collectors of others once processes share their counters, so it is told here."""

    def __init__(self, app: Flask, of_database: DatabaseMetrics, **options: Any) -> None:
        self._of_database = of_database
        super().__init__(app, **options)

    def generate_metrics(self, accept_header: str | None = None, names: Any = None) -> tuple[str, str]:
        """The text and its content type."""
        registry = CollectorRegistry()
        if counters.are_shared():
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(self.registry)
        registry.register(self._of_database)
        chosen = registry.restricted_registry(names) if names else registry
        encode, content_type = choose_encoder(accept_header or "")
        return encode(chosen).decode(), content_type
