"""Part of the soak: what was said against what is recorded and what customers heard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from tests.benchmarks.report import at
from tests.soak.stage import CHANNELS, GROUPS, Stage
from tests.soak.traffic import Said

QUIET = {
    "queue messages": "select coalesce(sum(length), 0) from ops.queues",
    "untriaged": "select count(*) from public.tickets where status = 'open'"
    " and exists (select from ops.untriaged_tickets as u where u.ticket_id = tickets.id)",
    "unanswered": "select count(*) from public.tickets as t where t.status = 'auto_answered'"
    " and not exists (select from public.replies as r where r.ticket_id = t.id and r.state = 'unknown')",
    "ringing": "select count(*) from public.escalations where state in ('ringing', 'joined')",
}
SOUND = {
    "status is not the fold": "select count(*) from ops.status_drift",
    "broken chains": "select count(*) from ops.verify_journal()",
    # The sources answer by themselves: what is still open is answered by nobody.
    "left open": "select count(*) from public.tickets where status = 'open'",
    "stalled pages": "select count(*) from ops.stalled_escalations",
    "dead letters": "select count(*) from ops.dead_letters",
    "pages not acknowledged": "select count(*) from public.tickets where status = 'escalation_pending'",
    "acknowledged twice": "select count(*) from (select from public.ticket_actions where event = 'acknowledged'"
    " group by ticket_id having count(*) > 1) as twice",
}


@dataclass(frozen=True)
class Verdict:
    """What is to be printed, and whether anything was lost, doubled or broken."""

    lines: list[tuple[str, str]]
    wrong: list[str]


@dataclass(frozen=True)
class Rest:
    """How it came to rest: after how long, and what is still on its way where it did not."""

    seconds: float
    moving: dict[str, int]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s" + ("" if not self.moving else f", and then stood still: {self.moving}")


def settle(stage: Stage, patience: float) -> Rest:
    """Waits until nothing is on its way any more, or nothing has moved for so many seconds: what is slow is not lost."""
    begun = moved = time.monotonic()
    before: dict[str, int] = {}
    while True:
        moving = {what: count for what, query in QUIET.items() if (count := _count(stage, query))}
        if not moving and stage.telegram.updates.settled(1) and stage.slack.events.settled(1):
            return Rest(time.monotonic() - begun, {})
        if moving != before:
            before, moved = moving, time.monotonic()
        if time.monotonic() - moved > patience:
            return Rest(time.monotonic() - begun, moving or {"deliveries": 1})
        time.sleep(0.5)


def _count(stage: Stage, query: str) -> int:
    try:
        return int(stage.rows(query)[0][0])
    except psycopg.OperationalError:
        return -1  # it is just being restarted


def close(stage: Stage, said: Sequence[Said], rest: Rest) -> Verdict:
    """The account of everything that was said."""
    recorded = dict(
        stage.rows(
            "select external_id, extract(epoch from created_at)::float8 from public.ticket_actions where event = 'message'"
        )
    )
    lost = [one for one in said if one.external_id not in recorded]
    heard = _heard(stage)
    sent = {
        row[0] for row in stage.rows("select external_id from public.reply_attempts where state = 'sent'")
    }
    unknown = _count(stage, "select count(*) from public.reply_attempts where state = 'unknown'")
    # What no attempt knows of is the work of one whose outcome is unknown, or was said twice.
    doubled = max(0, len(heard - sent) - unknown)
    wrong = [f"{what}: {count}" for what, query in SOUND.items() if (count := _count(stage, query))]
    wrong += [f"still on its way: {rest.moving}"] if rest.moving else []
    wrong += [f"messages lost: {len(lost)}"] if lost else []
    wrong += [f"replies doubled: {doubled}"] if doubled else []
    wrong += [f"replies recorded that nobody heard: {len(sent - heard)}"] if sent - heard else []
    lines = [
        ("messages said", f"{len(said):,}"),
        ("lost", f"{len(lost)}"),
        ("events that Slack gave up after four tries", f"{len(stage.slack.events.given_up)}"),
        ("replies heard by customers", f"{len(heard):,}"),
        ("doubled", f"{doubled}"),
        ("of unknown outcome, kept for a human", f"{unknown}"),
        ("pages acknowledged", f"{_count(stage, _ACKNOWLEDGED):,}"),
        ("after the last message, until all was done", str(rest)),
        *_waits(stage, said, recorded),
    ]
    return Verdict(lines, wrong)


_ACKNOWLEDGED = "select count(*) from public.ticket_actions where event = 'acknowledged'"


def _heard(stage: Stage) -> set[str]:
    """Every message of the bot that stands in a chat, by the name the platform gave it."""
    heard = set()
    for group in GROUPS:
        for view in stage.telegram.messages(group, sender="bot"):
            heard.add(f"telegram:{group}/{view['message_id']}")
    for channel in CHANNELS:
        for view in stage.slack.messages(channel, sender="bot"):
            heard.add(f"slack:{channel}/{view['ts']}")
    return heard


def _waits(stage: Stage, said: Sequence[Said], recorded: dict[str, float]) -> list[tuple[str, str]]:
    """From the customer's Enter to the commit, and to the first answer's journal row."""
    answered = dict(
        stage.rows(
            "select m.external_id, extract(epoch from min(d.created_at))::float8 from public.ticket_actions as m"
            " join public.ticket_actions as d on d.ticket_id = m.ticket_id and d.seq > m.seq and d.event = 'reply_delivered'"
            " where m.event = 'message' and m.seq = 1 group by 1"
        )
    )
    lines = []
    for name, moments in (("said to committed", recorded), ("said to answered", answered)):
        waits = sorted(moments[one.external_id] - one.at for one in said if one.external_id in moments)
        if waits:
            values = ", ".join(f"p{p} {at(waits, p) * 1000:,.0f} ms" for p in (50, 95, 99))
            lines.append((name, values))
    return lines
