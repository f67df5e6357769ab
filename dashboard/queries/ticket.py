"""One ticket: its head, what is legal, who could have it, and whether its journal is intact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row, scalar_row

from dashboard.database import Connection


@dataclass(frozen=True)
class Relative:
    """A ticket of the same thread, before or after this one."""

    id: int
    title: str | None
    status: str
    is_earlier: bool


@dataclass(frozen=True)
class Ticket:
    """`since`: when it came to its status; `last_seq`: the newest row of its journal, which every act is told."""

    id: int
    title: str | None
    summary: str | None
    status: str
    severity: float | None
    language: str | None
    platform: str
    source: str
    reply_mode: str
    chat_external_id: str
    thread_key: str
    place: dict[str, Any]
    reporter: str
    assignee_id: int | None
    assignee: str | None
    created_at: datetime
    updated_at: datetime
    since: datetime
    last_seq: int
    last_said_seq: int


@dataclass(frozen=True)
class Colleague:
    """An engineer whom a ticket can be given to."""

    id: int
    name: str
    is_on_call: bool


@dataclass(frozen=True)
class Flaw:
    """The first bad row of a journal."""

    seq: int
    problem: str


_TICKET = """
select t.id, t.title, t.summary, t.status::text as status, t.severity::double precision as severity, t.language,
  t.platform::text as platform, s.name as source, coalesce(s.settings ->> 'reply_mode', 'auto') as reply_mode,
  t.chat_external_id, t.thread_key,
  jsonb_strip_nulls(jsonb_build_object('chat_title', first.payload -> 'chat_title', 'chat_type', first.payload -> 'chat_type',
    'message', first.external_id)) as place,
  coalesce(nullif(first.payload ->> 'author_name', ''), t.opened_by) as reporter,
  t.assigned_engineer_id as assignee_id, g.name as assignee, t.created_at, t.updated_at,
  coalesce((
    select a.created_at from public.ticket_actions as a
    where a.ticket_id = t.id and a.status_after = t.status and a.status_after is distinct from (
      select b.status_after from public.ticket_actions as b where b.ticket_id = t.id and b.seq = a.seq - 1)
    order by a.seq desc limit 1), t.created_at) as since,
  t.last_action_seq as last_seq, t.last_said_seq
from public.tickets as t
join public.sources as s on s.id = t.source_id
left join public.engineers as g on g.id = t.assigned_engineer_id
left join public.ticket_actions as first on first.ticket_id = t.id and first.seq = 1
where t.id = %s
"""
_RELATIVES = """
select o.id, o.title, o.status::text as status, o.id < t.id as is_earlier
from public.tickets as t
join public.tickets as o on o.id = t.parent_ticket_id or o.parent_ticket_id = t.id
where t.id = %s order by o.id limit 20
"""
_LEGAL = """
select m.event from public.status_transitions as m join public.action_events as e using (event)
where m.from_status = %s::public.ticket_status and 'engineer' = any (e.written_by)
"""
_MARKABLE = """
select a.event = 'acknowledged' from public.ticket_actions as a
where a.ticket_id = %s and a.event in ('acknowledged', 'page_not_needed')  -- ticket_actions_labels_idx
order by a.seq desc limit 1
"""


def ticket(conn: Connection, ticket_id: int) -> Ticket | None:
    """None where there is none of that number."""
    with conn.cursor(row_factory=class_row(Ticket)) as cursor:
        return cursor.execute(_TICKET, (ticket_id,)).fetchone()


def relatives(conn: Connection, ticket_id: int) -> tuple[Relative, ...]:
    """The ticket that this one continues, and those that continue it."""
    with conn.cursor(row_factory=class_row(Relative)) as cursor:
        return tuple(cursor.execute(_RELATIVES, (ticket_id,)).fetchall())


def legal_events(conn: Connection, status: str) -> frozenset[str]:
    """What an engineer may write now: status_transitions says so, and nothing else is offered."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        return frozenset(cursor.execute(_LEGAL, (status,)).fetchall())


def is_markable(conn: Connection, ticket_id: int) -> bool:
    """Whether its newest acknowledgement stands there without the mark that its page was not needed."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        return bool(cursor.execute(_MARKABLE, (ticket_id,)).fetchone())


def colleagues(conn: Connection) -> tuple[Colleague, ...]:
    """Every active engineer, whoever is on call first."""
    with conn.cursor(row_factory=class_row(Colleague)) as cursor:
        query = "select id, name, is_on_call from public.engineers where is_active order by is_on_call desc, lower(name), id"
        return tuple(cursor.execute(query).fetchall())


def flaw(conn: Connection, ticket_id: int) -> Flaw | None:
    """None where the journal is intact. Takes some 75 µs a row."""
    with conn.cursor(row_factory=class_row(Flaw)) as cursor:
        return cursor.execute("select seq, problem from private.verify_ticket(%s)", (ticket_id,)).fetchone()
