"""From a customer's message to the reply in Telegram: webhooks, triage by a model that takes no time, send budget, journal."""

from __future__ import annotations

import itertools
import time

from tests.benchmarks.cost import told
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import Rig, rig
from tests.benchmarks.town import CROWDED, Talk, Town, product, sketch
from tests.support.waiting import eventually

RATE, SECONDS = 50, 15
STEPS, STEP_SECONDS = range(75, 401, 25), 6
TARGET = 150
LIMITS = {50: 0.040, 99: 0.150}  # seconds, by percent
WAITING = 10_000
COMMIT = "one durable commit"
_DUE = "select count(*) from pgmq.q_replies where vt <= clock_timestamp()"
Step = tuple[int, Talk]  # so many messages a second
# From each moment of a message's way to the next, as the journal knows them.
_MOMENTS = """
select substring(m.external_id from '[0-9]+$')::integer, extract(epoch from m.created_at)::float8,
  extract(epoch from v.created_at)::float8, extract(epoch from a.claimed_at)::float8, extract(epoch from a.finished_at)::float8
from public.ticket_actions as m
join public.ticket_actions as v on v.ticket_id = m.ticket_id and v.event = 'triaged_answer'
join public.replies as r on r.ticket_id = v.ticket_id and r.cause_seq = v.seq
join public.reply_attempts as a on a.reply_id = r.id and a.state = 'sent'
where m.event = 'message' and m.external_id like 'telegram:-1001%%'"""


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench, product(bench) as town:
        commit = bench.durable_commit()
        town.talk(RATE, SECONDS)  # the first ones load modules, and each connection its plans
        with bench.commits_meanwhile() as commits:
            calm = town.talk(RATE, SECONDS)
        parts = _parts(bench, calm)
        sorted_out = _crowd(bench)
        bench.tidy()
        crowded = town.talk(RATE, SECONDS)
        waiting = bench.one("select count(*) from pgmq.q_triage") + bench.one(
            "select count(*) from pgmq.q_replies"
        )
        _disperse(bench)
        bench.tidy()
        again = town.talk(RATE, SECONDS)
        with sketch(bench) as plain:
            plain.talk(RATE, SECONDS)
            bare = plain.talk(RATE, SECONDS)
            ours, theirs = _highest((town, again), (plain, bare))
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
        *_of_talk("the same once they are gone", again, at(calm.waits, 50), "the p50 before they came"),
        *_of_sketch(bare, calm),
        *_of_highest(ours, theirs),
    ]


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


def _highest(*towns: tuple[Town, Talk]) -> list[Step]:
    """What each keeps up with, from its talk at RATE on. In turns, as the machine is not always the same."""
    best = [(RATE, talk) for _, talk in towns]
    going = list(range(len(towns)))
    for rate in STEPS:
        for number in going.copy():
            talk = towns[number][0].talk(rate, STEP_SECONDS)
            if talk.is_kept_up_with():
                best[number] = (rate, talk)
            else:
                going.remove(number)
    return best


def _of_talk(name: str, talk: Talk, base: float, baseline: str = COMMIT) -> list[Figure]:
    waits = talk.waits
    is_kept = all(at(waits, percent) < limit for percent, limit in LIMITS.items())
    limits = ", ".join(f"p{percent} under {limit * 1000:.0f} ms" for percent, limit in LIMITS.items())
    return [
        Figure(f"{name}, {RATE} a second, answered", f"{len(talk.posted)} of {len(talk.said)}"),
        *(Figure(f"  p{p}", f"{at(waits, p) * 1000:.0f} ms", at(waits, p) / base, baseline) for p in LIMITS),
        Figure(f"  {limits}", "yes" if is_kept and len(talk.posted) == len(talk.said) else "NO"),
    ]


def _of_sketch(bare: Talk, calm: Talk) -> list[Figure]:
    waits = {percent: (at(bare.waits, percent), at(calm.waits, percent)) for percent in LIMITS}
    return [
        Figure(f"a bare sketch of the same way, {RATE} a second", f"{len(bare.posted)} of {len(bare.said)}"),
        *(
            Figure(f"  p{p}", f"{theirs * 1000:.0f} ms", theirs / ours, "the product's")
            for p, (theirs, ours) in waits.items()
        ),
        Figure("  CPU, ms a message", told(bare.costs)),
    ]


def _of_highest(ours: Step, theirs: Step) -> list[Figure]:
    (best, talk), (sketched, plainly) = ours, theirs
    if not (talk.is_kept_up_with() and plainly.is_kept_up_with()):  # then there is nothing to compare
        return [Figure(f"{RATE} a second without a backlog, by the product and the sketch", "NO")]
    return [
        Figure("highest rate without a backlog", f"{best} a second", best / sketched, "the sketch's"),
        Figure("  p50 there", f"{at(talk.waits, 50) * 1000:.0f} ms"),
        Figure("  CPU there, ms a message", told(talk.costs)),
        Figure("  the sketch's", f"{sketched} a second"),
        Figure(f"  at least {TARGET} a second", "yes" if best >= TARGET else "NO"),
    ]
