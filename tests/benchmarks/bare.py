"""Part of the benchmarks: calls asked for by the library alone. python -m tests.benchmarks.bare PROVIDER COUNT THREADS"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from shiftbot.paging.base import Contact, Page, PagedTicket
from shiftbot.paging.twilio import PhoneCall


def main(provider: str, count: int, threads: int) -> None:
    """Waits for a line on standard input, then asks for `count` calls."""
    channel = PhoneCall("AC" + "0" * 32, "benchmark", "+15550100000", "https://bench.example.com", provider)
    ticket = PagedTicket(1, "The site is down", "Nobody can log in.", 0.9, "telegram", "Bench")
    ada = Contact(1, "Ada", "ada@example.com", "+15550100001")

    def ask(number: int) -> None:
        channel.send(Page(number, 1, "ring", "phone_call", ada, (ticket,), 30, "t" * 64), lambda: True)

    with ThreadPoolExecutor(threads) as pool:
        sys.stdout.write("up\n")
        sys.stdout.flush()
        sys.stdin.readline()
        first = id(channel) % 10**9 * 10**6  # no number twice among the processes
        list(pool.map(ask, range(first, first + count)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
