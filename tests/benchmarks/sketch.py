"""Part of the benchmarks: the plain way from a message to its reply, for scale: a route, a queue, a thread for each message.

It keeps no journal, no law and no limit, judges nothing by itself, and loses or doubles replies where something dies.
python -m tests.benchmarks.sketch serve DSN PORT PROCESSES STATEMENT, one of STATEMENTS; or answer DSN PROVIDER.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
from flask import Flask, request
from gunicorn.app.base import BaseApplication
from openai import OpenAI
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

Pool = ConnectionPool[psycopg.Connection[Any]]
THREADS = int(
    os.environ.get("WEBHOOKS_THREADS", "8")
)  # of each process of the route, as the product has them
IN_HAND = 20  # messages, of each process
PROMPT = "Triage this report. Answer as JSON: title, summary, severity, escalate, reason, category, reply, language."
TABLE = (
    "create table public.sketch (id bigint generated always as identity primary key, chat bigint not null,"
    " number bigint not null, body text not null, answer text)"
)
STATEMENTS = {
    "queue": """
with written as (insert into public.sketch (chat, number, body) values (%(chat)s, %(number)s, %(body)s) returning id),
sent as (select pgmq.send('sketch', jsonb_build_object('id', id)) from written)
select pg_notify('sketch', '') from sent""",
    "ingest": """
select outcome, ticket_id from private.ingest_message(
  'telegram'::public.platform, %(chat)s::text, 'message', 'telegram:' || %(chat)s::text || '/' || %(number)s::text,
  'msg:' || %(number)s::text, 'telegram:' || %(author)s::text, %(body)s, %(payload)s, null, null, true, false, false, null)""",
}


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads, as `webhooks/server.py` has it."""

    def __init__(self, port: int, processes: int, load: Callable[[], Flask]) -> None:
        self._load = load
        self._options = {
            "bind": f"127.0.0.1:{port}",
            "workers": processes,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 75,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """No files, no command line."""
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """Runs in the worker process, after the fork."""
        return self._load()


def app(dsn: str, statement: str) -> Flask:
    """One route, one statement."""
    routes = Flask("sketch")
    pool = _pool(dsn, THREADS)

    @routes.post("/webhooks/telegram")
    def telegram() -> str:
        message = request.get_json(force=True)["message"]
        arguments = {
            "chat": message["chat"]["id"],
            "number": message["message_id"],
            "author": message["from"]["id"],
            "body": message["text"],
            "payload": Jsonb({"author_name": message["from"]["first_name"]}),
        }
        with pool.connection() as conn:
            conn.execute(STATEMENTS[statement].encode(), arguments)
        return ""

    routes.get("/readyz")(lambda: "")
    return routes


class Answers:
    """What a worker does with one message."""

    def __init__(self, dsn: str, provider: str) -> None:
        self._pool = _pool(dsn, IN_HAND)
        self._model = OpenAI(api_key="benchmark", base_url=f"{provider}/v1", max_retries=0)
        self._telegram = httpx.Client(base_url=f"{provider}/bot7000001:benchmark", timeout=20)

    def give(self, queued: int, message: int) -> None:
        """Asks the model, notes the answer, posts it, archives."""
        query = "select chat, number, body from public.sketch where id = %s"
        ((chat, number, body),) = self._rows(query, message)
        asked = self._model.chat.completions.create(
            model="bench",
            messages=[{"role": "system", "content": PROMPT}, {"role": "user", "content": body}],
            response_format={"type": "json_object"},
        )
        answer = json.loads(asked.choices[0].message.content or "")["reply"]
        self._rows("update public.sketch set answer = %s where id = %s returning id", answer, message)
        post = {"chat_id": chat, "text": answer, "reply_parameters": json.dumps({"message_id": number})}
        self._telegram.post("/sendMessage", data=post).raise_for_status()
        self._rows("select pgmq.archive('sketch', %s::bigint)", queued)

    def _rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        with self._pool.connection() as conn:
            return conn.execute(query.encode(), arguments).fetchall()


def answer(dsn: str, provider: str) -> None:
    """Reads many, hands each to a thread, waits to be notified; until it is killed."""
    answers = Answers(dsn, provider)
    with psycopg.connect(dsn, autocommit=True) as conn, ThreadPoolExecutor(IN_HAND) as threads:
        conn.execute("listen sketch")
        while True:
            query = "select msg_id, (message ->> 'id')::bigint from pgmq.read('sketch', 60, 100)"
            waiting = conn.execute(query).fetchall()
            for queued, message in waiting:
                threads.submit(answers.give, queued, message).add_done_callback(_loudly)
            if not waiting:
                list(conn.notifies(timeout=1, stop_after=1))


def _loudly(done: Future[None]) -> None:
    done.result()  # what it raises is logged


def _pool(dsn: str, size: int) -> Pool:
    return ConnectionPool(dsn, min_size=size, kwargs={"autocommit": True, "prepare_threshold": 0}, open=True)


def main(what: str, dsn: str, *given: str) -> None:
    """One of its two programs."""
    if what == "answer":
        answer(dsn, given[0])
    else:
        Server(int(given[0]), int(given[1]), lambda: app(dsn, given[2])).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
