"""A simulator of a program that subscribed to the journal: keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

from .faults import Fault
from .server import SimServer

_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True)
class Delivery:
    """One request that was answered with success: its body as it came, and the three headers."""

    body: bytes
    headers: dict[str, str]

    @property
    def id(self) -> str:
        """webhook-id."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class SubscriberSim(SimServer):
    """A simulated subscriber at /hooks. `status` is what it answers, with `location` where that is set."""

    def __init__(self, port: int = 0) -> None:
        self.status = 204
        self.location = ""
        self._deliveries: list[Delivery] = []
        super().__init__(port)

    @property
    def hooks_url(self) -> str:
        """What to subscribe with."""
        return f"{self.url}/hooks"

    @property
    def deliveries(self) -> list[Delivery]:
        """What was taken, in the order of arrival."""
        with self.changed:
            return list(self._deliveries)

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/hooks", "hooks", lambda: self.perform("hooks", self._take), methods=["POST"])

    def _take(self) -> Response:
        if not 200 <= self.status < 300:
            return Response("no", self.status, {"Location": self.location} if self.location else {})
        headers = {name: request.headers.get(name, "") for name in _HEADERS}
        with self.changed:
            self._deliveries.append(Delivery(request.get_data(), headers))
            self.changed.notify_all()
        return Response(status=self.status)

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            return Response("slow down", 429, {"Retry-After": str(round(fault.seconds))})
        return Response("broken", 500)
