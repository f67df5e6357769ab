"""Instructions of database calls by valgrind's callgrind, which are the same on every run, as times are not."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

import psycopg

from shiftbot.local.postgres import EmbeddedPostgres
from tests.benchmarks.ingesting import AS_INGEST, NUMBER, WITHOUT_TRIGGERS, by_hand, call, pgbench
from tests.benchmarks.report import Figure
from tests.benchmarks.rig import Rig, rig

FEW, MANY = 60, 260  # messages: what both begin with is in neither's difference
FILLED_SECONDS, FILLED_WAYS = 4, 500
NUMBERS = itertools.count(-1, -1)  # of messages: nobody else has those below zero
AS_INGEST_ROLE, WITHOUT_TRIGGERS_ROLE, AS_IT_IS = (
    "set role shiftbot_ingest",
    "set session_replication_role = replica",
    "reset role",
)
VERDICT = {
    "title": "Nobody can log in",
    "summary": "In the office nobody can log in since this morning: the session has expired.",
    "severity": 0.4,
    "escalate": False,
    "category": "bug",
    "language": "en",
    "reason": "A whole office cannot work.",
    "reply": "Thank you for telling us. We are looking into it.",
    "engine": "model",
    "latency_ms": 3,
}
_TRIAGE = (
    "(select msg_id, (message ->> 'ticket_id')::bigint as id from pgmq.q_triage order by 1 desc limit 1) as q"
)
_REPLY = (
    "(select msg_id, (message ->> 'reply_id')::bigint as id from pgmq.q_replies order by 1 desc limit 1) as q"
)
# What workers ask of the database, from a message that is recorded to its answer being known to be there.
WAY = (
    "select count(*) from private.read_queue('triage', 120, 10)",
    f"select c.outcome from {_TRIAGE}, private.claim_triage(q.id, q.msg_id, 120::numeric) as c",
    f"select private.record_verdict(q.id, q.msg_id, 1, '{json.dumps(VERDICT)}') from {_TRIAGE}",
    "select count(*) from private.read_queue('replies', 120, 10)",
    f"select c.outcome from {_REPLY}, private.claim_reply_part(q.id, 0, 60) as c",
    "select private.settle_reply(q.id, q.msg_id, a.id, 'telegram:-1/' || (1000000000 + a.id))"
    f" from {_REPLY} join public.reply_attempts as a on a.reply_id = q.id",
)


def run() -> list[Figure]:
    """The figures."""
    if shutil.which("valgrind") is None:
        raise RuntimeError("valgrind counts the instructions: apt-get install valgrind")
    with rig() as bench, pgbench(bench) as runs:
        bench.team()
        ours = call()
        runs.run(ours, FILLED_SECONDS, "postgres", AS_INGEST)
        hand = by_hand(bench.conn)
        runs.run(hand, 1, "supabase_admin", WITHOUT_TRIGGERS)
        way = [_plain(ours), *WAY]
        _fill(bench, way)
        bench.conn.close()
        bench.server.stop()
        of_hand = _of_a_message(bench.server, WITHOUT_TRIGGERS_ROLE, [_plain(hand)])
        of_ours = _of_a_message(bench.server, AS_INGEST_ROLE, [_plain(ours)])
        of_way = _of_a_message(bench.server, AS_IT_IS, way)
    baseline = "the statement by hand"
    return [
        Figure("by hand, thousand instructions a message", f"{of_hand / 1000:.0f}"),
        Figure("ingest function", f"{of_ours / 1000:.0f}", of_ours / of_hand, baseline),
        Figure("all calls from a message to its answer", f"{of_way / 1000:.0f}", of_way / of_hand, baseline),
    ]


def _plain(script: str) -> str:
    """A script of pgbench's as one line, with a parameter for the number of its message."""
    return " ".join(script.partition("\n")[2].replace(NUMBER, "$1").strip().rstrip(";").split("\n"))


def _fill(bench: Rig, way: Sequence[str]) -> None:
    """Makes what such messages leave behind, and has it analysed."""
    bench.conn.execute("delete from pgmq.q_triage")
    bench.conn.execute("update private.send_limits set per_seconds = 0.0001")
    for number in itertools.islice(NUMBERS, FILLED_WAYS):
        for statement in way:
            bench.conn.execute(statement.replace("$1", f"({number})::bigint").encode())
    left = bench.one("select count(*) from pgmq.q_triage") + bench.one("select count(*) from pgmq.q_replies")
    if left or bench.one("select count(*) from public.replies where state = 'delivered'") != FILLED_WAYS:
        raise RuntimeError("not every message was answered")
    with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
        admin.execute("vacuum analyze")


def _of_a_message(server: EmbeddedPostgres, role: str, statements: Sequence[str]) -> float:
    few, many = (_counted(server, role, statements, messages) for messages in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _counted(server: EmbeddedPostgres, role: str, statements: Sequence[str], messages: int) -> int:
    """Instructions of a single-user Postgres that does these prepared statements for so many messages."""
    lines = [role]
    for place, statement in enumerate(statements):
        takes = "(bigint)" if "$1" in statement else ""
        lines.append(f"prepare step_{place}{takes} as {statement}")
    for number in itertools.islice(NUMBERS, messages):
        for place, statement in enumerate(statements):
            lines.append(f"execute step_{place}" + (f"({number})" if "$1" in statement else ""))
    with tempfile.TemporaryFile("w+") as given:
        given.write("\n".join(lines) + "\n")
        given.seek(0)
        owner = server.data_dir.owner()
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        command += [str(server.programs / "postgres"), "--single", "-D", str(server.data_dir), "postgres"]
        done = subprocess.run(
            command,
            stdin=given,
            capture_output=True,
            text=True,
            cwd="/",
            user=owner,
            group=owner,
            check=False,
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None or "ERROR" in done.stderr + done.stdout:
        raise RuntimeError(f"callgrind: {(done.stdout + done.stderr)[-2000:]}")
    return int(found[1])
