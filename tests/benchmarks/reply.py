"""From a customer's message to the reply in Telegram: webhooks, triage by a model that takes no time, send budget, journal."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from shiftbot.local.ports import free_port
from shiftbot.sources import Source, sync
from tests.benchmarks.cost import Roots, between, spent, told
from tests.benchmarks.customers import GROUPS, SECRET
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import DIRECTLY, ROOT, Rig, rig
from tests.support.waiting import eventually

WORKERS = 2
RATE, SECONDS = 50, 15
STEPS, STEP_SECONDS = range(75, 401, 25), 6
TARGET = 150
LIMITS = {50: 0.040, 99: 0.150}  # seconds, by percent
WAITING = 10_000
CROWDED = "-1002000000000"  # the group in which so many replies wait for their turn
CALM_SECONDS = 1.0  # who is answered later than this after the last message of a step was part of a backlog
COMMIT = "one durable commit"
_DUE = "select count(*) from pgmq.q_replies where vt <= clock_timestamp()"
_GROUP = {"platform": "telegram", "settings": {"merge_window_seconds": 0}}
# From each moment of a message's way to the next, as the journal knows them.
_MOMENTS = """
select substring(m.external_id from '[0-9]+$')::integer, extract(epoch from m.created_at)::float8,
  extract(epoch from v.created_at)::float8, extract(epoch from a.claimed_at)::float8, extract(epoch from a.finished_at)::float8
from public.ticket_actions as m
join public.ticket_actions as v on v.ticket_id = m.ticket_id and v.event = 'triaged_answer'
join public.replies as r on r.ticket_id = v.ticket_id and r.cause_seq = v.seq
join public.reply_attempts as a on a.reply_id = r.id and a.state = 'sent'
where m.event = 'message' and m.external_id like 'telegram:-1001%%'"""


@dataclass
class Talk:
    """What became of a row of messages."""

    said: dict[int, float]
    posted: dict[int, list[float]]
    late: float  # how far the customers were behind their schedule
    costs: dict[str, float]  # CPU seconds per message

    @property
    def waits(self) -> list[float]:
        """From said to posted, in ascending order; endless where nobody answered."""
        return sorted(self.posted.get(number, [math.inf])[0] - begun for number, begun in self.said.items())

    def is_kept_up_with(self) -> bool:
        """Whether all were answered once, soon after the last was said, by customers who kept their schedule."""
        answered = [moment for number in self.said for moment in self.posted.get(number, [])]
        end = max(self.said.values()) + CALM_SECONDS
        return len(answered) == len(self.said) and max(answered) < end and self.late < CALM_SECONDS


class Town:
    """The product with everything around it, and customers by the number."""

    def __init__(self, bench: Rig, url: str, programs: Roots) -> None:
        self.bench = bench
        self._url = url
        self._programs = programs
        self._next = 1

    def talk(self, rate: float, seconds: float) -> Talk:
        """So many messages a second for so long, and how each was answered within a while."""
        count, first = round(rate * seconds), self._next
        self._next += count
        command = [sys.executable, "-m", "tests.benchmarks.customers", self._url]
        before = spent(self._programs)
        ran = subprocess.run(
            [*command, str(rate), str(count), str(first)], cwd=ROOT, capture_output=True, check=True
        )
        note = json.loads(ran.stdout)
        said = {int(number): moment for number, moment in note["said"].items()}
        eventually(lambda: said.keys() <= self.bench.replies().keys(), 20)
        costs = between(before, spent(self._programs), count)
        posted = self.bench.replies()
        return Talk(
            said, {number: posted[number] for number in said if number in posted}, note["late"], costs
        )


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench, _town(bench) as town:
        commit = bench.durable_commit()
        town.talk(RATE, SECONDS)  # the first ones load modules, and each connection its plans
        with bench.commits_meanwhile() as commits:
            calm = town.talk(RATE, SECONDS)
        parts = _parts(bench, calm)
        sorted_out = _crowd(bench)
        crowded = town.talk(RATE, SECONDS)
        waiting = bench.one("select count(*) from pgmq.q_triage") + bench.one(
            "select count(*) from pgmq.q_replies"
        )
        _disperse(bench)
        steps = [(float(RATE), calm), *_steps(town)]
    return [
        *_of_talk("message to reply posted", calm, commit),
        *(
            Figure(f"  of it {name}, p50", f"{seconds * 1000:.1f} ms", seconds / commit, COMMIT)
            for name, seconds in parts
        ),
        Figure("  CPU, ms a message", told(calm.costs)),
        Figure(
            "  one durable commit meanwhile, p99",
            f"{at(sorted(commits), 99) * 1000:.1f} ms",
            at(sorted(commits), 99) / commit,
            f"the p50 of {COMMIT}",
        ),
        Figure(f"{WAITING:,} replies for one group have their turns", f"{sorted_out:.1f} s"),
        *_of_talk(f"the same while {waiting:,} wait", crowded, at(calm.waits, 50), "the p50 without"),
        *_of_steps(steps),
    ]


@contextlib.contextmanager
def _town(bench: Rig) -> Iterator[Town]:
    """Webhooks and workers up, a thousand groups, each with its limit; the one of the whole bot is lifted."""
    groups = [
        Source.model_validate(_GROUP | {"external_id": str(g), "name": f"group {g}"})
        for g in (*GROUPS, CROWDED)
    ]
    sync(bench.conn, groups)
    bench.conn.execute("update private.send_limits set per_seconds = 0.01 where scope = 'total'")
    with tempfile.TemporaryDirectory(prefix="shiftbot-bench-") as folder:
        sources = Path(folder) / "sources.json"
        sources.write_text(json.dumps([group.model_dump(exclude_none=True) for group in groups]))
        port = free_port()
        settings = _settings(bench, port, sources)
        with (
            bench.programs(1, "webhooks", **settings) as webhooks,
            bench.workers(WORKERS, "all", **settings) as workers,
        ):
            url = f"http://127.0.0.1:{port}"
            assert eventually(lambda: _is_up(url))
            roots = {"webhooks": webhooks, "workers": workers}
            programs = {name: [process.pid for process in running] for name, running in roots.items()}
            yield Town(bench, url, programs | {"Postgres": [_postmaster(bench)]})


def _settings(bench: Rig, port: int, sources: Path) -> dict[str, str]:
    return {
        "WEBHOOKS_BIND": f"127.0.0.1:{port}",
        "SOURCES_FILE": str(sources),
        "TELEGRAM_BOT_TOKEN": "7000001:benchmark",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API_BASE_URL": bench.provider,
        "ENABLE_LLM": "true",
        "OPENAI_API_KEY": "benchmark",
        "OPENAI_BASE_URL": f"{bench.provider}/v1",
    }


def _is_up(url: str) -> bool:
    try:
        with DIRECTLY.open(f"{url}/readyz", timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def _postmaster(bench: Rig) -> int:
    """The process all others of the server are children of."""
    return psutil.Process(bench.one("select pg_backend_pid()")).ppid()


def _parts(bench: Rig, talk: Talk) -> list[tuple[str, float]]:
    """The medians of the parts of a message's way."""
    rows = [
        row
        for row in bench.conn.execute(_MOMENTS).fetchall()
        if row[0] in talk.said and row[0] in talk.posted
    ]
    names = (
        "said to journal",
        "journal to verdict",
        "verdict to claim",
        "claim to Telegram",
        "posted to recorded",
    )
    ways = [
        (talk.said[n], said, verdict, claim, talk.posted[n][0], done)
        for n, said, verdict, claim, done in rows
    ]
    spans = zip(*([later - sooner for sooner, later in itertools.pairwise(way)] for way in ways), strict=True)
    return [(name, at(sorted(span), 50)) for name, span in zip(names, spans, strict=True)]


