"""Who is meant on the command line: an engineer by id, e-mail address or name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from shiftbot.cli.failure import Failed

WHO = "an engineer: id, e-mail address or name"


@dataclass(frozen=True)
class Engineer:
    """One engineer."""

    id: int
    name: str


def find(conn: psycopg.Connection[Any], who: str) -> Engineer:
    """The active engineer who is meant. Raises Failed where nobody is, or more than one."""
    rows = conn.execute(
        "select id, name from public.engineers where is_active"
        " and (id::text = %(who)s or lower(email) = lower(%(who)s) or lower(name) = lower(%(who)s)"
        "      or lower(split_part(name, ' ', 1)) = lower(%(who)s)) order by id",
        {"who": who},
    ).fetchall()
    if len(rows) == 1:
        return Engineer(*rows[0])
    if rows:
        raise Failed(
            f"{who!r} may be {', '.join(f'{name} (id {number})' for number, name in rows)}: give the id.", 2
        )
    names = [
        name for (name,) in conn.execute("select name from public.engineers where is_active order by name")
    ]
    listed = f"The active ones: {', '.join(names)}." if names else "There is no active engineer at all."
    raise Failed(f"there is no active engineer {who!r}. {listed}", 2)
