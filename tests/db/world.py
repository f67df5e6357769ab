"""A database with people and reports in it, and the words the tests of the law are written in."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.postgres import Database

Connection = psycopg.Connection[Any]

STATUSES = ("open", "auto_answered", "awaiting_feedback", "escalation_pending", "escalated", "closed")
# The shortest legal way from open to each status.
WAYS: dict[str, tuple[str, ...]] = {
    "open": (),
    "auto_answered": ("triaged_answer",),
    "awaiting_feedback": ("triaged_answer", "reply_delivered"),
    "escalation_pending": ("triaged_escalate",),
    "escalated": ("triaged_escalate", "acknowledged"),
    "closed": ("closed",),
}
GROUP = "-1001"
CUSTOMER = "telegram:7"


@dataclass(frozen=True)
class Ingested:
    """What private.ingest_message answered."""

    outcome: str
    ticket_id: int | None
    seq: int | None


@dataclass
class Refusal:
    """Filled once the refused statement has been."""

    sqlstate: str = ""
    constraint: str = ""
    message: str = ""
    hint: str = ""


@contextlib.contextmanager
def refused(rule: str) -> Iterator[Refusal]:
    """The block must be refused by the rule: a constraint's name, or a SQLSTATE where no constraint speaks."""
    refusal = Refusal()
    with pytest.raises(psycopg.Error) as caught:
        yield refusal
    said = caught.value.diag
    refusal.sqlstate = caught.value.sqlstate or ""
    refusal.constraint = said.constraint_name or ""
    refusal.message = said.message_primary or ""
    refusal.hint = said.message_hint or ""

    assert rule in (refusal.constraint, refusal.sqlstate), caught.value


