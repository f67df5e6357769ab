"""Part of the benchmarks: customers who write to Telegram groups at a steady rate, whatever becomes of the product meanwhile.

python -m tests.benchmarks.customers WEBHOOKS-URL RATE COUNT FIRST. Every message is a report of its own, numbered from FIRST.
Prints, as JSON, the moment (seconds since 1970) at which each was said, and by how much the schedule was missed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

SECRET = "the-secret-of-the-benchmark"
GROUPS = [
    -1_001_000_001_000 - n for n in range(1000)
]  # enough of them that Telegram's 20 a minute and group hold nobody up
TRIES = 20
MOST_CONNECTIONS = 40  # as many as Telegram opens


class Customers:
    """An open loop: a slow product does not make customers slower."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turns = asyncio.Semaphore(MOST_CONNECTIONS)
        self.said: dict[int, float] = {}
        self.late = 0.0

    async def write(self, rate: float, count: int, first: int) -> None:
        """Says `count` messages, `rate` a second."""
        begun = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                wait = begun + number / rate - time.monotonic()
                self.late = max(self.late, -wait)
                await asyncio.sleep(max(0.0, wait))
                tasks.create_task(self._say(first + number))

    async def _say(self, number: int) -> None:
        self.said[number] = time.time()
        async with self._turns:
            for _ in range(TRIES):  # Telegram sends it again, and so does this
                if await self._post(update(number)):
                    return
                await asyncio.sleep(0.2)
        raise RuntimeError(f"the webhooks do not take message {number}")

    async def _post(self, body: bytes) -> bool:
        reader, writer = (
            self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        )
        writer.write(
            b"POST /webhooks/telegram HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
            b"X-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n"
            % (self._host.encode(), SECRET.encode(), len(body))
            + body
        )
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
        except (asyncio.IncompleteReadError, ConnectionError):
            return False  # a kept connection that the server has closed meanwhile
        if b"connection: close" in head:
            writer.close()
        else:
            self._free.append((reader, writer))
        return head.split(b" ", 2)[1] == b"200"


def update(number: int) -> bytes:
    """What Telegram sends where somebody new writes in a group."""
    group = GROUPS[number % len(GROUPS)]
    sender = {"id": 100_000 + number, "is_bot": False, "first_name": "Customer"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": group, "type": "supergroup", "title": "Bench"},
        "from": sender,
        "text": f"How do I export my data as CSV? ({number})",
    }
    return json.dumps({"update_id": number, "message": message}).encode()


async def main(url: str, rate: float, count: int, first: int) -> None:
    """Writes, and says when."""
    customers = Customers(url)
    await customers.write(rate, count, first)
    sys.stdout.write(json.dumps({"said": customers.said, "late": customers.late}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
