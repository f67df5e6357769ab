"""Instructions of one database call by valgrind's callgrind, which are the same on every run, as times are not."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import tempfile

import psycopg

from shiftbot.local.postgres import EmbeddedPostgres
from tests.benchmarks.ingesting import AS_INGEST, NUMBER, WITHOUT_TRIGGERS, by_hand, call, pgbench
from tests.benchmarks.report import Figure
from tests.benchmarks.rig import rig

FEW, MANY = 20, 220  # calls: what both begin with is in neither's difference
FILLED_SECONDS = 4
NUMBERS = itertools.count(-1, -1)  # of messages: nobody else has those below zero
AS_INGEST_ROLE, WITHOUT_TRIGGERS_ROLE = "set role shiftbot_ingest", "set session_replication_role = replica"


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
        with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
            admin.execute("vacuum analyze")
        bench.conn.close()
        bench.server.stop()
        of_hand = _of_a_call(bench.server, WITHOUT_TRIGGERS_ROLE, hand)
        of_ours = _of_a_call(bench.server, AS_INGEST_ROLE, ours)
    return [
        Figure("by hand, thousand instructions a message", f"{of_hand / 1000:.0f}"),
        Figure(
            "ingest function, thousand instructions a message",
            f"{of_ours / 1000:.0f}",
            of_ours / of_hand,
            "the statement by hand",
        ),
    ]


def _of_a_call(server: EmbeddedPostgres, role: str, script: str) -> float:
    few, many = (_counted(server, role, script, calls) for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _counted(server: EmbeddedPostgres, role: str, script: str, calls: int) -> int:
    """Instructions of a single-user Postgres that does so many prepared calls, each of a message of its own."""
    statement = " ".join(script.partition("\n")[2].replace(NUMBER, "$1").strip().rstrip(";").split("\n"))
    lines = [
        role,
        f"prepare one_message(bigint) as {statement}",
        *(f"execute one_message({next(NUMBERS)})" for _ in range(calls)),
    ]
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
