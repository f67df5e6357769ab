"""Writes docs/access.md from a migrated database: python -m tests.support.access_matrix > docs/access.md."""

from __future__ import annotations

import sys
from typing import Any

import psycopg

from tests.db import access_tried
from tests.db.world import World
from tests.support.postgres import TestServer

ROLES = ("anon", "authenticated", "service_role", "shiftbot_ingest", "shiftbot_worker", "shiftbot_watchdog")
COMMANDS = ("select", "insert", "update", "delete", "truncate")
MAJOR = 18

_HEAD = """\
# Who may do what

Drawn from the migrated database by `python -m tests.support.access_matrix`; a test compares. The laws bind everybody,
whoever may try. The roles `shiftbot_ingest` (webhooks), `shiftbot_worker` (workers) and `shiftbot_watchdog` (the Edge
Function) touch no table: each calls the functions below and nothing else. `authenticated` is a signed-in person, and the
policies let only engineers through.

## Tables

A cell says what the role was granted: a command, or a command with the columns it is limited to. What is not in it is
refused. A table that is not listed is closed to all of these roles.
"""

_GRANTS = """
select format('%I.%I', n.nspname, c.relname), r.role, p.command,
  has_table_privilege(r.role, c.oid, p.command),
  coalesce((select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute as a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              and p.command not in ('delete', 'truncate')
              and has_column_privilege(r.role, c.oid, a.attnum, p.command)), '')
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join unnest(%(roles)s::text[]) with ordinality as r (role, role_at)
cross join unnest(%(commands)s::text[]) with ordinality as p (command, command_at)
where n.nspname in ('public', 'private', 'ops', 'pgmq') and c.relkind in ('r', 'p', 'v', 'm')
  and has_schema_privilege(r.role, n.oid, 'usage')
order by 1, r.role_at, p.command_at
"""
_POLICIES = """
select format('%I.%I', schemaname, tablename), lower(cmd), policyname, array_to_string(roles, ', ')
from pg_policies where schemaname in ('public', 'private', 'ops', 'pgmq', 'realtime') order by 1, 2, 3
"""
_FUNCTIONS = """
select r.role, format('%I.%I', n.nspname, f.proname), obj_description(f.oid, 'pg_proc')
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
cross join unnest(%(roles)s::text[]) with ordinality as r (role, role_at)
where n.nspname in ('public', 'private', 'ops', 'pgmq')
  and has_schema_privilege(r.role, n.oid, 'usage') and has_function_privilege(r.role, f.oid, 'execute')
order by r.role_at, 2
"""


def render(conn: psycopg.Connection[Any]) -> str:
    """What was granted: the first part of docs/access.md."""
    return "\n".join([_HEAD, _tables(conn), _policies(conn), _functions(conn)])


def _tables(conn: psycopg.Connection[Any]) -> str:
    cells: dict[tuple[str, str], list[str]] = {}
    found = conn.execute(_GRANTS.replace("%I", "%%I"), {"roles": list(ROLES), "commands": list(COMMANDS)})
    for table, role, command, whole, columns in found:
        if whole or columns:
            cells.setdefault((table, role), []).append(command if whole else f"{command} ({columns})")
    roles = [role for role in ROLES if any(cell[1] == role for cell in cells)]
    lines = [f"| table | {' | '.join(roles)} |", f"|---|{'---|' * len(roles)}"]
    for table in sorted({table for table, _ in cells}):
        lines.append(f"| {table} | {' | '.join('; '.join(cells.get((table, role), [])) for role in roles)} |")
    closed = ", ".join(f"`{role}`" for role in ROLES if role not in roles)
    return "\n".join([*lines, "", f"Granted no table at all: {closed}.", ""])


def _policies(conn: psycopg.Connection[Any]) -> str:
    lines = ["## Policies", "", "| table | command | policy | for |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in conn.execute(_POLICIES)]
    return "\n".join([*lines, ""])


def _functions(conn: psycopg.Connection[Any]) -> str:
    lines = ["## Functions", "", "| role | may call | which |", "|---|---|---|"]
    arguments = {"roles": list(ROLES)}
    for role, function, comment in conn.execute(_FUNCTIONS.replace("%I", "%%I"), arguments):
        lines.append(f"| {role} | `{function}` | {comment or ''} |")
    return "\n".join([*lines, ""])


def main() -> None:
    with TestServer(MAJOR).running() as server, server.clone() as database:
        granted = render(database.connect())
        sys.stdout.write(f"{granted}\n{access_tried.render(access_tried.matrix(World(database)))}")


if __name__ == "__main__":
    main()
