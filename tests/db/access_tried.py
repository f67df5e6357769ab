"""Every command on every table, tried by everybody there is, and drawn for docs/access.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from tests.db.everywhere import furnished
from tests.db.world import Connection, World

COMMANDS = ("select", "insert", "update", "delete", "truncate")
REFUSED, NOTHING, MAY = "refused", "nothing", "may"
_NO_TABLE = (psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.WrongObjectType)  # a view
# Of which row an insert is a copy, where any would not do: the policy asks what is written.
_LIKE = {"public.ticket_actions": "where event = 'note'"}
_HEAD = """\
## As tried

The tables above say what was granted; this one says what happens. On a database with a row in every table, each of these
people and programs tried to select, insert, update, delete and truncate in every table and view of `public`, `private`,
`ops` and `pgmq` ({cells} statements). Named is what went through, or came as far as a law that binds everybody.
*In italics*: the statement is allowed, and row level security leaves it no row. All else was refused (`42501`), and views
take nothing. `stranger` is signed in and no engineer.
"""
_COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), has_column_privilege(%(role)s, a.attrelid, a.attnum, 'insert'),
  has_column_privilege(%(role)s, a.attrelid, a.attnum, 'update'), has_column_privilege(%(role)s, a.attrelid, a.attnum, 'select')
from pg_attribute as a
where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
order by a.attnum
"""


def people(world: World) -> dict[str, tuple[str, Connection]]:
    """Everybody there is: a name, the role, a connection. The API's roles come in by `authenticator`, as PostgREST does."""
    roles = ("anon", "service_role", "shiftbot_ingest", "shiftbot_worker", "shiftbot_dashboard")
    programs = {role: (role, world.database.connect(role)) for role in roles}
    signed_in = {"stranger": "Stranger", "engineer": "Ana", "admin": "Root"}
    return programs | {who: ("authenticated", world.signed_in(name)) for who, name in signed_in.items()}


class Tried:
    """One command after the other, each taken back."""

    def __init__(self, world: World, role: str, conn: Connection) -> None:
        self._world, self._role, self._conn = world, role, conn

    def outcome(self, table: str, command: str) -> str:
        try:
            statement = self._statement(table, command)
            with self._conn.transaction(force_rollback=True):
                touched = self._conn.execute(statement[0].encode(), statement[1]).rowcount
        except psycopg.errors.InsufficientPrivilege:
            return REFUSED
        except psycopg.errors.IntegrityError:  # a law, which is asked after the right to try
            return MAY
        except _NO_TABLE:
            return REFUSED
        return MAY if touched or command == "truncate" else NOTHING

    def _statement(self, table: str, command: str) -> tuple[str, list[Any]]:
        match command:
            case "select":
                granted = [name for name, *_, may_read in self._columns(table) if may_read]
                return f"select {', '.join(granted) or '*'} from {table} limit 1", []
            case "insert":
                return self._insert(table)
            case "update":
                column = ([c for c in self._columns(table) if c[3]] or self._columns(table))[0][0]
                return f"update {table} set {column} = {column}", []
            case "delete":
                return f"delete from {table}", []
            case _:
                return f"truncate {table}", []

    def _insert(self, table: str) -> tuple[str, list[Any]]:
        """A row like one that is there, of the columns that were granted or else of all."""
        columns = [c for c in self._columns(table) if c[2]] or self._columns(table)
        words = ", ".join(f"{name}::text" for name, *_ in columns)
        found = self._world.superuser.execute(
            f"select {words} from {table} {_LIKE.get(table, '')} limit 1".encode()
        ).fetchone()
        places = ", ".join(f"%s::{kind}" for _, kind, *_ in columns)
        names = ", ".join(name for name, *_ in columns)
        return f"insert into {table} ({names}) values ({places})", list(found or [None] * len(columns))

    def _columns(self, table: str) -> list[tuple[str, str, bool, bool, bool]]:
        arguments = {"role": self._role, "table": table}
        return self._world.superuser.execute(_COLUMNS, arguments).fetchall()


def matrix(world: World) -> dict[tuple[str, str, str], str]:
    """What became of each command of each person on each table."""
    tables = furnished(world)
    return {
        (who, table, command): tried.outcome(table, command)
        for who, (role, conn) in people(world).items()
        for tried in [Tried(world, role, conn)]
        for table, _ in tables
        for command in COMMANDS
    }


def render(cells: dict[tuple[str, str, str], str]) -> str:
    """The section of docs/access.md."""
    return "\n".join([_HEAD.format(cells=len(cells)), *_rows(cells), ""])


def _rows(cells: dict[tuple[str, str, str], str]) -> Iterator[str]:
    let_in = {who: any(c[0] == who and said != REFUSED for c, said in cells.items()) for who, _, _ in cells}
    columns = [who for who, is_in in let_in.items() if is_in]
    yield f"| table | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for table in sorted({table for _, table, _ in cells}):
        row = [", ".join(_cell(cells, who, table)) for who in columns]
        if any(row):
            yield f"| {table} | {' | '.join(row)} |"
    yield ""
    yield f"Refused everything, everywhere: {', '.join(f'`{who}`' for who, is_in in let_in.items() if not is_in)}."


def _cell(cells: dict[tuple[str, str, str], str], who: str, table: str) -> Iterator[str]:
    for command in COMMANDS:
        said = cells[who, table, command]
        if said != REFUSED:
            yield command if said == MAY else f"*{command}*"
