"""Whether the work flows: queues, dead letters, workers, pages, and whether somebody can be rung."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from shiftbot.doctor.database import become
from shiftbot.doctor.finding import Finding, Group

_GROUP = Group("work")
_LATE_SECONDS, _STUCK_SECONDS = 60, 300
Gauges = dict[str, list[tuple[dict[str, Any], float]]]


def examine(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """What /metrics tells, judged. Nothing where the database cannot say it: the checks of the database tell why."""
    try:
        gauges = _gauges(conn)
    except (
        psycopg.errors.UndefinedFunction,
        psycopg.errors.InvalidSchemaName,
        psycopg.errors.InsufficientPrivilege,
    ):
        return
    finally:
        conn.execute("reset role")
    yield _lag(gauges)
    yield _dead(gauges)
    yield _workers(gauges)
    yield _pages(gauges)
    yield _on_call(gauges)
    yield _reachable(gauges)


def _gauges(conn: psycopg.Connection[Any]) -> Gauges:
    become(conn)
    gauges: Gauges = {}
    for name, labels, value in conn.execute("select metric, labels, value from private.metrics()"):
        gauges.setdefault(name, []).append((labels, value))
    return gauges


def _value(gauges: Gauges, name: str, **labels: str) -> float:
    return sum(value for given, value in gauges.get(name, ()) if labels.items() <= given.items())


def _lag(gauges: Gauges) -> Finding:
    overdue = {labels["queue"]: value for labels, value in gauges.get("queue_overdue_seconds", ())}
    late = {queue: seconds for queue, seconds in overdue.items() if seconds > _LATE_SECONDS}
    if not late:
        return _GROUP.ok("queues", "nothing is overdue")
    says = ", ".join(f"{queue} for {seconds:.0f} s" for queue, seconds in sorted(late.items()))
    make = _GROUP.problem if max(late.values()) > _STUCK_SECONDS else _GROUP.warning
    return make("queues", f"overdue: {says}", "Start workers; docs/operations.md#queuenotmoving.")


def _dead(gauges: Gauges) -> Finding:
    if count := _value(gauges, "dead_letters"):
        return _GROUP.warning(
            "dead letters",
            f"{count:.0f} wait for you",
            "`shiftbot queue list` says why, `shiftbot queue requeue` mends.",
        )
    return _GROUP.ok("dead letters", "there are none")


def _workers(gauges: Gauges) -> Finding:
    alive = {labels["queue"]: value for labels, value in gauges.get("workers_alive", ())}
    if missing := sorted(queue for queue, count in alive.items() if count == 0):
        return _GROUP.problem("workers", f"nobody serves {', '.join(missing)}", "Start `shiftbot worker`.")
    return _GROUP.ok("workers", f"at least {min(alive.values(), default=0):.0f} for each queue")


def _pages(gauges: Gauges) -> Finding:
    if count := _value(gauges, "stalled_escalations"):
        return _GROUP.problem(
            "pages", f"{count:.0f} stall: nobody rings", "select * from ops.stalled_escalations; says why."
        )
    return _GROUP.ok("pages", f"none stalls, {_value(gauges, 'pages_ringing'):.0f} ring")


def _on_call(gauges: Gauges) -> Finding:
    if not _value(gauges, "on_call_engineers"):
        return _GROUP.problem("on call", "nobody is: a page rings everybody", "`shiftbot on-call take NAME`.")
    if gap := _value(gauges, "on_call_gap_seconds"):
        return _GROUP.warning(
            "on call",
            f"nobody will be for {gap / 3600:.1f} of the coming 168 hours",
            "`shiftbot on-call show` says when.",
        )
    return _GROUP.ok("on call", "somebody is, and will be for a week")


def _reachable(gauges: Gauges) -> Finding:
    can, cannot = (_value(gauges, "engineers", reachable=word) for word in ("yes", "no"))
    if not can:
        return _GROUP.problem(
            "engineers",
            "none can be rung by any step of the policy",
            "Give them a phone or an account (table engineers).",
        )
    if cannot:
        return _GROUP.warning(
            "engineers",
            f"{cannot:.0f} of {can + cannot:.0f} can be reached by e-mail at most",
            "Give them a phone or an account (table engineers); `shiftbot page test EMAIL` tries it.",
        )
    return _GROUP.ok("engineers", f"all {can:.0f} can be rung")
