"""A small HTTP server that gives the answers a test has prepared and keeps what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Answer:
    """One answer; `cut` closes the connection instead, `hang` keeps the caller waiting."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"} | named)


def page(status: int) -> Answer:
    """An answer of a gateway before the API."""
    html = f"<html><head><title>{status}</title></head><body>nginx</body></html>"
    return Answer(status, html.encode(), {"Content-Type": "text/html"})


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON body."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The form-encoded body."""
        return {
            key: values[0] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()
        }


class Server:
    """What the server was asked, and what it will answer; the last answer is repeated."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self._answers: list[Answer] = []
        self._lock = threading.Lock()
        self.url = ""

    def answers(self, *answers: Answer) -> None:
        """Prepares the answers to come."""
        self._answers = list(answers)

    def take(self, asked: Asked) -> Answer:
        """Keeps the request and gives the next answer."""
        with self._lock:
            self.asked.append(asked)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = server.take(Asked(self.path, dict(self.headers.items()), body))
            if given.hang:
                server.released.wait(30)
            if given.cut or given.hang:
                self.close_connection = True
                return
            self.send_response(given.status)
            for key, value in given.headers.items():
                self.send_header(key, value)
            if "Content-Length" not in given.headers:
                self.send_header("Content-Length", str(len(given.body)))
            else:
                self.close_connection = True
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test output quiet."""

    return Handler


class _Listening(ThreadingHTTPServer):
    request_queue_size = 128  # with the default of 5 a burst of connections is made to wait
    daemon_threads = False


@contextmanager
def serving() -> Iterator[Server]:
    """The server for as long as the block runs."""
    server = Server()
    listening = _Listening(("127.0.0.1", 0), _handler(server))
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield server
    finally:
        server.released.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
