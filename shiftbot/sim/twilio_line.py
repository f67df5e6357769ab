"""Part of the Twilio simulator: its requests to our webhooks, form-encoded and signed as Twilio signs them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from .faults import Faults
from .outbox import Attempt, Job, Outbox
from .twilio_world import VERSION, Json

# A callback meets these, a call of the API never does.
CALLBACK_FAULTS = (
    "callbacks_out_of_order",  # all callbacks of a call arrive after its end, the last one first
    "callbacks_twice",  # each arrives twice
)
CALLBACK = "callback"
_PATIENCE = 15.0  # seconds that Twilio waits for an answer


class Line:
    """Posts in the background; what belongs to one call or text arrives in the order it was sent."""

    def __init__(self, account: str, token: str, faults: Faults, changed: threading.Condition) -> None:
        self._account = account
        self._validator = RequestValidator(token)
        self._faults = faults
        self._changed = changed
        self._outbox = Outbox(_PATIENCE)
        self._held: dict[str, list[tuple[str, dict[str, str]]]] = {}
        self.deliveries: list[Json] = []  # every request to our webhooks and its answer's status

    def post(self, lane: str, url: str, fields: Mapping[str, str]) -> None:
        """Sends, and does not wait."""
        self._put(lane, url, self._complete(fields), threading.Event(), [])

    def ask(self, lane: str, url: str, fields: Mapping[str, str]) -> Attempt:
        """Sends after what is on its way in the lane, and waits for the answer."""
        answered, answers = threading.Event(), list[Attempt]()
        self._put(lane, url, self._complete(fields), answered, answers)
        answered.wait(_PATIENCE + 5)
        return answers[0] if answers else Attempt(0, failure="http_timeout")

    def call_back(self, lane: str, url: str, fields: Mapping[str, str]) -> None:
        """Sends a status callback, or holds it back, or sends it twice, as the faults say."""
        fault = self._faults.take(CALLBACK)
        if fault is not None and fault.kind == "callbacks_out_of_order":
            self._held.setdefault(lane, []).append((url, dict(fields)))
            return
        for _ in range(2 if fault is not None else 1):
            self.post(lane, url, fields)

    def release(self, lane: str) -> None:
        """Sends what was held back, the newest first."""
        for url, fields in reversed(self._held.pop(lane, [])):
            self.post(lane, url, fields)

    def settled(self, timeout: float) -> bool:
        """Waits until nothing is on its way; returns whether that came true."""
        return self._outbox.settled(timeout)

    def stop(self) -> None:
        """Forgets what is on its way."""
        self._outbox.stop()

    def _complete(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {"AccountSid": self._account, "ApiVersion": VERSION, **fields}

    def _put(
        self, lane: str, url: str, fields: dict[str, str], answered: threading.Event, answers: list[Attempt]
    ) -> None:
        url, _, overrides = url.partition("#")  # neither sent nor signed: how often Twilio is to try
        retries = _retries(overrides)
        body = urlencode(fields).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": self._validator.compute_signature(url, fields),
        }

        def done(attempt: Attempt) -> None:
            with self._changed:
                self.deliveries.append({"url": url, "fields": fields, "status": attempt.status})
                self._changed.notify_all()
            if attempt.accepted or job.attempts > retries:
                answers.append(attempt)
                answered.set()

        def build(attempts: int, failure: str) -> tuple[dict[str, str], bytes]:
            return headers, body

        job = Job(lane, url, build, done, lambda attempts: 0.1 if attempts <= retries else None)
        self._outbox.put(job)


def _retries(overrides: str) -> int:
    """What `#rc=3&rp=all` asks for; without it Twilio gives up what was answered with an error."""
    asked = dict(parse_qsl(overrides))
    return int(asked.get("rc", "1")) if asked.get("rp") == "all" else 0
