"""Part of the benchmarks: one queue's worker with a job that notes when it began and does nothing, and who puts jobs there.

python -m tests.benchmarks.contenders NAME DSN COUNT. Says `up`, and after COUNT jobs prints, as JSON, when each began
(seconds since 1970), by its number, and what CPU time it took.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import procrastinate
import psycopg
import uvloop
from pgqueuer import AsyncpgDriver, PgQueuer, Queries

from shiftbot.db import open_pool
from shiftbot.queue import Message, QueueName
from workers.archiving import Done
from workers.loop import ROLE, Loop

AT_ONCE = 100  # jobs in hand; of each of the three
Put = Callable[[int], Awaitable[object]]
begun: dict[int, float] = {}


class Nothing:
    """A handler that notes when it was called."""

    queue: QueueName = "deliveries"

    def __init__(self, is_over: Callable[[], None], count: int) -> None:
        self._is_over = is_over
        self._count = count

    def prepare(self, messages: Sequence[Message]) -> None:
        """There is nothing to prepare."""

    def handle(self, message: Message) -> Done:
        """Nothing."""
        begun[message.body["number"]] = time.time()
        if len(begun) == self._count:
            self._is_over()
        return Done("nothing")


def work_ours(dsn: str, count: int) -> None:
    """As `shiftbot worker` does."""
    stop = threading.Event()
    with open_pool(dsn, ROLE, 4, "bench") as pool:
        loop = Loop(dsn, pool, Nothing(stop.set, count), AT_ONCE, 60, stop)
        _say_up()
        loop.start()
        loop.join()


async def work_pgqueuer(dsn: str, count: int) -> None:
    """As `pgq run` does, with the batch its documentation names for throughput."""
    queuer = PgQueuer(AsyncpgDriver(await asyncpg.connect(dsn)))

    @queuer.entrypoint("nothing")
    async def nothing(job: Any) -> None:
        begun[int(job.payload)] = time.time()
        if len(begun) == count:
            queuer.shutdown.set()

    _say_up()
    await queuer.run(batch_size=AT_ONCE)


async def work_procrastinate(dsn: str, count: int) -> None:
    """As `procrastinate worker --concurrency` does."""
    app = _app(dsn, AT_ONCE // 4)
    worker: asyncio.Task[None]

    @app.task(name="nothing")
    async def nothing(number: int) -> None:
        begun[number] = time.time()
        if len(begun) == count:
            worker.cancel()

    async with app.open_async():
        _say_up()
        worker = asyncio.create_task(app.run_worker_async(concurrency=AT_ONCE, install_signal_handlers=False))
        with contextlib.suppress(asyncio.CancelledError):
            await worker


def _app(dsn: str, connections: int) -> procrastinate.App:
    return procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=connections, max_size=connections)
    )


@contextlib.asynccontextmanager
async def putting_ours(dsn: str) -> AsyncIterator[Put]:
    """As a trigger does it, in a transaction of its own."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
        yield lambda number: conn.execute(
            "select private.enqueue('deliveries', jsonb_build_object('number', %s::integer))", (number,)
        )


@contextlib.asynccontextmanager
async def putting_pgqueuer(dsn: str) -> AsyncIterator[Put]:
    """As its documentation does it."""
    conn = await asyncpg.connect(dsn)
    queries = Queries(AsyncpgDriver(conn))
    yield lambda number: queries.enqueue("nothing", str(number).encode())
    await conn.close()


@contextlib.asynccontextmanager
async def putting_procrastinate(dsn: str) -> AsyncIterator[Put]:
    """As its documentation does it."""
    app = _app(dsn, 1)
    async with app.open_async():
        yield lambda number: app.configure_task("nothing").defer_async(number=number)


async def install(dsn: str) -> None:
    """The tables of the two others."""
    conn = await asyncpg.connect(dsn)
    await Queries(AsyncpgDriver(conn)).install()
    await conn.close()
    app = _app(dsn, 1)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


PUTTING = {"ours": putting_ours, "pgqueuer": putting_pgqueuer, "procrastinate": putting_procrastinate}


def _say_up() -> None:
    sys.stdout.write("up\n")
    sys.stdout.flush()


def main(name: str, dsn: str, count: int) -> None:
    """Works."""
    logging.basicConfig(level=logging.WARNING)
    if name == "ours":
        work_ours(dsn, count)
    else:
        uvloop.run({"pgqueuer": work_pgqueuer, "procrastinate": work_procrastinate}[name](dsn, count))
    sys.stdout.write(json.dumps({"begun": begun, "cpu": time.process_time()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
