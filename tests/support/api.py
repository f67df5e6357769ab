"""The API in this process, in front of one test database, and a provider that knows a few tokens."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from psycopg import sql
from werkzeug.test import Client, TestResponse

from shiftbot.db import open_pool
from shiftbot.settings import Settings
from tests.db.world import World
from tests.support.postgres import Database
from webhooks.app import create_app

AUDIENCE = "https://bot.example/api"
CLIENT, SECRET, PASSWORD = "shift-bot", "secret-of-the-api-at-the-provider", "password-of-the-api"
ALL = "tickets:read tickets:write oncall:write admin"


@dataclass
class Provider:
    """RFC 7662 over HTTP, as much of it as a test wants to see go wrong."""

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: tuple[int, bytes] | None = None  # instead of what it knows
    url: str = ""

    def knows(self, token: str, **said: Any) -> str:
        self.tokens[token] = {"active": True, "aud": AUDIENCE, "scope": ALL, "sub": token} | said
        return token


@contextmanager
def provider() -> Iterator[Provider]:
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            (token,) = form["token"]
            known.asked.append(token)
            said = json.dumps(known.tokens.get(token, {"active": False})).encode()
            status, body = known.answers or (200, said)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}/introspect"
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Api:
    """What a test of the API holds in its hands; Ada is its admin, Ben an engineer, `token` is Ada's.

    `source` takes tickets through the API.
    """

    world: World
    provider: Provider
    http: Client
    ada: int
    ben: int
    source: int
    token: str = "ada"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def get(self, path: str, token: str | None = None, **query: Any) -> TestResponse:
        return self.http.get(f"/api/v1{path}", headers=self._headers(token), query_string=query)

    def send(
        self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str
    ) -> TestResponse:
        """A write with a fresh key, where `headers` do not say another."""
        sent = self._headers(token) | {"Idempotency-Key": f"key-of-the-test-{next(self._numbers)}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def post(self, path: str, body: Any = None, token: str | None = None, **headers: str) -> TestResponse:
        return self.send("POST", path, {} if body is None else body, token, **headers)

    def _headers(self, token: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.token}"}


def settings(database: Database, world: World, oauth_introspection_url: str, **more: Any) -> Settings:
    """Of webhooks that serve the API, over the login that may become `authenticated` alone."""
    world.do(sql.SQL("alter role shiftbot_api login password {}").format(sql.Literal(PASSWORD)).as_string())
    login = f"postgresql://shiftbot_api:{PASSWORD}@127.0.0.1:{database.server.port}/{database.name}"
    given = {
        "database_url": database.dsn,
        "api_database_url": login,
        "oauth_introspection_url": oauth_introspection_url,
        "oauth_client_id": CLIENT,
        "oauth_client_secret": SECRET,
        "oauth_audience": AUDIENCE,
        "webhooks_threads": 32,  # half of them are for the API: nobody of a test that does things at once is sent away
    }
    return Settings.load(**given | more)


@contextmanager
def api(database: Database, **more: Any) -> Iterator[Api]:
    world = World(database)
    world.source()
    source = world.source("monitoring", "api", reply_mode="off")
    ada, ben = world.engineer("Ada", is_admin=True), world.engineer("Ben")
    for name in ("ada", "ben"):
        world.do("update public.engineers set auth_subject = %s where lower(name) = %s", name, name)
    with provider() as known:
        known.knows("ada")
        known.knows("ben")
        given = settings(database, world, **{"oauth_introspection_url": known.url} | more)
        pool = open_pool(given.database_url.get_secret_value(), "shiftbot_ingest", 4, "webhooks", timeout=2)
        app = create_app(given, pool)
        try:
            yield Api(world, known, app.test_client(), ada, ben, source)
        finally:
            app.extensions["shiftbot_api"].close()
            pool.close()
