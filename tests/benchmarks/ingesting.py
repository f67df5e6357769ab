"""Part of the benchmarks: a first message as pgbench scripts, one through our function and one written by hand."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from shiftbot.log import new_correlation
from shiftbot.platforms.base import Incoming
from shiftbot.platforms.telegram.parse import parse_update
from tests.benchmarks.rig import Rig

CHAT = -1
CLIENTS = 8
AS_INGEST = "-c role=shiftbot_ingest"
WITHOUT_TRIGGERS = "-c session_replication_role=replica"
WORDS = "Since this morning nobody in our office can log in: the page loads, and then it says that the session has expired."
# One row in ten seconds and source, whatever comes in meanwhile.
_NOW_AND_THEN = {"private.source_activity"}
NUMBER = ":client_id + :i * 100 + :run * 100000000::bigint"
_THREAD = f"'msg:' || ({NUMBER})::text"
_MESSAGE = f"'telegram:{CHAT}/' || ({NUMBER})::text"
_AUTHOR = f"'telegram:7' || ({NUMBER})::text"
# What differs from one message to the next; "" is what the table fills in by itself.
_OWN = {
    "public.tickets": {"id": "", "thread_key": _THREAD, "opened_by": _AUTHOR},
    "public.ticket_actions": {"id": "", "ticket_id": "t.id", "external_id": _MESSAGE, "actor": _AUTHOR},
    "private.ticket_words": {"ticket_id": "t.id"},
    "pgmq.q_triage": {"msg_id": "", "message": "{} || jsonb_build_object('ticket_id', t.id)"},
    "realtime.messages": {"id": "", "payload": "{} || jsonb_build_object('ticket_id', t.id)"},
}


@dataclass(frozen=True)
class Round:
    """What pgbench reached, and what the server did meanwhile."""

    transactions: int
    per_second: float
    wal_bytes: float  # each of these per message
    fsyncs: float
    rows: dict[str, float]


def update(number: int) -> dict[str, Any]:
    """What Telegram posts for a first message of a person in a group."""
    who = {"id": 700000000 + number, "is_bot": False, "first_name": "Grace", "language_code": "en"}
    chat = {"id": CHAT, "title": "Bench", "type": "supergroup"}
    message = {"message_id": number, "from": who, "chat": chat, "date": 1767225600, "text": WORDS}
    return {"update_id": number, "message": message}


def call() -> str:
    """pgbench's script that records it as the webhook does."""
    parsed = parse_update(update(1), "bench_bot", 7)
    assert isinstance(parsed, Incoming)
    assert (parsed.external_id, parsed.thread_key) == (f"telegram:{CHAT}/1", "msg:1")
    payload = parsed.payload | {
        "author_name": parsed.author_name,
        "sent_at": parsed.sent_at.isoformat(),
        "correlation_id": new_correlation(),
    }
    given = [sql.Literal(value) for value in (parsed.body, Jsonb(payload), parsed.merges_with_author)]
    body, content, merges = (part.as_string() for part in given)
    return (
        "\\set i :i + 1\nselect outcome, ticket_id from private.ingest_message('telegram'::public.platform,"
        f" '{CHAT}', 'message', {_MESSAGE}, {_THREAD}, {_AUTHOR}, {body}, {content},"
        f" null, null, {merges}, false, false, null);\n"
    )


def by_hand(conn: psycopg.Connection[Any]) -> str:
    """The script that inserts the same rows in one statement: read off the last message that was recorded."""
    ticket = conn.execute("select max(id) from public.tickets").fetchone()
    assert ticket is not None
    parts = [_insert(conn, table, ticket[0]) for table in _OWN]
    return "\\set i :i + 1\nwith " + ",\n".join(parts) + "\nselect id from t;\n"


