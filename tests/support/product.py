"""The whole product around one test database: simulators, webhooks over HTTP, workers; told as a story."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from werkzeug.serving import make_server

from shiftbot.db import Pool, open_pool
from shiftbot.local.ports import free_port
from shiftbot.queue import QUEUES
from shiftbot.settings import Settings
from shiftbot.sim.openai import ModelSim
from shiftbot.sim.slack import SECRET as SLACK_SECRET
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim
from shiftbot.sources import Source, sync
from tests.support.postgres import Database
from webhooks.app import create_app
from workers.main import run

GROUP = -1001000000001
CHANNEL = "C0BUGS00001"
SECRET = "webhook-secret-of-the-test"
SOURCES = [
    Source.model_validate(entry)
    for entry in (
        {"platform": "telegram", "external_id": "private", "name": "Private chats"},
        {
            "platform": "telegram",
            "external_id": str(GROUP),
            "name": "Group",
            "settings": {"merge_window_seconds": 30},
        },
        {
            "platform": "slack",
            "external_id": CHANNEL,
            "name": "bugs",
            "settings": {"merge_window_seconds": 0},
        },
    )
]


@dataclass
class Product:
    """What a story holds in its hands."""

    database: Database
    telegram: TelegramSim
    slack: SlackSim
    model: ModelSim
    settings: Settings
    url: str
    conn: psycopg.Connection[Any]
    stack: ExitStack = field(repr=False)

    @contextmanager
    def workers(self, *queues: str, **overrides: Any) -> Iterator[None]:
        """Workers in this process, for as long as the block lasts."""
        stop = threading.Event()
        settings = self.settings.model_copy(update=overrides)
        thread = threading.Thread(target=run, args=(settings, queues or QUEUES, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

        assert not thread.is_alive()

    def until(self, is_so: Callable[[], bool], seconds: float = 20) -> bool:
        """Whether the database came to be so; looks often, gives up after `seconds`."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """What the database has, as its owner sees it."""
        return self.conn.execute(query, arguments).fetchall()  # type: ignore[call-overload,no-any-return]

    def statuses(self) -> list[str]:
        """The status of every ticket, oldest first."""
        return [row[0] for row in self.rows("select status from public.tickets order by id")]

    def events(self, ticket_id: int) -> list[str]:
        """The journal of one ticket."""
        query = "select event from public.ticket_actions where ticket_id = %s order by seq"
        return [row[0] for row in self.rows(query, ticket_id)]

    def assert_sound(self) -> None:
        """What must hold whatever happened: fold = status, chains valid, queues empty, nothing dead."""
        assert self.rows("select * from ops.status_drift") == []
        assert self.rows("select * from ops.verify_journal()") == []
        assert self.rows("select queue, length, dead from ops.queues where length + dead > 0") == []


@contextmanager
def product(database: Database, **overrides: Any) -> Iterator[Product]:
    """Simulators and webhooks up, sources synced, no worker yet."""
    with ExitStack() as stack:
        telegram, slack = stack.enter_context(TelegramSim()), stack.enter_context(SlackSim())
        model = stack.enter_context(ModelSim())
        port = free_port()
        public = {"public_base_url": f"http://127.0.0.1:{port}"}
        settings = Settings.load(**(_settings(database, telegram, slack, model) | public | overrides))
        conn = database.connect()
        sync(conn, SOURCES)
        url = stack.enter_context(serve(settings, port))
        telegram.create_chat("supergroup", "Group", chat_id=GROUP)
        telegram.set_webhook(f"{url}/webhooks/telegram", SECRET)
        slack.create_channel(CHANNEL, "bugs")
        slack.set_webhook(url)
        yield Product(database, telegram, slack, model, settings, url, conn, stack)


@contextmanager
def serve(settings: Settings, port: int = 0) -> Iterator[str]:
    """The webhooks over real HTTP; yields their address."""
    pool: Pool = open_pool(settings.database_url.get_secret_value(), "shiftbot_ingest", 20, "webhooks")
    app = create_app(settings, pool)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["shiftbot_api"].close()
        pool.close()


def _settings(database: Database, telegram: TelegramSim, slack: SlackSim, model: ModelSim) -> dict[str, Any]:
    return {
        "database_url": database.dsn,
        "telegram_bot_token": telegram.token,
        "telegram_webhook_secret": SECRET,
        "telegram_api_base_url": telegram.url,
        "slack_bot_token": slack.token,
        "slack_signing_secret": SLACK_SECRET,
        "slack_api_base_url": f"{slack.url}/api/",
        "openai_api_key": model.api_key,
        "openai_base_url": f"{model.url}/v1",
        "openai_timeout_seconds": 5,
    }
