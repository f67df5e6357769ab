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


class Provider:
    """Counts calls; each connection is kept open, as Twilio's are."""

    def __init__(self) -> None:
        self.times: dict[int, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                answer = self._answer(head, body)
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % (b"201 CREATED" if body else b"200 OK", len(answer))
                    + answer
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if not body:
            return json.dumps(self.times).encode()
        if found := ATTEMPT.search(body):
            self.times.setdefault(int(found[1]), time.time())
        sid = f"CA{len(self.times):032x}"
        return b'{"sid": "%s", "status": "queued"}' % sid.encode()


async def main() -> None:
    """Serves on a free port, which is printed, until it is killed."""
    server = await asyncio.start_server(Provider().serve, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