def _insert(conn: psycopg.Connection[Any], table: str, ticket_id: int) -> str:
    where = {
        "public.tickets": "id = %(id)s",
        "pgmq.q_triage": "(message ->> 'ticket_id')::bigint = %(id)s",
        "realtime.messages": "(payload ->> 'ticket_id')::bigint = %(id)s",
    }.get(table, "ticket_id = %(id)s")
    columns = conn.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum",
        (table,),
    ).fetchall()
    read = ", ".join(f"quote_nullable({name}::text)" for name, _ in columns)
    (row,) = conn.execute(f"select {read} from {table} where {where}".encode(), {"id": ticket_id}).fetchall()
    values = {}
    for (name, of_type), text in zip(columns, row, strict=True):
        literal = "now()" if of_type.startswith("timestamp") and text != "NULL" else f"{text}::{of_type}"
        own = _OWN[table].get(name, "{}")
        if own:
            values[name] = own.replace("{}", literal)
    is_first = table == "public.tickets"
    return (
        f"{'t' if is_first else table.replace('.', '_')} as (insert into {table} ({', '.join(values)})"
        f" select {', '.join(values.values())} {'returning id' if is_first else 'from t returning 1'})"
    )


class Pgbench:
    """The wheel's own pgbench against the rig's server."""

    def __init__(self, bench: Rig, folder: Path) -> None:
        self._bench, self._folder, self._runs = bench, folder, 0

    def run(self, script: str, seconds: float, user: str, options: str) -> Round:
        """One round of prepared statements by CLIENTS clients, from a checkpoint on."""
        self._runs += 1
        path = self._folder / "script.sql"
        path.write_text(script)
        with psycopg.connect(self._bench.admin_dsn, autocommit=True) as admin:
            admin.execute("checkpoint")
            before = _counted(admin)
            said = self._pgbench(path, seconds, user, options)
            _wait_until_alone(admin)
            after = _counted(admin)
        transactions = _figure(said, r"transactions actually processed: (\d+)")
        grown = {name: (after[name] - before.get(name, 0)) / transactions for name in after}
        return Round(
            int(transactions),
            _figure(said, r"tps = ([\d.]+)"),
            grown.pop("wal"),
            grown.pop("fsyncs"),
            {name: round(rows, 3) for name, rows in grown.items() if rows and name not in _NOW_AND_THEN},
        )

    def _pgbench(self, path: Path, seconds: float, user: str, options: str) -> str:
        dsn = self._bench.server.dsn(user=user)
        command = [str(self._bench.server.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS)]
        command += [
            "-j",
            "2",
            "-T",
            str(round(seconds)),
            "-D",
            "i=0",
            "-D",
            f"run={self._runs}",
            "-f",
            str(path),
            dsn,
        ]
        environment = os.environ | {"PGOPTIONS": options}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode or "number of failed transactions: 0" not in done.stdout:
            raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]} {done.stdout[-500:]}")
        return done.stdout


@contextmanager
def pgbench(bench: Rig) -> Iterator[Pgbench]:
    """Its scripts are gone afterwards."""
    with TemporaryDirectory(prefix="shiftbot-pgbench-") as folder:
        yield Pgbench(bench, Path(folder))


def _figure(said: str, pattern: str) -> float:
    found = re.search(pattern, said)
    assert found is not None, said
    return float(found[1])


def _wait_until_alone(admin: psycopg.Connection[Any]) -> None:
    """Sessions report what they did when they end, which is a moment after pgbench has."""
    query = "select count(*) from pg_stat_activity where application_name = 'pgbench'"
    while admin.execute(query).fetchone() != (0,):
        time.sleep(0.05)


def _counted(admin: psycopg.Connection[Any]) -> dict[str, float]:
    """Bytes of WAL, its fsyncs, and the rows inserted into each table (pgbench's sessions have ended and so reported)."""
    counted = {
        # Partitions of a day count for their table.
        name: float(rows)
        for name, rows in admin.execute(
            "select case when schemaname = 'realtime' then 'realtime.messages' else schemaname || '.' || relname end,"
            " sum(n_tup_ins) from pg_stat_user_tables group by 1"
        )
    }
    row = admin.execute(
        "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn, (select sum(fsyncs) from pg_stat_io where object = 'wal')"
    ).fetchone()
    assert row is not None
    return counted | {"wal": float(row[0]), "fsyncs": float(row[1])}
