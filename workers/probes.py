"""/healthz, /readyz and /metrics of a worker process, for orchestrators and Prometheus, where WORKER_BIND says so."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app
from werkzeug.serving import BaseWSGIServer, make_server

from shiftbot.database_metrics import DatabaseMetrics
from shiftbot.db import Pool, open_pool
from shiftbot.health import Check, readiness
from shiftbot.settings import SettingsError
from workers.loop import ROLE, Loop
from workers.presence import SIGN_SECONDS

log = logging.getLogger(__name__)
SILENT_SECONDS = 3 * SIGN_SECONDS  # as private.worker_metrics() counts
_STATUSES = {200: "200 OK", 404: "404 Not Found", 503: "503 Service Unavailable"}


@contextmanager
def served(bind: str, dsn: str, loops: Sequence[Loop]) -> Iterator[str]:
    """Their address while inside, "" where `bind` is. Raises SettingsError where it cannot be listened on."""
    if not bind:
        yield ""
        return
    # A pool of its own: a worker with all connections in hand is busy, not ill.
    with open_pool(dsn, ROLE, 2, "worker-probes", timeout=2) as pool:
        server = _server(bind, _application(pool, loops))
        thread = threading.Thread(target=server.serve_forever, name="probes", daemon=True)
        thread.start()
        url = f"http://{server.host}:{server.server_port}"
        log.info("probes served", extra={"action": "probes_served", "url": url})
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _server(bind: str, application: WSGIApplication) -> BaseWSGIServer:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError("WORKER_BIND: host:port, as in 127.0.0.1:8081")
    try:
        return make_server(host, int(port), application, threaded=True)
    except (OSError, SystemExit) as error:  # werkzeug ends the process where the port is taken
        raise SettingsError(f"WORKER_BIND: {bind} cannot be listened on ({type(error).__name__})") from None


def _application(pool: Pool, loops: Sequence[Loop]) -> WSGIApplication:
    registry = CollectorRegistry()
    registry.register(REGISTRY)
    registry.register(DatabaseMetrics(pool))
    metrics = make_wsgi_app(registry)

    def readyz() -> tuple[int, object]:
        found = readiness(pool, *(_check(loop) for loop in loops))
        return found.code, found.body()

    routes: dict[str, Callable[[], tuple[int, object]]] = {
        "/healthz": lambda: (200, {"status": "ok"}),
        "/readyz": readyz,
    }

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return iter(metrics(environ, start_response))
        code, body = routes.get(path, lambda: (404, {"status": "there is nothing here"}))()
        start_response(_STATUSES[code], [("Content-Type", "application/json")])
        return iter([json.dumps(body).encode() + b"\n"])

    return application


def _check(loop: Loop) -> Check:
    """A loop that has not signed is one that serves nobody: this process is not to be counted on."""
    silent = loop.silent_seconds()
    if silent is not None and silent <= SILENT_SECONDS and loop.is_alive():
        return Check(f"loop_{loop.queue_name}")
    said = "has not begun" if silent is None else f"has been silent for {silent:.0f} s"
    return Check(f"loop_{loop.queue_name}", "failed", f"the loop of {loop.queue_name} {said}")
