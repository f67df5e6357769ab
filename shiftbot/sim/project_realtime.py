"""Part of the Supabase simulator: Realtime's WebSocket protocol (vsn 1.0.0 and 2.0.0), broadcast on private channels."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from starlette.websockets import WebSocket, WebSocketDisconnect

Json = dict[str, Any]
Verify = Callable[[str], Json]  # claims of a token; raises ValueError
Allow = Callable[[Json, str], bool]
_PREFIX = "realtime:"
_UNAUTHORIZED = "Unauthorized: You do not have permissions to read from this Channel topic: {}"


@dataclass(eq=False)
class Socket:
    """One connection and the topics it has joined, each with the reference of its join and its claims."""

    wire: WebSocket
    is_array: bool
    topics: dict[str, tuple[str | None, Json]] = field(default_factory=dict)

    async def send(self, topic: str, event: str, payload: Any, ref: str | None, join_ref: str | None) -> None:
        """One frame, in the shape of its version; the client drops frames without a `ref`."""
        if self.is_array:
            await self.wire.send_text(json.dumps([join_ref, ref, topic, event, payload]))
        else:
            await self.wire.send_text(
                json.dumps(
                    {"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}
                )
            )


class Realtime:
    """All sockets. Its methods run on the server's event loop, `publish` and `drop_all` from any thread."""

    def __init__(self, verify: Verify, allow: Allow) -> None:
        self._verify = verify
        self._allow = allow
        self._sockets: set[Socket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_open = True  # False: whoever comes is sent away

    async def serve(self, wire: WebSocket) -> None:
        """One connection from its beginning to its end."""
        self._loop = asyncio.get_running_loop()
        if not self.is_open:
            await wire.close(1013)
            return
        await wire.accept()
        socket = Socket(wire, wire.query_params.get("vsn", "1.0.0").startswith("2"))
        self._sockets.add(socket)
        expiry = asyncio.create_task(self._expire(socket))
        try:
            while True:
                await self._answer(socket, json.loads(await wire.receive_text()))
        except (WebSocketDisconnect, RuntimeError, ValueError):
            return
        finally:
            expiry.cancel()
            self._sockets.discard(socket)

    def publish(self, topic: str, event: str, payload: Any, is_private: bool) -> None:
        """Tells everybody who joined; only private channels are simulated, so a public message is heard by nobody."""
        if is_private and self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._publish(topic, event, payload), self._loop)

    def drop_all(self) -> None:
        """Cuts every connection."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._drop_all(), self._loop)

    async def _publish(self, topic: str, event: str, payload: Any) -> None:
        message = {"type": "broadcast", "event": event, "payload": payload}
        for socket in [each for each in self._sockets if topic in each.topics]:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it is leaving
                await socket.send(_PREFIX + topic, "broadcast", message, None, socket.topics[topic][0])

    async def _drop_all(self) -> None:
        for socket in list(self._sockets):
            with contextlib.suppress(RuntimeError):
                await socket.wire.close(1011)

    async def _answer(self, socket: Socket, frame: Any) -> None:
        join_ref, ref, topic, event, payload = (
            frame
            if isinstance(frame, list)
            else [frame.get(k) for k in ("join_ref", "ref", "topic", "event", "payload")]
        )
        name = str(topic).removeprefix(_PREFIX)
        if event == "phx_join":
            await self._join(socket, name, payload or {}, ref, join_ref)
        elif event == "access_token" and name in socket.topics:
            problem = await self._problem(name, payload or {})
            if isinstance(problem, str):
                await self._close(socket, name, problem)
            else:
                socket.topics[name] = (socket.topics[name][0], problem)
        elif event in ("heartbeat", "phx_leave"):
            socket.topics.pop(name, None)
            await socket.send(topic, "phx_reply", {"status": "ok", "response": {}}, ref, join_ref)

    async def _join(
        self, socket: Socket, name: str, payload: Json, ref: str | None, join_ref: str | None
    ) -> None:
        is_private = bool((payload.get("config") or {}).get("private"))
        found = (
            await self._problem(name, payload)
            if is_private
            else "PublicOnly: this project allows private channels only"
        )
        if isinstance(found, str):
            reply: Json = {"status": "error", "response": {"reason": found}}
        else:
            socket.topics[name] = (join_ref, found)
            reply = {"status": "ok", "response": {"postgres_changes": []}}
        await socket.send(_PREFIX + name, "phx_reply", reply, ref, join_ref)

    async def _problem(self, name: str, payload: Json) -> str | Json:
        """Why not, or the claims by which the topic may be heard."""
        try:
            claims = self._verify(str(payload.get("access_token") or ""))
        except ValueError as error:
            return f"InvalidJWTToken: {error}"
        try:
            allowed = await asyncio.to_thread(self._allow, claims, name)
        except psycopg.Error:
            return "DatabaseLackOfConnections: the database could not be asked"
        return claims if allowed else _UNAUTHORIZED.format(name)

    async def _close(self, socket: Socket, name: str, why: str) -> None:
        join_ref, _ = socket.topics.pop(name)
        said = {"channel": name, "extension": "system", "message": why, "status": "error"}
        await socket.send(_PREFIX + name, "system", said, None, join_ref)
        await socket.send(_PREFIX + name, "phx_close", {}, None, join_ref)

    async def _expire(self, socket: Socket) -> None:
        while True:
            await asyncio.sleep(0.5)
            for name, (_, claims) in list(socket.topics.items()):
                if float(claims.get("exp", 0)) < time.time():
                    await self._close(socket, name, "InvalidJWTToken: Token has expired")
