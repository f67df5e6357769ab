"""Who is on call, what is planned, and the people there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from psycopg.rows import class_row

from dashboard.database import Connection


@dataclass(frozen=True)
class Now:
    """Who has the shift, or since when nobody has. `until`: when the rota says something new."""

    engineer_id: int | None
    name: str
    since: datetime | None
    changed_by: str | None
    reason: str
    until: datetime | None


@dataclass(frozen=True)
class Shift:
    """One span of the plan. `made_by`: its rotation's name, "override" or "manual"."""

    id: int
    engineer_id: int
    name: str
    is_active: bool
    starts_at: datetime
    ends_at: datetime
    kind: str
    made_by: str
    reason: str


@dataclass(frozen=True)
class Gap:
    """A span of the coming week in which nobody is on call."""

    starts_at: datetime
    ends_at: datetime
    is_now: bool
    reason: str


@dataclass(frozen=True)
class Rotation:
    """A rule that makes shifts, the newest first."""

    id: int
    name: str
    people: tuple[str, ...]
    shift_days: int
    hand_over_at: time
    time_zone: str
    starts_on: date


@dataclass(frozen=True)
class Spell:
    """Who was on call from when to when, and why."""

    id: int
    name: str
    started_at: datetime
    ended_at: datetime | None
    started_by: str
    reason: str


@dataclass(frozen=True)
class Engineer:
    """One person, as the page shows them and admins change them."""

    id: int
    name: str
    email: str
    phone: str | None
    telegram_handle: str | None
    telegram_user_id: int | None
    slack_user_id: str | None
    is_on_call: bool
    is_active: bool
    is_admin: bool


_SHIFTS = """
select s.id, s.engineer_id, e.name, e.is_active, s.starts_at, s.ends_at, s.kind, coalesce(r.name, s.kind) as made_by, s.reason
from public.shifts as s
join public.engineers as e on e.id = s.engineer_id
left join public.rotations as r on r.id = s.rotation_id
where s.ends_at > %s and s.starts_at < %s order by s.starts_at
"""
_ROTATIONS = """
select r.id, r.name, r.shift_days, r.hand_over_at, r.time_zone, r.starts_on, array(
    select coalesce(e.name || case when e.is_active then '' else ' (inactive)' end, '(gone)')
    from unnest(r.engineer_ids) with ordinality as u (id, place) left join public.engineers as e on e.id = u.id
    order by u.place) as people
from public.rotations as r where r.is_active order by r.starts_on desc, r.id desc
"""
_SPELLS = """
select h.id, g.name, h.started_at, h.ended_at, coalesce(by.name, h.started_by) as started_by, h.reason
from public.on_call_history as h
join public.engineers as g on g.id = h.engineer_id
left join public.engineers as by on h.started_by = 'engineer:' || by.id
order by h.started_at desc, h.id desc limit %s
"""
_ENGINEERS = """
select id, name, email, phone, telegram_handle, telegram_user_id, slack_user_id, is_on_call, is_active, is_admin
from public.engineers order by is_active desc, lower(name), id
"""


def now(conn: Connection) -> Now:
    """Always one, of nobody if nobody is."""
    with conn.cursor(row_factory=class_row(Now)) as cursor:
        found = cursor.execute(
            "select engineer_id, name, since, changed_by, reason, until from ops.on_call"
        ).fetchone()
    return found if found is not None else Now(None, "nobody", None, None, "", None)


def shifts(conn: Connection, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """What is planned, and was, between the two."""
    with conn.cursor(row_factory=class_row(Shift)) as cursor:
        return tuple(cursor.execute(_SHIFTS, (since, until)).fetchall())


def gaps(conn: Connection) -> tuple[Gap, ...]:
    """Of the coming seven days."""
    with conn.cursor(row_factory=class_row(Gap)) as cursor:
        rows = cursor.execute(
            "select starts_at, ends_at, is_now, reason from ops.on_call_gaps order by starts_at"
        )
        return tuple(rows.fetchall())


def rotations(conn: Connection) -> tuple[Rotation, ...]:
    """Those that make shifts; where they meet, the first one rules."""
    with conn.cursor(row_factory=class_row(Rotation)) as cursor:
        return tuple(cursor.execute(_ROTATIONS).fetchall())


def spells(conn: Connection, limit: int = 8) -> tuple[Spell, ...]:
    """Who was on call, the newest first."""
    with conn.cursor(row_factory=class_row(Spell)) as cursor:
        return tuple(cursor.execute(_SPELLS, (limit,)).fetchall())


def engineers(conn: Connection) -> tuple[Engineer, ...]:
    """Everybody, those who are active first."""
    with conn.cursor(row_factory=class_row(Engineer)) as cursor:
        return tuple(cursor.execute(_ENGINEERS).fetchall())


def time_zones(conn: Connection) -> tuple[str, ...]:
    """The names that the database knows, those of places first."""
    rows = conn.execute(
        "select name from pg_catalog.pg_timezone_names"
        r" where name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/' or name = 'UTC'"
        " order by name = 'UTC', name"
    ).fetchall()
    return tuple(name for (name,) in rows)
