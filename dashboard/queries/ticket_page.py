"""How a ticket's page stands: who was rung by what, what became of it, what comes next, and which tickets share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg.rows import class_row

from dashboard.database import Connection


@dataclass(frozen=True)
class Attempt:
    """One ring, or one quiet notice, to one person."""

    id: int
    escalation_id: int
    kind: str
    person: str | None
    method: str
    step: int
    cycle: int
    batch: int
    due_at: datetime
    claimed_at: datetime | None
    outcome: str | None
    outcome_at: datetime | None
    ended_at: datetime | None
    detail: str | None
    is_over: bool


@dataclass(frozen=True)
class Step:
    """What is tried next: one of the steps that begin together."""

    position: int
    target: str
    method: str


@dataclass(frozen=True)
class Companion:
    """Another ticket of the same page."""

    id: int
    title: str | None
    status: str
    is_leader: bool


@dataclass(frozen=True)
class Page:
    """One escalation of the ticket. `rung_id`: the page whose rings concern it, its leader's where it joined one."""

    id: int
    state: str
    rung_id: int
    rung_state: str
    leader_ticket_id: int | None
    step: int
    cycle: int
    cycles: int
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    holder_id: int | None
    holder: str | None
    acknowledged_at: datetime | None
    ack_expires_at: datetime | None
    attempts: tuple[Attempt, ...] = ()
    next_steps: tuple[Step, ...] = ()
    companions: tuple[Companion, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it rings, or somebody has it."""
        return self.state != "resolved"


_PAGES: LiteralString = """
select e.id, e.state, rung.id as rung_id, rung.state as rung_state,
  case when rung.id <> e.id then rung.ticket_id end as leader_ticket_id, rung.step, rung.cycle, ours.page_cycles as cycles,
  case when e.state = 'joined' then rung.due_at else e.due_at end as due_at, e.opened_at, e.changed_at,
  g.id as holder_id, g.name as holder, e.acknowledged_at, e.ack_expires_at
from public.escalations as e
join public.escalations as rung on rung.id = coalesce(e.leader_id, e.id)
cross join public.app_settings as ours
left join public.engineers as g
  on g.id = coalesce(e.acknowledged_by, case when rung.state = 'acknowledged' then rung.acknowledged_by end)
where {whose} order by e.id desc limit %s
"""
_ATTEMPTS = """
select a.id, a.escalation_id, a.kind, g.name as person, a.method::text as method, a.step, a.cycle, a.batch, a.due_at,
  a.claimed_at, a.outcome, a.outcome_at, a.ended_at, a.detail,
  a.ended_at is not null or coalesce(a.outcome in ('voicemail', 'declined', 'no_answer', 'busy', 'failed', 'acknowledged',
    'unknown', 'skipped', 'cancelled'), false) or a.kind = 'notice' and coalesce(a.outcome = 'delivered', false) as is_over
from public.escalation_attempts as a left join public.engineers as g on g.id = a.engineer_id
where a.escalation_id = any (%s) order by a.id desc limit %s
"""
# Steps that wait 0 seconds begin together with the one after them.
_NEXT = """
select s.position, s.target, s.method::text as method from public.escalation_steps as s
where s.is_active and s.position > %(step)s and not exists (
  select from public.escalation_steps as w
  where w.is_active and w.wait_seconds > 0 and w.position > %(step)s and w.position < s.position)
order by s.position
"""
_COMPANIONS = """
select t.id, t.title, t.status::text as status, e.id = %(rung)s as is_leader
from public.escalations as e join public.tickets as t on t.id = e.ticket_id
where (e.id = %(rung)s or e.leader_id = %(rung)s) and e.id <> %(own)s and e.state <> 'resolved'
order by e.id <> %(rung)s, e.id limit 50
"""


def pages(conn: Connection, ticket_id: int, limit: int = 10, attempts: int = 200) -> tuple[Page, ...]:
    """Newest first, with the last attempts, newest first too."""
    return _pages(conn, "e.ticket_id = %s", ticket_id, limit, attempts)


def pages_of_tests(conn: Connection, engineer_id: int, limit: int = 1) -> tuple[Page, ...]:
    """By which somebody was rung for a test."""
    return _pages(conn, "e.tested_engineer_id = %s", engineer_id, limit, attempts=50)


def _pages(conn: Connection, whose: LiteralString, of: int, limit: int, attempts: int) -> tuple[Page, ...]:
    with conn.cursor(row_factory=class_row(Page)) as cursor:
        found = cursor.execute(_PAGES.replace("{whose}", whose), (of, limit)).fetchall()
    rings = (
        _attempts(conn, sorted({each for page in found for each in (page.id, page.rung_id)}), attempts)
        if found
        else ()
    )
    return tuple(_whole(conn, page, rings) for page in found)


def _attempts(conn: Connection, pages: Sequence[int], limit: int) -> tuple[Attempt, ...]:
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        return tuple(cursor.execute(_ATTEMPTS, (list(pages), limit)).fetchall())


def _whole(conn: Connection, page: Page, rings: Sequence[Attempt]) -> Page:
    fields = vars(page) | {
        "attempts": tuple(ring for ring in rings if ring.escalation_id in (page.id, page.rung_id))
    }
    if page.is_open:
        fields["companions"] = _companions(conn, page)
    if page.rung_state == "ringing" and page.is_open:
        fields["next_steps"] = _next_steps(conn, page.step)
    return Page(**fields)


def _companions(conn: Connection, page: Page) -> tuple[Companion, ...]:
    with conn.cursor(row_factory=class_row(Companion)) as cursor:
        return tuple(cursor.execute(_COMPANIONS, {"rung": page.rung_id, "own": page.id}).fetchall())


def _next_steps(conn: Connection, step: int) -> tuple[Step, ...]:
    """After the last one the first follows, in the next round."""
    with conn.cursor(row_factory=class_row(Step)) as cursor:
        found = cursor.execute(_NEXT, {"step": step}).fetchall()
        return tuple(found or cursor.execute(_NEXT, {"step": 0}).fetchall())
