"""The webhooks in this process, spoken to as Telegram and Slack speak, around one test database."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
from prometheus_client import REGISTRY
from werkzeug.test import Client, TestResponse

from shiftbot.db import Pool, open_pool
from shiftbot.settings import Settings
from shiftbot.sim.slack import SECRET as SLACK_SECRET
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim
from tests.support.postgres import Database
from webhooks.app import create_app

TELEGRAM_SECRET = "webhook-secret-of-the-test"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Web:
    """What a test of the webhooks holds in its hands."""

    database: Database
    settings: Settings
    pool: Pool
    http: Client
    conn: psycopg.Connection[Any]
    telegram_sim: TelegramSim
    slack_sim: SlackSim

    def telegram(self, update: Any, secret: str | None = TELEGRAM_SECRET) -> TestResponse:
        """Posts an update as Telegram does; bytes go out as they are."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return self.http.post(
            "/webhooks/telegram", data=_bytes(update), headers=headers, content_type="application/json"
        )

    def slack(
        self, body: Any, path: str = "events", content_type: str = "application/json", **headers: str
    ) -> TestResponse:
        """Posts a signed request as Slack does; bytes go out as they are, `headers` override or add."""
        content = _bytes(body)
        return self.http.post(
            f"/webhooks/slack/{path}",
            data=content,
            headers=signed(content) | {k.replace("_", "-"): v for k, v in headers.items()},
            content_type=content_type,
        )

    def slack_form(self, path: str, **form: str) -> TestResponse:
        """A signed press (`payload=`) or slash command."""
        return self.slack(urlencode(form).encode(), path, FORM)

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """What the database has, as its owner sees it."""
        return self.conn.execute(query, arguments).fetchall()  # type: ignore[call-overload,no-any-return]

    def journal(self) -> list[tuple[int, str]]:
        """Ticket and event of every action, in order."""
        return self.rows("select ticket_id, event from public.ticket_actions order by id")

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The database throws everybody out and takes nobody in, for as long as the block lasts."""
        admin = psycopg.connect(self.database.server.dsn("postgres", "supabase_admin"), autocommit=True)
        with admin:
            admin.execute(f'alter database "{self.database.name}" allow_connections false')  # type: ignore[call-overload]
            admin.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
                (self.database.name,),
            )
            try:
                yield
            finally:
                admin.execute(f'alter database "{self.database.name}" allow_connections true')  # type: ignore[call-overload]
        self.conn = self.database.connect()


def signed(content: bytes, at: float | None = None, secret: str = SLACK_SECRET) -> dict[str, str]:
    """The headers with which Slack vouches for a body."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + content, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def counted() -> Counter[str]:
    """What the counters of events say, as `telegram dropped own_message` or `slack created`."""
    counts: Counter[str] = Counter()
    for name, prefix, label in (
        ("shiftbot_events_dropped", "dropped ", "reason"),
        ("shiftbot_events_recorded", "", "outcome"),
    ):
        for metric in REGISTRY.collect():
            if metric.name == name:
                for sample in metric.samples:
                    if sample.name.endswith("_total"):
                        key = f"{sample.labels['platform']} {prefix}{sample.labels[label]}"
                        counts[key] = int(sample.value)
    return counts


@contextmanager
def web(database: Database, **overrides: Any) -> Iterator[Web]:
    """The webhooks over a database without sources; who the bot is on Telegram is asked of a simulator."""
    telegram = TelegramSim(
        token="7412345678:AAE-simulated-token-for-local-use-only", username="shift_support_bot"
    )
    with telegram, SlackSim() as slack:
        settings = Settings.load(
            **(
                {
                    "database_url": database.dsn,
                    "telegram_bot_token": telegram.token,
                    "telegram_webhook_secret": TELEGRAM_SECRET,
                    "telegram_api_base_url": telegram.url,
                    "slack_bot_token": slack.token,
                    "slack_signing_secret": SLACK_SECRET,
                    "slack_api_base_url": f"{slack.url}/api/",
                }
                | overrides
            )
        )
        dsn = settings.database_url.get_secret_value()
        pool = open_pool(dsn, "shiftbot_ingest", 4, "webhooks", timeout=2)
        try:
            http = create_app(settings, pool).test_client()
            yield Web(database, settings, pool, http, database.connect(), telegram, slack)
        finally:
            pool.close()


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def update(number: int, kind: str = "message", **fields: Any) -> dict[str, Any]:
    """A Telegram update with a message of Marta's in the group, or of what `fields` say."""
    message = {
        "message_id": number,
        "date": 1760000000 + number,
        "chat": {"id": -1001987654321, "type": "supergroup", "title": "Acme Support"},
        "from": {"id": 512340001, "is_bot": False, "first_name": "Marta"},
        "text": f"The export fails, report {number}",
    }
    return {"update_id": 900_000_000 + number, kind: message | fields}


def envelope(ts: str, **fields: Any) -> dict[str, Any]:
    """A Slack event with a message of Ann's in #bugs, or of what `fields` say."""
    event = {
        "type": "message",
        "channel": "C02BUGS",
        "channel_type": "channel",
        "user": "U024BE7LH",
        "ts": ts,
        "event_ts": ts,
        "text": f"The export fails, report {ts}",
        "team": "T024BE7LD",
    }
    return {
        "type": "event_callback",
        "team_id": "T024BE7LD",
        "api_app_id": "A0PNCHHK2",
        "event_id": f"Ev{ts}",
        "event_time": 1760000000,
        "authorizations": [
            {"team_id": "T024BE7LD", "user_id": "U0SHIFTBOT", "is_bot": True, "is_enterprise_install": False}
        ],
        "event": event | fields,
    }
