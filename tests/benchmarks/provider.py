"""Part of the benchmarks: a phone company that takes every call at once, and notes when. python -m tests.benchmarks.provider

It answers Twilio's POST …/Calls.json as Twilio does and rings nobody: what is measured is our side of the request.
GET /times gives the moment (seconds since 1970) at which each call was asked for, by attempt id.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

ATTEMPT = re.compile(rb"attempt%3D(\d+)")


LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
times: dict[int, float] = {}


class Connection(asyncio.Protocol):
    """One connection, kept open as Twilio's are."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or len(rest) < (size := int(length[1]) if length else 0):
            return
        self._received = rest[size:]
        answer = _answer(rest[:size])
        assert self._transport is not None
        self._transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % (b"201 CREATED" if size else b"200 OK", len(answer))
            + answer
        )


def _answer(body: bytes) -> bytes:
    if not body:
        return json.dumps(times).encode()
    if found := ATTEMPT.search(body):
        times.setdefault(int(found[1]), time.time())
    return b'{"sid": "CA%032x", "status": "queued"}' % len(times)


async def main() -> None:
    """Serves on a free port, which is printed, until it is killed."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
