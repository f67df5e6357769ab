"""Part of the benchmarks: Twilio, Telegram and a model that take everything at once, and note when.

python -m tests.benchmarks.provider. It answers each as the real one does and reaches nobody: what is measured is our side of
the request. In one thread, as the simulators' own work would share the cores with what is measured.
GET /times gives the moment (seconds since 1970) at which each call was asked for, by attempt id.
GET /replies gives that of each message posted, by the number of the message it answers.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Callable

ATTEMPT = re.compile(rb"attempt%3D(\d+)")
ANSWERED = re.compile(rb"%22message_id%22%3A\+?(\d+)")
CHAT = re.compile(rb"chat_id=(-?\d+)")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
BOT = {"id": 7000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
VERDICT = {
    "title": "The export fails",
    "summary": "The customer asks how the export works.",
    "severity": 0.2,
    "escalate": False,
    "reason": "a question",
    "category": "question",
    "reply": "Please open the settings and press Export.",
    "language": "en",
}
times: dict[int, float] = {}
replies: dict[int, list[float]] = {}
numbers = itertools.count(10**8)


class Connection(asyncio.Protocol):
    """One connection, kept open as the providers' are."""

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
        status, answer = _answer(head.split(b" ", 2)[1], rest[:size])
        assert self._transport is not None
        self._transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % (status, len(answer))
            + answer
        )


def _answer(path: bytes, body: bytes) -> tuple[bytes, bytes]:
    for ending, answer in _ROUTES.items():
        if path.endswith(ending):
            return answer(body)
    raise ValueError(f"nobody answers {path.decode()}")


def _call(body: bytes) -> tuple[bytes, bytes]:
    if found := ATTEMPT.search(body):
        times.setdefault(int(found[1]), time.time())
    return b"201 CREATED", b'{"sid": "CA%032x", "status": "queued"}' % len(times)


def _post(body: bytes) -> tuple[bytes, bytes]:
    chat, answered = CHAT.search(body), ANSWERED.search(body)
    assert chat is not None
    if answered is not None:  # an engineer's own words may answer none
        replies.setdefault(int(answered[1]), []).append(time.time())
    return b"200 OK", (
        b'{"ok": true, "result": {"message_id": %d, "date": %d, "text": "Please",'
        b' "chat": {"id": %s, "type": "supergroup", "title": "Bench"}}}'
        % (next(numbers), time.time(), chat[1])
    )


def _complete(_: bytes) -> tuple[bytes, bytes]:
    message = {"role": "assistant", "content": json.dumps(VERDICT), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460}
    completion = {"id": "bench", "object": "chat.completion", "created": 1, "model": "bench"}
    return b"200 OK", json.dumps(completion | {"choices": [choice], "usage": usage}).encode()


_ROUTES: dict[bytes, Callable[[bytes], tuple[bytes, bytes]]] = {
    b"/Calls.json": _call,
    b"/getMe": lambda _: (b"200 OK", json.dumps({"ok": True, "result": BOT}).encode()),
    b"/sendMessage": _post,
    b"/chat/completions": _complete,
    b"/times": lambda _: (b"200 OK", json.dumps(times).encode()),
    b"/replies": lambda _: (b"200 OK", json.dumps(replies).encode()),
}


async def main() -> None:
    """Serves on a free port, which is printed, until it is killed."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