def _crowd(bench: Rig) -> float:
    """Tickets whose triage is not due for an hour, and replies in one group, which takes 20 a minute.

    How long it took from the commit of them all until each of those has a turn.
    """
    first = bench.one("select max(id) from public.tickets")
    bench.tickets(WAITING, CROWDED)
    bench.conn.execute(
        "select private.enqueue('triage', jsonb_build_object('ticket_id', id), 3600) from public.tickets where id > %s",
        (first,),
    )
    bench.conn.execute(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, body)"
        " select id, 'public_reply', 'engineer', 'engineer:1', 'We are on it' from public.tickets where id > %s",
        (first,),
    )
    begun = time.monotonic()
    assert eventually(lambda: bench.one(_DUE) == 0, 120)
    return time.monotonic() - begun


def _disperse(bench: Rig) -> None:
    """Nobody waits any more."""
    for queue in ("triage", "replies"):
        bench.conn.execute(f"delete from pgmq.q_{queue}".encode())


def _steps(town: Town) -> Iterator[tuple[float, Talk]]:
    """Ever more messages a second, until they pile up."""
    for rate in STEPS:
        talk = town.talk(rate, STEP_SECONDS)
        yield rate, talk
        if not talk.is_kept_up_with():
            return


def _of_talk(name: str, talk: Talk, base: float, baseline: str = COMMIT) -> list[Figure]:
    waits = talk.waits
    is_kept = all(at(waits, percent) < limit for percent, limit in LIMITS.items())
    limits = ", ".join(f"p{percent} under {limit * 1000:.0f} ms" for percent, limit in LIMITS.items())
    return [
        Figure(f"{name}, {RATE} a second, answered", f"{len(talk.posted)} of {len(talk.said)}"),
        *(Figure(f"  p{p}", f"{at(waits, p) * 1000:.0f} ms", at(waits, p) / base, baseline) for p in LIMITS),
        Figure(f"  {limits}", "yes" if is_kept and len(talk.posted) == len(talk.said) else "NO"),
    ]


def _of_steps(steps: Sequence[tuple[float, Talk]]) -> list[Figure]:
    kept = [step for step in steps if step[1].is_kept_up_with()]
    if not kept:
        return [Figure(f"{RATE} a second without a backlog", "NO")]
    best, talk = kept[-1]
    return [
        Figure("highest rate without a backlog", f"{best:.0f} a second", best / RATE, f"{RATE} a second"),
        Figure("  p50 there", f"{at(talk.waits, 50) * 1000:.0f} ms"),
        Figure("  CPU there, ms a message", told(talk.costs)),
        Figure(f"  at least {TARGET} a second", "yes" if best >= TARGET else "NO"),
    ]