class World:
    """The law under test, as postgres unless said otherwise."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.conn = database.connect()
        self._numbers = itertools.count(1)

    @cached_property
    def superuser(self) -> Connection:
        """The one who can tamper."""
        return self.database.connect("supabase_admin")

    @cached_property
    def webhook(self) -> Connection:
        """The role webhooks act as."""
        return self.database.connect("shiftbot_ingest")

    @cached_property
    def worker(self) -> Connection:
        """The role workers act as."""
        return self.database.connect("shiftbot_worker")

    def do(self, query: str, *args: Any, conn: Connection | None = None) -> int:
        """Runs a statement and returns how many rows it touched."""
        return (conn or self.conn).execute(query, args or None).rowcount

    def rows(self, query: str, *args: Any, conn: Connection | None = None) -> list[tuple[Any, ...]]:
        return (conn or self.conn).execute(query, args or None).fetchall()

    def row(self, query: str, *args: Any, conn: Connection | None = None) -> tuple[Any, ...]:
        found = self.rows(query, *args, conn=conn)
        assert len(found) == 1, found
        return found[0]

    def value(self, query: str, *args: Any, conn: Connection | None = None) -> Any:
        return self.row(query, *args, conn=conn)[0]

    def source(self, external_id: str = GROUP, platform: str = "telegram", **settings: Any) -> int:
        number: int = self.value(
            "insert into public.sources (platform, external_id, name, settings) values (%s, %s, %s, %s) returning id",
            *(platform, external_id, f"source {external_id}", Jsonb(settings)),
        )
        return number

    def engineer(self, name: str = "Ana", **columns: Any) -> int:
        number: int = self.value(
            "insert into public.engineers (name, email, user_id, is_active, is_admin)"
            " values (%s, %s, %s, %s, %s) returning id",
            *(name, f"{name.lower()}@example.com", columns.get("user_id")),
            *(columns.get("is_active", True), columns.get("is_admin", False)),
        )
        return number

    def signed_in(self, name: str = "Ana", user_id: str | None = None) -> Connection:
        """A connection as that person, who may or may not be an engineer."""
        claims = {"role": "authenticated", "email": f"{name.lower()}@example.com"}
        return self.database.connect("authenticated", claims | ({"sub": user_id} if user_id else {}))

    def ticket(self, status: str = "open", source_id: int | None = None) -> int:
        """A ticket brought to a status by appending, without anything a customer said."""
        number = next(self._numbers)
        if source_id is None:
            found = self.rows("select id from public.sources where external_id = %s", GROUP)
            source_id = found[0][0] if found else self.source()
        ticket_id: int = self.value(
            "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by)"
            " values ('telegram', %s, %s, %s, %s) returning id",
            *(source_id, GROUP, f"made:{number}", CUSTOMER),
        )
        for event in WAYS[status]:
            self.append(ticket_id, event)
        return ticket_id

    def append(
        self,
        ticket_id: int,
        event: str,
        body: str | None = None,
        conn: Connection | None = None,
        **payload: Any,
    ) -> tuple[int, str, str]:
        """Appends an action; its seq, the status it led to and who did it."""
        seq, status, actor = self.row(
            "insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, %s, %s, %s)"
            " returning seq, status_after::text, actor",
            *(ticket_id, event, body, Jsonb(payload)),
            conn=conn,
        )
        return seq, status, actor

    def status(self, ticket_id: int) -> str:
        found: str = self.value("select status::text from public.tickets where id = %s", ticket_id)
        return found

    def journal(self, ticket_id: int) -> list[str]:
        """The events of a ticket in order."""
        return [
            event
            for (event,) in self.rows(
                "select event from public.ticket_actions where ticket_id = %s order by seq", ticket_id
            )
        ]

    def says(self, body: str = "It is down", conn: Connection | None = None, **event: Any) -> Ingested:
        """A customer's event, by default a fresh message of its own thread in the group."""
        return ingest(conn or self.webhook, self.event(body, **event))

    def event(self, body: str = "It is down", **event: Any) -> dict[str, Any]:
        """The arguments of private.ingest_message; `message` is the number the ids are made of."""
        number = event.pop("message", None) or 1000 + next(self._numbers)
        chat = event.get("chat", GROUP)
        made = {
            "platform": "telegram",
            "chat": chat,
            "event": "message",
            "external_id": f"telegram:{chat}/{number}",
            "thread_key": f"msg:{number}",
            "author": CUSTOMER,
            "body": body,
            "payload": {},
        }
        return made | event

    def queue(self, name: str) -> list[dict[str, Any]]:
        """What waits on a queue, hidden or not, oldest first."""
        return [
            message
            for (message,) in self.superuser.execute(
                f"select message from pgmq.q_{name} order by msg_id".encode()
            )
        ]

    def take(self, queue: str, vt: int = 60, quantity: int = 100) -> list[tuple[int, int, dict[str, Any]]]:
        """Messages as a worker takes them: id, attempts, body."""
        return self.rows(
            "select msg_id, read_ct, message from private.read_queue(%s, %s, %s)",
            *(queue, vt, quantity),
            conn=self.worker,
        )


def ingest(conn: Connection, event: dict[str, Any]) -> Ingested:
    """Calls private.ingest_message with named arguments."""
    given = event | {"payload": Jsonb(event["payload"])}
    names = ", ".join(
        f"p_{key} => %({key})s{'::public.platform' if key == 'platform' else ''}" for key in given
    )
    query = f"select outcome, ticket_id, seq from private.ingest_message({names})"
    found = conn.execute(query.encode(), given).fetchone()
    assert found is not None
    return Ingested(*found)


def at_once(
    database: Database, role: str | None, count: int, work: Callable[[Connection, int], Any]
) -> list[Any]:
    """Runs `work(connection, number)` on that many connections, all let go together; errors come back as results."""
    connections = [database.connect(role) for _ in range(count)]
    start = threading.Barrier(count)

    def one(number: int) -> Any:
        start.wait(60)
        try:
            return work(connections[number], number)
        except psycopg.Error as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(one, range(count)))
    for connection in connections:
        connection.close()
    return results


def counted(results: Sequence[Any]) -> dict[Any, int]:
    """How often each result came."""
    return {result: list(results).count(result) for result in set(results)}
