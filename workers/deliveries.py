"""Queue `deliveries`: post a journal row to who subscribed to it, signed, under an id that stays the same."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shiftbot.db import Pool
from shiftbot.outgoing import LEAST_MASTER, Gone, Poster, secret_of
from shiftbot.platforms.base import Permanent, Temporary
from shiftbot.queue import Message, QueueName
from workers.archiving import Done

log = logging.getLogger(__name__)
_CLAIM = "select outcome, url, secret_versions, event from private.claim_delivery(%s, %s, %s)"


class DeliveriesHandler:
    """Posts what the journal says now; a worker that dies in between posts it again, and receivers know the id."""

    queue: QueueName = "deliveries"

    def __init__(self, pool: Pool, poster: Poster, master: str) -> None:
        self._pool = pool
        self._poster = poster
        self._master = master

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is cheaper for many at once."""

    def handle(self, message: Message) -> str | Done:
        """delivered, inactive, gone, retry, dead or deactivated."""
        subscription_id = int(message.body["subscription_id"])
        with self._pool.connection() as conn:
            row = conn.execute(
                _CLAIM, (subscription_id, message.body.get("ticket_id"), message.body.get("seq"))
            ).fetchone()
        if row is None or row[0] != "send":
            return Done("gone" if row is None else str(row[0]))
        _, url, versions, event = row
        event = event or _test_event(message)
        if event is None:
            return Done("gone")
        return self._post(message, subscription_id, url, versions, event)

    def _post(
        self, message: Message, subscription_id: int, url: str, versions: Sequence[int], event: dict[str, Any]
    ) -> str:
        try:
            secrets = self._secrets(subscription_id, versions)
            body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
            self._poster.post(url, delivery_id(message), body, secrets)
        except Gone as error:
            return self._settle(
                "private.deactivate_subscription", "deactivated", subscription_id, message, str(error)
            )
        except Permanent as error:
            return self._settle("private.bury_delivery", "dead", subscription_id, message, str(error))
        except Temporary as error:
            return self._retry(subscription_id, message, error)
        return self._settle("private.settle_delivery", "delivered", subscription_id, message)

    def _secrets(self, subscription_id: int, versions: Sequence[int]) -> list[str]:
        """One, or two for a day after a rotation. Nothing leaves unsigned. Raises Temporary."""
        if len(self._master) < LEAST_MASTER:
            raise Temporary("OUTGOING_WEBHOOK_SECRET is not set, or is too short")
        return [secret_of(self._master, subscription_id, version) for version in versions]

    def _settle(
        self, function: str, outcome: str, subscription_id: int, message: Message, *reason: str
    ) -> str:
        with self._pool.connection(timeout=30) as conn:
            conn.execute(
                f"select {function}({', '.join(['%s'] * (2 + len(reason)))})",
                (subscription_id, message.id, *reason),
            )
        return self._logged(outcome, subscription_id, *reason)

    def _retry(self, subscription_id: int, message: Message, error: Temporary) -> str:
        with self._pool.connection(timeout=30) as conn:
            row = conn.execute(
                "select private.retry_delivery(%s, %s, %s, %s::numeric)",
                (subscription_id, message.id, str(error), error.retry_after),
            ).fetchone()
        return self._logged(str(row[0]) if row else "gone", subscription_id, str(error))

    @staticmethod
    def _logged(outcome: str, subscription_id: int, reason: str = "") -> str:
        extra = {"action": "delivery_settled", "subscription_id": subscription_id, "outcome": outcome}
        log.log(
            logging.WARNING if reason else logging.INFO, "delivery settled", extra=extra | {"reason": reason}
        )
        return outcome


def delivery_id(message: Message) -> str:
    """webhook-id: the same for the same row and subscription, however often it is sent."""
    body = message.body
    if "test" in body:
        return f"sub_{body['subscription_id']}_test_{body['test']}"
    return f"sub_{body['subscription_id']}_ticket_{body['ticket_id']}_{body['seq']}"


def _test_event(message: Message) -> dict[str, Any] | None:
    if "test" not in message.body:
        return None
    data = {"subscription_id": message.body["subscription_id"]}
    return {"type": "shiftbot.test", "timestamp": datetime.now(UTC).isoformat(), "data": data}
