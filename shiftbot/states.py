"""A ticket's life as markdown, drawn from the database: DATABASE_URL=... python -m shiftbot.states > docs/states.md."""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg

_HEAD = """\
# A ticket's states

Drawn from `status_transitions` and `action_events` of the migrated database by `python -m shiftbot.states`; a test compares.
A ticket starts `open`. Anything that is not in these tables is refused as `ticket_transition_allowed`.
"""
_MOVES = """
select t.from_status::text, t.event, t.to_status::text, t.description
from public.status_transitions as t order by t.from_status, t.to_status, t.event
"""
_EVENTS = """
select e.event, e.action_type::text, array_to_string(e.written_by, ', '), e.description,
  (select coalesce(string_agg(t.from_status::text, ', ' order by t.from_status), '')
   from public.status_transitions as t where t.event = e.event and t.to_status = t.from_status),
  (select count(*) from public.status_transitions as t where t.event = e.event and t.to_status = t.from_status)
    = cardinality(enum_range(null::public.ticket_status))
from public.action_events as e order by e.event
"""


def states_page(conn: psycopg.Connection[Any]) -> str:
    """The text of docs/states.md."""
    return "\n".join([_HEAD, _diagram(conn), "## Moves\n", status_table(conn), _events(conn)])


def status_table(conn: psycopg.Connection[Any]) -> str:
    """The real moves, those that change the status, as a markdown table."""
    lines = ["| from | event | to | meaning |", "|---|---|---|---|"]
    lines += [f"| {start} | `{event}` | {end} | {why} |" for start, event, end, why in _moves(conn)]
    return "\n".join([*lines, ""])


def _moves(conn: psycopg.Connection[Any]) -> list[tuple[str, str, str, str]]:
    return [row for row in conn.execute(_MOVES).fetchall() if row[0] != row[2]]


def _diagram(conn: psycopg.Connection[Any]) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for start, event, end, _ in _moves(conn):
        arrows.setdefault((start, end), []).append(event)
    lines = [f"    {start} --> {end}: {', '.join(events)}" for (start, end), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> open", *lines, "```", ""])


def _events(conn: psycopg.Connection[Any]) -> str:
    lines = [
        "## Events\n",
        "Who writes an event, and where it is legal without moving the ticket.\n",
        "| event | action type | written by | meaning | stays in |",
        "|---|---|---|---|---|",
    ]
    for event, kind, writers, why, stays, everywhere in conn.execute(_EVENTS):
        lines.append(
            f"| `{event}` | {kind} | {writers} | {why} | {'every status' if everywhere else stays} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        sys.stdout.write(states_page(connection))
