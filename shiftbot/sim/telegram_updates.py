"""Part of the Telegram simulator: updates, by webhook or getUpdates, kept until the bot has taken them."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from .faults import SimError
from .outbox import Attempt, Job, Outbox
from .telegram_api import Refused, bad, flag, number, sub_object
from .telegram_world import Json

OPT_IN = {"message_reaction", "message_reaction_count", "chat_member"}  # only when allowed_updates names them
KEPT = 10_000
CONFLICT = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def backoff(attempts: int) -> float:
    """Short where Telegram's is long: 0.2 s doubling to 5 s, without end."""
    return float(min(0.2 * 2 ** (attempts - 1), 5.0))


class Updates:
    """The updates of one bot. In order per chat, chats in parallel, as Telegram does it."""

    def __init__(self, changed: threading.Condition, execute: Callable[[str, Json], Any]) -> None:
        self._changed = changed
        self._execute = execute
        self._outbox = Outbox(timeout=20)
        self._last_id = int(time.time())
        self._pending: dict[int, tuple[str, bytes]] = {}
        self._sent: dict[int, tuple[str, bytes]] = {}
        self._last_error: Json = {}
        self.url = ""
        self.secret = ""
        self.allowed: list[str] = []
        self.max_connections = 40
        self.duplicates = 0  # how often each accepted update is delivered once more
        self.attempts: deque[Json] = deque(maxlen=KEPT)  # update_id, status (0: no answer), failure
        self.methods: dict[str, Callable[[Json], Any]] = {
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.webhook_info,
            "getUpdates": self.get_updates,
        }

    def publish(self, kind: str, payload: Json, chat_id: int) -> int:
        """Makes an update and delivers it. Returns its update_id, 0 where the bot did not ask for it."""
        if kind not in self.allowed and (self.allowed or kind in OPT_IN):
            return 0
        with self._changed:
            self._last_id += 1
            body = json.dumps({"update_id": self._last_id, kind: payload}).encode()
            self._pending[self._last_id] = self._sent[self._last_id] = (str(chat_id), body)
            if len(self._sent) > KEPT:
                del self._sent[next(iter(self._sent))]
            if self.url:
                self._deliver(self._last_id)
            self._changed.notify_all()
            return self._last_id

    def redeliver(self, update_id: int, times: int = 1) -> None:
        """Delivers an update again, several times at once, whether or not it was accepted before."""
        with self._changed:
            if update_id not in self._sent:
                raise SimError(f"there is no update {update_id}")
            for again in range(times):
                self._deliver(update_id, f"/{again}-{time.monotonic_ns()}")

    def settled(self, timeout: float) -> bool:
        """Waits until the webhook has accepted everything; returns whether it did."""
        return self._outbox.settled(timeout)

    def stop(self) -> None:
        """Stops delivering; start() delivers what was not accepted."""
        self._outbox.stop()

    def start(self) -> None:
        """Delivers what is pending."""
        with self._changed:
            if self.url:
                for update_id in list(self._pending):
                    self._deliver(update_id)

    def _deliver(self, update_id: int, lane_suffix: str = "") -> None:
        lane, body = self._sent.get(update_id) or self._pending[update_id]
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret

        def done(attempt: Attempt) -> None:
            self._done(update_id, attempt, is_repeat=bool(lane_suffix))

        self._outbox.put(
            Job(lane + lane_suffix, self.url, lambda tries, failure: (headers, body), done, backoff)
        )

    def _done(self, update_id: int, attempt: Attempt, is_repeat: bool) -> None:
        with self._changed:
            self.attempts.append(
                {"update_id": update_id, "status": attempt.status, "failure": attempt.failure}
            )
            if attempt.accepted:
                self._pending.pop(update_id, None)
                for copy in range(0 if is_repeat else self.duplicates):
                    self._deliver(update_id, f"/{copy}-{update_id}")
            else:
                self._last_error = {
                    "last_error_date": int(time.time()),
                    "last_error_message": _words(attempt),
                }
            self._changed.notify_all()
        if attempt.accepted and attempt.body.startswith(b"{"):
            self._run_answer(attempt.body)

    def _run_answer(self, body: bytes) -> None:
        """A webhook may answer with a call of the Bot API, which then is made."""
        with contextlib.suppress(ValueError, Refused):
            call = json.loads(body)
            if isinstance(call.get("method"), str):
                self._execute(call.pop("method"), call)

    # Methods of the Bot API.

    def set_webhook(self, arguments: Json) -> Any:
        """setWebhook; unlike Telegram it takes plain http and any port."""
        url, secret = str(arguments.get("url") or ""), str(arguments.get("secret_token") or "")
        if not url:
            return self.delete_webhook(arguments)
        if not re.match(r"https?://[^/]+", url):
            raise bad("bad webhook: invalid URL specified")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        self.url, self.secret = url, secret
        self.max_connections = number(arguments, "max_connections") or 40
        if (allowed := sub_object(arguments, "allowed_updates")) is not None:
            self.allowed = allowed
        self._outbox.clear()
        self._drop_pending(arguments)
        self.start()
        return True

    def delete_webhook(self, arguments: Json) -> bool:
        """deleteWebhook; what is pending waits for getUpdates or the next webhook."""
        self.url = self.secret = ""
        self._outbox.clear()
        self._drop_pending(arguments)
        return True

    def _drop_pending(self, arguments: Json) -> None:
        if flag(arguments, "drop_pending_updates"):
            self._pending.clear()

    def webhook_info(self, arguments: Json) -> Json:
        """getWebhookInfo."""
        info = {"url": self.url, "has_custom_certificate": False, "pending_update_count": len(self._pending)}
        if self.url:
            info |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"} | self._last_error
        return info | ({"allowed_updates": self.allowed} if self.allowed else {})

    def get_updates(self, arguments: Json) -> list[Json]:
        """getUpdates: long polling; an offset confirms, and so deletes, everything before it."""
        if self.url:
            raise Refused(409, CONFLICT)
        if (allowed := sub_object(arguments, "allowed_updates")) is not None:
            self.allowed = allowed
        offset, limit = number(arguments, "offset"), number(arguments, "limit") or 100
        if offset < 0:
            offset = (sorted(self._pending)[offset:] or [0])[0]
        for update_id in [known for known in self._pending if known < offset]:
            del self._pending[update_id]
        self._changed.wait_for(lambda: self._pending or self.url, number(arguments, "timeout"))
        return [json.loads(body) for _, body in list(self._pending.values())[:limit]]


def _words(attempt: Attempt) -> str:
    if attempt.failure == "http_timeout":
        return "Read timeout expired"
    if attempt.failure == "connection_failed":
        return "Connection refused"
    return f"Wrong response from the webhook: {attempt.status}"
