"""A small server that stands for our webhooks: records what arrives and answers as a test tells it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from shiftbot.sim.gateway import Gateway, cut_connection


@dataclass
class Arrival:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def accept(arrival: Arrival) -> tuple[int, bytes]:
    return 200, b""


@dataclass
class Receiver:
    answer: Callable[[Arrival], tuple[int, bytes] | None] = accept  # None cuts the connection
    arrivals: list[Arrival] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # of every answer
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Receiver:
        app = Flask(__name__)
        app.add_url_rule("/<path:path>", "hook", self._hook, methods=["POST"])
        self.gateway = Gateway(app, 0)
        self.url = f"http://127.0.0.1:{self.gateway.server_port}"
        return self

    def __exit__(self, *args: object) -> None:
        self.gateway.stop()

    def _hook(self, path: str) -> Response:
        arrival = Arrival("/" + path, dict(request.headers), request.get_data())
        answer = self.answer(arrival)
        with self.changed:
            self.arrivals.append(arrival)
            self.changed.notify_all()
        if answer is None:
            cut_connection()
            return Response()
        return Response(answer[1], answer[0], self.headers, content_type="application/json")

    def wait_for(self, count: int, timeout: float = 10) -> list[Arrival]:
        """The arrivals, once there are `count` of them."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.arrivals) >= count, timeout)
            return list(self.arrivals)
