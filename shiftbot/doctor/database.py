"""The database: version, queues' library, migrations, and what the login and the programs' roles may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from shiftbot.doctor.finding import Finding, Group
from shiftbot.migrate import newest

Connection = psycopg.Connection[Any]
_GROUP = Group("database")
_OLDEST, _NEWEST = 15, 18
_LEAST_PGMQ = (1, 4, 4)
_MIGRATE = "Run `shiftbot migrate` with the owner's DATABASE_URL."
# What each program begins with; the rest comes with the same migrations. docs/access.md has all of it.
NEEDED = {
    "shiftbot_ingest": (
        "ingest_message",
        "sync_sources",
        "press_page",
        "hear_call_status",
        "metrics",
        "readiness",
    ),
    "shiftbot_worker": (
        *("read_queue", "claim_triage", "claim_reply_part", "claim_attempt", "sweep", "sign_of_life"),
        *("metrics", "readiness"),
    ),
}


def examine(conn: Connection) -> Iterator[Finding]:
    """By whatever login DATABASE_URL names: the owner's sees all, a program's what it needs."""
    yield _version(conn)
    yield _pooling(conn)
    yield _login(conn)
    yield from _roles(conn)
    yield _pgmq(conn)
    yield _migrations(conn)


def become(conn: Connection) -> str | None:
    """A program's role from here on, for asking as it would; None where the login is no member of any."""
    for role in NEEDED:
        try:
            conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        except psycopg.errors.Error:
            continue
        return role
    return None


def _version(conn: Connection) -> Finding:
    major = conn.info.server_version // 10000
    if not _OLDEST <= major <= _NEWEST:
        return _GROUP.problem(
            "version",
            f"is Postgres {major}",
            f"Use one from {_OLDEST} to {_NEWEST}, which this version is tested with.",
        )
    return _GROUP.ok("version", f"is Postgres {major}")


def _pooling(conn: Connection) -> Finding:
    """Transaction mode gives every statement another session: `set role` and `listen` are lost."""
    conn.execute("select set_config('shiftbot.doctor', 'kept', false)")
    kept = conn.execute("select current_setting('shiftbot.doctor', true)").fetchone()
    if conn.info.port == 6543 or kept != ("kept",):
        return _GROUP.problem(
            "connection",
            "goes through a pooler in transaction mode",
            "Use the direct address or session mode, port 5432.",
        )
    return _GROUP.ok("connection", "keeps its session")


def _login(conn: Connection) -> Finding:
    row = conn.execute(
        "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = session_user"
    ).fetchone()
    name, is_super, bypasses = row if row else ("?", False, False)
    if is_super:
        return _GROUP.problem(
            "login",
            f"{name} is a superuser: no law binds it",
            "Use a login of its own, as docs/deploy-supabase.md says.",
        )
    if bypasses and name != "postgres":  # Supabase's owner does
        return _GROUP.warning("login", f"{name} passes row level security by", "Use a login of its own.")
    return _GROUP.ok("login", f"is {name}, no superuser")


def _roles(conn: Connection) -> Iterator[Finding]:
    mode = "SET" if conn.info.server_version >= 160000 else "MEMBER"
    can_become = 0
    for role in NEEDED:
        row = conn.execute(
            "select rolsuper or rolbypassrls, pg_has_role(session_user, oid, %s) from pg_roles where rolname = %s",
            (mode, role),
        ).fetchone()
        if row is None:
            yield _GROUP.problem("roles", f"{role} does not exist", _MIGRATE)
            continue
        can_become += row[1]
        yield _held(conn, role, is_too_strong=row[0])
    if can_become == 0:
        grant = "grant shiftbot_ingest to …; grant shiftbot_worker to …;"
        yield _GROUP.problem("membership", "the login may become no program's role", f"As the owner: {grant}")
    else:
        yield _GROUP.ok("membership", f"the login may become {can_become} of {len(NEEDED)} programs' roles")


def _held(conn: Connection, role: str, *, is_too_strong: bool) -> Finding:
    if is_too_strong:
        return _GROUP.problem(
            "roles",
            f"{role} is a superuser or passes row level security by",
            f"alter role {role} nosuperuser nobypassrls;",
        )
    rows = conn.execute(
        "select n.name from unnest(%s::text[]) as n (name) where not exists ("
        " select from pg_proc as p join pg_namespace as s on s.oid = p.pronamespace"
        " where s.nspname = 'private' and p.proname = n.name"
        " and has_schema_privilege(%s, s.oid, 'usage') and has_function_privilege(%s, p.oid, 'execute'))",
        (list(NEEDED[role]), role, role),
    ).fetchall()
    if rows:
        return _GROUP.problem(
            "grants", f"{role} may not call {', '.join(name for (name,) in rows)}", _MIGRATE
        )
    return _GROUP.ok("grants", f"{role} holds what it needs")


def _pgmq(conn: Connection) -> Finding:
    row = conn.execute("select extversion from pg_extension where extname = 'pgmq'").fetchone()
    if row is None:
        there = conn.execute("select to_regnamespace('pgmq') is not null").fetchone()
        if there == (True,):
            return _GROUP.ok("pgmq", "is installed from its SQL")
        return _GROUP.problem(
            "pgmq", "is missing: there are no queues", "create extension pgmq; then `shiftbot migrate`."
        )
    version = tuple(int(part) for part in str(row[0]).split(".") if part.isdecimal())
    if version < _LEAST_PGMQ:
        return _GROUP.problem(
            "pgmq", f"is {row[0]}", "alter extension pgmq update; 1.4.4 or newer is needed."
        )
    return _GROUP.ok("pgmq", f"is {row[0]}")


def _migrations(conn: Connection) -> Finding:
    version = newest()
    role = become(conn)
    try:
        row = conn.execute("select is_migrated from private.readiness(%s)", (version,)).fetchone()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
        return _GROUP.problem("migrations", "the database is older than this version", _MIGRATE)
    except psycopg.errors.InsufficientPrivilege:
        return _GROUP.problem("migrations", f"cannot be asked as {role or 'this login'}", _MIGRATE)
    finally:
        conn.execute("reset role")
    if row is None or row[0] is False:
        return _GROUP.problem("migrations", f"{version} is not applied", _MIGRATE)
    return _GROUP.ok(
        "migrations", f"are current, {version}" if row[0] else "are not installed beside this program"
    )
