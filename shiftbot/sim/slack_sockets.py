"""Part of the Slack simulator: Socket Mode, envelopes over WebSockets that each want an acknowledgement."""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import uuid
from typing import Any
from urllib.parse import parse_qsl

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from .outbox import Attempt

Json = dict[str, Any]
SCHEME = "socket:"
KINDS = ("events_api", "interactive", "slash_commands")


class Sockets:
    """Connections of one app. An envelope goes to one of them and, unacknowledged, is Slack's to send again."""

    def __init__(self, ack_seconds: float = 3.0) -> None:
        self.ack_seconds = ack_seconds
        self._changed = threading.Condition()
        self._tickets: set[str] = set()
        self._connections: list[ServerConnection] = []
        self._answers: dict[str, Json | None] = {}  # by envelope: None until it is acknowledged
        self._server: Server | None = None
        self.sent = 0

    def open(self) -> str:
        """What apps.connections.open gives: an address good for one connection."""
        with self._changed:
            if self._server is None:
                self._server = serve(self._serve, "127.0.0.1", 0)
                threading.Thread(target=self._server.serve_forever, name="sim-sockets", daemon=True).start()
            ticket = secrets.token_urlsafe(12)
            self._tickets.add(ticket)
            return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link/?ticket={ticket}"

    @property
    def count(self) -> int:
        """How many connections are open."""
        with self._changed:
            return len(self._connections)

    def deliver(self, kind: str, headers: dict[str, str], body: bytes) -> Attempt:
        """One envelope to one connection; accepted once it is acknowledged."""
        name = str(uuid.uuid4())
        envelope = {
            "envelope_id": name,
            "type": kind,
            "payload": _payload(kind, body),
            "accepts_response_payload": kind != "events_api",
            "retry_attempt": int(headers.get("X-Slack-Retry-Num", 0)),
            "retry_reason": headers.get("X-Slack-Retry-Reason", ""),
        }
        with self._changed:
            self.sent += 1
            if not self._connections:
                return Attempt(0, failure="connection_failed")
            wire = self._connections[self.sent % len(self._connections)]
            self._answers[name] = None
        try:
            wire.send(json.dumps(envelope))
        except ConnectionClosed:
            return Attempt(0, failure="connection_failed")
        return self._wait(name)

    def drop_all(self) -> None:
        """Cuts every connection, as Slack does now and then."""
        with self._changed:
            wires = list(self._connections)
        for wire in wires:
            wire.close()

    def stop(self) -> None:
        """Cuts every connection and listens no longer."""
        with self._changed:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
        self.drop_all()

    def _wait(self, envelope_id: str) -> Attempt:
        with self._changed:
            self._changed.wait_for(lambda: self._answers[envelope_id] is not None, self.ack_seconds)
            answer = self._answers.pop(envelope_id)
        if answer is None:
            return Attempt(0, failure="http_timeout")
        body = json.dumps(answer["payload"]).encode() if answer.get("payload") else b""
        return Attempt(200, body, headers={"content-type": "application/json"})

    def _serve(self, wire: ServerConnection) -> None:
        ticket = (wire.request.path if wire.request else "").rpartition("ticket=")[2]
        with self._changed:
            if ticket not in self._tickets:
                return
            self._tickets.discard(ticket)
            self._connections.append(wire)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0SHIFTSIM"}}
        try:
            wire.send(json.dumps(hello))
            with contextlib.suppress(ConnectionClosed):  # a listener that was killed says no goodbye
                for text in wire:
                    with contextlib.suppress(ValueError):
                        self._acknowledged(json.loads(text))
        finally:
            with self._changed:
                self._connections.remove(wire)

    def _acknowledged(self, answer: Json) -> None:
        with self._changed:
            if answer.get("envelope_id") in self._answers:
                self._answers[answer["envelope_id"]] = answer
                self._changed.notify_all()


def _payload(kind: str, body: bytes) -> Json:
    if kind == "events_api":
        payload: Json = json.loads(body)
        return payload
    form = dict(parse_qsl(body.decode()))
    return json.loads(form["payload"]) if kind == "interactive" else form
