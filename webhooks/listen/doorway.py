"""The webhooks' own application, entered from inside: what comes this way is verified, parsed and recorded like any request."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier
from werkzeug.test import TestResponse

from shiftbot.db import Pool
from shiftbot.settings import Settings
from webhooks.app import create_app

log = logging.getLogger(__name__)
Json = dict[str, Any]
LONGEST_PAUSE = 15.0


class ListenError(Exception):
    """Listening cannot begin or go on; the text says why and what to do."""


@dataclass(frozen=True)
class Answer:
    """What the webhooks answered: `is_recorded` says that the platform need not send it again."""

    status: int
    body: Json | None

    @property
    def is_recorded(self) -> bool:
        """Whether it is committed, or known to be of no use however often it comes."""
        return self.status < 500 and self.status != 429


class Doorway:
    """Signs what it brings with secrets of its own, which nobody else knows: no other door opens with them."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._telegram_secret, self._slack_secret = secrets.token_hex(32), secrets.token_hex(32)
        own = {
            "telegram_webhook_secret": SecretStr(self._telegram_secret),
            "slack_signing_secret": SecretStr(self._slack_secret),
        }
        self._app = create_app(settings.model_copy(update=own), pool)

    def close(self) -> None:
        """Ends what the application opened besides the pool."""
        self._app.extensions["shiftbot_api"].close()

    def telegram(self, update: Json) -> Answer:
        """One update, as Telegram would post it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._telegram_secret}
        return self._post("/webhooks/telegram", json.dumps(update).encode(), "application/json", headers)

    def slack(self, kind: str, payload: Json) -> Answer:
        """One envelope of Socket Mode, as Slack would post it to the address for its kind."""
        if kind == "events_api":
            return self._signed("events", json.dumps(payload), "application/json")
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        path = "commands" if kind == "slash_commands" else "interactions"
        return self._signed(path, urlencode(form), "application/x-www-form-urlencoded")

    def _signed(self, path: str, body: str, content_type: str) -> Answer:
        verifier = SignatureVerifier(self._slack_secret)
        now = str(int(verifier.clock.now()))
        signature = verifier.generate_signature(timestamp=now, body=body) or ""
        headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
        return self._post(f"/webhooks/slack/{path}", body.encode(), content_type, headers)

    def _post(self, path: str, body: bytes, content_type: str, headers: dict[str, str]) -> Answer:
        client = self._app.test_client(use_cookies=False)
        response: TestResponse = client.post(path, data=body, content_type=content_type, headers=headers)
        answer = response.get_json(silent=True)
        return Answer(response.status_code, answer if isinstance(answer, dict) else None)


def until_recorded(enter: Callable[[], Answer], stop: threading.Event) -> Answer | None:
    """Knocks until what is brought is recorded, ever more slowly; None where `stop` came first: it was not."""
    pause = 0.5
    while not stop.is_set():
        answer = enter()
        if answer.is_recorded:
            if answer.status != 200:  # too large, say: however often it comes, it is refused
                log.error("dropped", extra={"action": "listen_dropped", "status": answer.status})
            return answer
        log.warning(
            "not recorded, it is tried again", extra={"action": "listen_retry", "status": answer.status}
        )
        stop.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return None
