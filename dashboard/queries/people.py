"""Who is signed in and who is on call, as every page needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.database import Connection


@dataclass(frozen=True)
class Me:
    """The signed-in engineer."""

    id: int
    name: str
    email: str
    is_admin: bool


@dataclass(frozen=True)
class OnCall:
    """The one engineer on call."""

    id: int
    name: str
    since: datetime | None


def me(conn: Connection) -> Me | None:
    """None where the claims are no active engineer's."""
    row = conn.execute(
        "select id, name, email, is_admin from public.engineers where id = (select private.current_engineer_id())"
    ).fetchone()
    return Me(*row) if row else None


def on_call(conn: Connection) -> OnCall | None:
    """None is legal, and loud."""
    row = conn.execute(
        "select g.id, g.name, h.started_at from public.engineers as g"
        " left join public.on_call_history as h on h.engineer_id = g.id and h.ended_at is null where g.is_on_call"
    ).fetchone()
    return OnCall(*row) if row else None
