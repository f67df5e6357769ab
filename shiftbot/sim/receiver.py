"""A simulator of who receives our webhooks: checks signatures and answers as PagerDuty's Events API v2 does.

Point PAGING_WEBHOOK_URL at sim.events_url.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask, Response, jsonify, request

from .faults import Fault, SimError
from .server import SimServer

Json = dict[str, Any]

SECRET = "whsec-simulated-secret-for-local-use-only"
_SEVERITIES = ("critical", "error", "warning", "info")
_STATES = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
_MAX_AGE_SECONDS = 300


@dataclass(frozen=True)
class Event:
    """One event that was taken."""

    number: int
    delivery: str
    action: str
    dedup_key: str
    body: Json


class WebhookReceiver(SimServer):
    """A simulated receiver. With a `secret` it takes nothing unsigned; an event that comes again is answered and not kept.

    With a `routing_key` it takes nothing without it.
    """

    def __init__(
        self,
        port: int = 0,
        secret: str = SECRET,
        routing_key: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.secret = secret
        self.routing_key = routing_key
        self._now = now
        self._events: list[Event] = []
        self._seen: set[str] = set()
        self._repeated: list[str] = []
        self._read = 0
        super().__init__(port)

    @property
    def events_url(self) -> str:
        """PAGING_WEBHOOK_URL."""
        return f"{self.url}/v2/enqueue"

    @property
    def repeated(self) -> list[str]:
        """The deliveries that came again, once for each time."""
        with self.changed:
            return list(self._repeated)

    def events(self, dedup_key: str = "", after: int = 0, wait: float = 0) -> list[Event]:
        """What was taken for one alert or for all, oldest first; waits up to `wait` seconds for the first."""

        def look() -> list[Event]:
            new = (event for event in self._events if event.number > after)
            return [event for event in new if dedup_key in ("", event.dedup_key)]

        return self._waited(look, wait)

    def alerts(self) -> dict[str, str]:
        """How each alert stands: triggered, acknowledged or resolved."""
        with self.changed:
            return {event.dedup_key: _STATES[event.action] for event in self._events}

    def expects(self, action: str, timeout: float = 10.0) -> Event:
        """The next event that was not expected yet, which must be of that action. Raises SimError."""
        found = self.events(after=self._read, wait=timeout)
        if not found:
            raise SimError(f"no event came within {timeout} s, {action} was expected")
        self._read = found[0].number
        if found[0].action != action:
            raise SimError(f"{found[0].action} came where {action} was expected")
        return found[0]

    def clear(self) -> None:
        """Forgets every event."""
        with self.changed:
            self._events.clear()
            self._seen.clear()
            self._repeated.clear()
            self._read = 0

    # The simulated API.

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/v2/enqueue", "enqueue", self._enqueue, methods=["POST"])
        app.add_url_rule("/sim/events", "events", self._control_events, methods=["GET", "DELETE"])
        app.add_url_rule("/sim/alerts", "alerts", lambda: jsonify(self.alerts()))

    def _enqueue(self) -> Response:
        if self.secret and not self._is_signed(request.headers.get("X-Shiftbot-Signature", "")):
            return _answer(403, "forbidden", "The signature does not fit")
        body: Any = request.get_json(force=True, silent=True)
        if problems := self._problems(body):
            return _answer(400, "invalid event", "Event object is invalid", errors=problems)
        delivery = request.headers.get("X-Shiftbot-Delivery", "")
        return self.perform(body["event_action"], lambda: self._take(delivery, body))

    def _is_signed(self, header: str) -> bool:
        found = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", header)
        if found is None or abs(self._now() - int(found[1])) > _MAX_AGE_SECONDS:
            return False
        signed = found[1].encode() + b"." + request.get_data()
        return hmac.compare_digest(hmac.digest(self.secret.encode(), signed, hashlib.sha256).hex(), found[2])

    def _problems(self, body: Any) -> list[str]:
        if not isinstance(body, dict):
            return ["the event is not a JSON object"]
        problems = []
        if body.get("event_action") not in _STATES:
            problems.append("'event_action' must be one of: trigger, acknowledge, resolve")
        if not isinstance(body.get("dedup_key"), str) or not 0 < len(body["dedup_key"]) <= 255:
            problems.append("'dedup_key' is missing or too long")
        if self.routing_key and body.get("routing_key") != self.routing_key:
            problems.append("'routing_key' is unknown")
        payload = body.get("payload")
        if body.get("event_action") == "trigger" or payload is not None:
            problems += _payload_problems(payload)
        return problems

    def _take(self, delivery: str, body: Json) -> Response:
        with self.changed:
            if delivery and delivery in self._seen:
                self._repeated.append(delivery)
            else:
                self._seen.add(delivery)
                number = len(self._events) + 1
                self._events.append(Event(number, delivery, body["event_action"], body["dedup_key"], body))
            self.changed.notify_all()
        return _answer(202, "success", "Event processed", dedup_key=body["dedup_key"])

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            answer = _answer(429, "throttle exceeded", "Requests for this service are arriving too quickly.")
            answer.headers["Retry-After"] = str(max(1, round(fault.seconds)))
            return answer
        return _answer(500, "error", "Internal Server Error")

    # Control over HTTP.

    def _control_events(self) -> Response:
        if request.method == "DELETE":
            self.clear()
        try:
            after, wait = int(request.args.get("after") or 0), float(request.args.get("wait") or 0)
        except ValueError:
            raise SimError("give after and wait as numbers") from None
        return jsonify([asdict(e) for e in self.events(request.args.get("dedup_key", ""), after, wait)])


def _payload_problems(payload: Any) -> list[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing"]
    problems = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source")
        if not (isinstance(payload.get(name), str) and payload[name].strip())
    ]
    if payload.get("severity") not in _SEVERITIES:
        problems.append(f"'payload.severity' must be one of: {', '.join(_SEVERITIES)}")
    if isinstance(payload.get("summary"), str) and len(payload["summary"]) > 1024:
        problems.append("'payload.summary' is longer than 1024 characters")
    return problems


def _answer(code: int, status: str, message: str, **fields: Any) -> Response:
    answer = jsonify(status=status, message=message, **fields)
    answer.status_code = code
    return answer
