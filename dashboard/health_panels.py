"""What the panels of the health page say. Each is good, a warning or bad, and says why in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.parts.panels import Panel
from dashboard.queries.health import (
    Alarm,
    HourOfTickets,
    Journal,
    ModelFailure,
    Pace,
    Queue,
    RingOutcome,
    SourceActivity,
    Verdicts,
    Worker,
)

LATE_SECONDS = 60  # a message that is due for longer waits for a worker that is not there
UNTRIAGED_SECONDS = 120
STALE_CHECK_DAYS = 7


def pages(stalled: Alarm) -> Panel:
    """The one number that must be nought."""
    if not stalled.tickets:
        return {
            "title": "Stalled pages",
            "tone": "good",
            "value": "0",
            "words": "Every page rings, or somebody has it.",
        }
    rows = [{"name": f"ticket {ticket}"} for ticket in stalled.ticket_ids]
    return {
        "title": "Stalled pages",
        "tone": "bad",
        "value": str(stalled.tickets),
        "words": "Nobody rings for them: " + "; ".join(stalled.reasons),
        "rows": rows,
    }


def workers(found: Sequence[Worker]) -> Panel:
    """Which processes serve which queues, and what nobody serves."""
    alive = [worker for worker in found if worker.is_alive]
    served = {queue for worker in alive for queue in worker.queues}
    missing = [queue for queue in ("escalations", "replies", "triage") if queue not in served]
    silent = len(found) - len(alive)
    return {
        "title": "Workers",
        "tone": "bad" if missing else "warn" if silent else "good",
        "value": str(len(alive)),
        "unit": "alive",
        "words": f"Nobody serves {', '.join(missing)}: start shiftbot worker." if missing else "",
        "rows": [
            {
                "name": f"{worker.host} · {worker.pid}",
                "title": ", ".join(worker.queues),
                "value": "all queues" if len(worker.queues) > 3 else ", ".join(worker.queues),
            }
            if worker.is_alive
            else {
                "name": f"{worker.host} · {worker.pid}",
                "value": f"silent for {words_of(worker.silent_seconds)}",
                "tone": "bad",
            }
            for worker in found
        ],
    }


def queues(found: Sequence[Queue], now: datetime) -> Panel:
    """Depth and age."""
    late = [q for q in found if q.due_since and (now - q.due_since).total_seconds() > LATE_SECONDS]
    waiting, dead = sum(q.waiting for q in found), sum(q.dead for q in found)
    return {
        "title": "Queues",
        "tone": "bad" if late else "warn" if dead else "good",
        "value": f"{waiting}{'+' if any(q.is_capped for q in found) else ''}",
        "unit": "waiting",
        "words": f"{', '.join(q.name for q in late)}: due and not taken." if late else "",
        "rows": [
            {
                "name": queue.name,
                "value": " · ".join(
                    filter(
                        None,
                        (
                            f"{queue.waiting} waiting",
                            f"{queue.in_hand} in hand" if queue.in_hand else "",
                            f"{queue.delayed} later" if queue.delayed else "",
                            f"{queue.dead} dead" if queue.dead else "",
                            f"oldest {words_of((now - queue.oldest_at).total_seconds())}"
                            if queue.oldest_at
                            else "",
                        ),
                    )
                ),
                "tone": "warn" if queue.dead else "",
            }
            for queue in found
        ],
    }


def untriaged(alarm: Alarm, now: datetime) -> Panel:
    """Tickets whose last message nobody has judged."""
    seconds = (now - alarm.since).total_seconds() if alarm.since else 0.0
    is_late = seconds > UNTRIAGED_SECONDS
    return {
        "title": "Waiting for triage",
        "tone": "bad" if is_late else "good",
        "value": str(alarm.tickets),
        "unit": f"for {words_of(seconds)}" if alarm.tickets else "",
        "words": "The triage workers are down or behind."
        if is_late
        else "Every message was judged or is about to be.",
    }


def unknown_replies(alarm: Alarm) -> Panel:
    """Replies a human has to decide."""
    return {
        "title": "Replies of unknown outcome",
        "tone": "warn" if alarm.tickets else "good",
        "value": str(alarm.tickets),
        "words": "Open the ticket: send again, or take as delivered."
        if alarm.tickets
        else "Nothing waits for a decision.",
        "rows": [{"name": f"ticket {ticket}"} for ticket in alarm.ticket_ids[:5]],
    }


def journal(found: Journal) -> Panel:
    """Whether the journal was proven intact lately."""
    if found.checked_at is None:
        return {
            "title": "Journal",
            "tone": "warn",
            "value": "never verified",
            "words": "shiftbot journal verify proves it; run it daily.",
        }
    is_bad = bool(found.bad_tickets)
    return {
        "title": "Journal",
        "tone": "bad" if is_bad else "good",
        "value": f"{found.bad_tickets} bad" if is_bad else "intact",
        "words": "shiftbot journal verify names the rows." if is_bad else "",
        "rows": [{"name": "verified", "at": found.checked_at.isoformat()}],
    }


def sources(found: Sequence[SourceActivity]) -> Panel:
    """When each was last heard of."""
    return {
        "title": "Sources",
        "value": str(sum(source.is_active for source in found)),
        "unit": "active",
        "is_wide": True,
        "words": "" if found else "No source is listed: sources.json names the groups and channels.",
        "rows": [
            {
                "name": f"{source.name} · {source.platform}" + ("" if source.is_active else " (off)"),
                **(
                    {"at": source.last_event_at.isoformat()}
                    if source.last_event_at
                    else {"value": "nothing yet"}
                ),
            }
            for source in found
        ],
    }


def tickets(hours: Sequence[HourOfTickets]) -> Panel:
    """How many began, hour by hour."""
    return {
        "title": "Tickets per hour",
        "value": str(sum(hour.tickets for hour in hours)),
        "unit": "in 24 h",
        "is_wide": True,
        "series": [
            {
                "at": hour.hour.isoformat(),
                "y": hour.tickets,
                "label": f"{hour.hour:%H:%M} UTC: {hour.tickets}",
            }
            for hour in hours
        ],
    }


def pace(title: str, whole: Pace | None, by_hour: Sequence[Pace]) -> Panel:
    """Half of them were faster, nine of ten were."""
    if whole is None:
        return {"title": title, "value": "none", "words": "None in the last 24 hours."}
    return {
        "title": title,
        "value": words_of(whole.p50_seconds),
        "unit": f"median of {whole.tickets}",
        "words": f"Nine of ten within {words_of(whole.p90_seconds)}.",
        "series": [
            {
                "at": hour.hour.isoformat() if hour.hour else None,
                "y": hour.p90_seconds,
                "part": hour.p50_seconds,
                "label": f"{hour.hour:%H:%M} UTC: {words_of(hour.p50_seconds)}, {words_of(hour.p90_seconds)}",
            }
            for hour in by_hour
        ],
    }


def rings(found: Sequence[RingOutcome]) -> Panel:
    """What became of them, method by method."""
    total = sum(ring.rings for ring in found)
    return {
        "title": "Rings and what became of them",
        "value": str(total),
        "unit": "in 24 h",
        "is_wide": True,
        "words": "" if found else "Nobody was rung.",
        "rows": [
            {
                "name": f"{ring.method.replace('_', ' ')}: {ring.outcome.replace('_', ' ')}",
                "value": str(ring.rings),
                "share": ring.rings / total,
                "tone": "warn" if ring.outcome in ("failed", "unknown") else "",
            }
            for ring in found
        ],
    }


def model(verdicts: Sequence[Verdicts], failures: Sequence[ModelFailure]) -> Panel:
    """How fast it judged, how often the rules had to."""
    whole = {verdict.engine: verdict for verdict in verdicts if verdict.hour is None}
    by_model, fallbacks = whole.get("model"), sum(verdict.fallbacks for verdict in whole.values())
    rows = [
        {"name": f"{engine} verdicts", "value": str(verdict.verdicts)} for engine, verdict in whole.items()
    ]
    if by_model and by_model.tokens_in is not None:
        rows.append({"name": "tokens read", "value": f"{by_model.tokens_in:,}"})
        rows.append({"name": "tokens written", "value": f"{by_model.tokens_out or 0:,}"})
    rows += [
        {"name": f"failed: {failure.kind}", "value": str(failure.failures), "tone": "warn"}
        for failure in failures
    ]
    return {
        "is_wide": True,
        "title": "Model",
        "tone": "warn" if fallbacks else "good" if by_model else "",
        "value": words_of((by_model.p50_ms or 0) / 1000) if by_model else "none",
        "unit": f"median, 95 of 100 within {words_of((by_model.p95_ms or 0) / 1000)}" if by_model else "",
        "words": f"The rules stood in {fallbacks} times."
        if fallbacks
        else ""
        if whole
        else "No verdict in the last 24 hours.",
        "rows": rows,
        "series": [
            {
                "at": verdict.hour.isoformat(),
                "y": verdict.p95_ms or 0,
                "part": verdict.p50_ms or 0,
                "label": f"{verdict.hour:%H:%M} UTC: {verdict.verdicts}, {words_of((verdict.p50_ms or 0) / 1000)}",
            }
            for verdict in verdicts
            if verdict.engine == "model" and verdict.hour is not None
        ],
    }


def words_of(seconds: float) -> str:
    """A time as one reads it at a glance: 340 ms, 4.2 s, 12 min, 3 h, 2 d."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    for size, unit in ((60, "min"), (3600, "h"), (86400, "d")):
        if seconds < size * (60 if unit == "min" else 48 if unit == "h" else 1e9):
            return f"{seconds / size:.0f} {unit}"
    raise AssertionError(seconds)
