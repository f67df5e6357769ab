"""A server that speaks /v1/chat/completions over real HTTP and answers from a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shiftbot.triage.model import ModelEngine

Step = Callable[[BaseHTTPRequestHandler], None]

GOOD: dict[str, Any] = {
    "title": "Checkout fails",
    "summary": "Checkout fails for one customer since noon.",
    "severity": 0.55,
    "escalate": False,
    "reason": "One customer cannot pay.",
    "category": "payment",
    "reply": "Thank you, I have noted that the checkout fails for you.",
    "language": "en",
}


@dataclass
class ScriptedServer:
    """Answers each request with the next step, the last one again and again; keeps what was asked."""

    steps: list[Step] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answers(self, *steps: Step) -> None:
        self.steps = list(steps)

    def step(self) -> Step:
        return self.steps[min(len(self.requests), len(self.steps)) - 1]

    def hangs(self, handler: BaseHTTPRequestHandler) -> None:
        self.released.wait(30)

    def drips(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not self.released.wait(0.02):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return


def completes(content: str | None, finish: str = "stop", refusal: str | None = None) -> Step:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
    return sends(200, json.dumps(body))


def verdict(**changes: Any) -> Step:
    return completes(json.dumps(GOOD | changes))


def sends(status: int, body: str, kind: str = "application/json", **headers: str) -> Step:
    def step(handler: BaseHTTPRequestHandler) -> None:
        payload = body.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(payload)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(payload)

    return step


def fails(status: int, code: str = "", **headers: str) -> Step:
    error = {"error": {"message": "secret words of the customer", "type": "x", "code": code or None}}
    return sends(status, json.dumps(error), **headers)


def cuts_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "c1", "cho')
    handler.close_connection = True


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    script = ScriptedServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(asked | {"path": self.path})
            script.step()(self)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield script
    script.released.set()
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def model(server: ScriptedServer) -> Iterator[ModelEngine]:
    with ModelEngine("sk-test-key", server.url, "test-model", timeout_seconds=5.0) as engine:
        yield engine
