"""Law 8: whoever is not signed in sees nothing and may call nothing."""

from __future__ import annotations

import pytest

from tests.db.world import World, refused

SCHEMAS = "('public', 'private', 'ops', 'pgmq')"
TABLES = (
    "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class as c"
    f" join pg_namespace as n on n.oid = c.relnamespace where n.nspname in {SCHEMAS} and c.relkind in ('r', 'p', 'v')"
)
FUNCTIONS = (
    "select f.oid::regprocedure::text from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
    f" where n.nspname in {SCHEMAS}"
    " and has_schema_privilege(%s, n.oid, 'usage') and has_function_privilege(%s, f.oid, 'execute')"
)


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_no_table_can_be_touched(world: World, role: str) -> None:
    world.ticket("escalated")
    conn = world.database.connect(role)
    tables = [table for (table,) in world.rows(TABLES, conn=world.superuser)]

    assert len(tables) > 30
    for table in tables:
        for statement in (
            f"select * from {table}",
            f"delete from {table}",
            f"insert into {table} default values",
        ):
            with refused("42501"):
                conn.execute(statement.encode())


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_no_function_can_be_called(world: World, role: str) -> None:
    assert world.rows(FUNCTIONS, role, role, conn=world.superuser) == []


def test_the_question_is_not_vacuous(world: World) -> None:
    assert len(world.rows(FUNCTIONS, "postgres", "postgres", conn=world.superuser)) > 40
    assert len(world.rows(FUNCTIONS, "shiftbot_ingest", "shiftbot_ingest", conn=world.superuser)) > 3


def test_no_sequence_can_be_drawn_from(world: World) -> None:
    for role in ("anon", "authenticated", "service_role", "shiftbot_ingest", "shiftbot_worker"):
        assert (
            world.rows(
                "select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
                " where n.nspname in ('public', 'private', 'ops')"
                " and case when c.relkind = 'S' then has_sequence_privilege(%s, c.oid, 'usage, select, update') end",
                role,
            )
            == []
        )


def test_what_comes_later_is_closed_too(world: World) -> None:
    """The default privileges, which a new table or function of a later migration falls under."""
    world.do("create table public.later (id int)")
    world.do("create function public.later() returns int language sql return 1")
    world.do("create function private.later() returns int language sql return 1")
    for role in ("anon", "authenticated", "service_role"):
        conn = world.database.connect(role)
        for query in ("select * from public.later", "select public.later()", "select private.later()"):
            with refused("42501"):
                conn.execute(query.encode())
