"""docs/errors.md explains every refusal that has a name."""

from __future__ import annotations

import re

import pytest

from tests.support.postgres import ROOT, Database

pytestmark = pytest.mark.newest_postgres

PAGE = (ROOT / "docs" / "errors.md").read_text()
MIGRATIONS = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))

# What a person named: Postgres' own names for primary and foreign keys say nothing that the error does not.
NAMED_RULES = """
select c.conname from pg_catalog.pg_constraint as c
where c.connamespace in ('public'::regnamespace, 'private'::regnamespace)
  and c.contype in ('c', 'u', 'x', 'p') and c.conname !~ '_pkey$'
union
select c.relname from pg_catalog.pg_index as i join pg_catalog.pg_class as c on c.oid = i.indexrelid
where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  and i.indisunique and c.relname !~ '_pkey$'
"""


def explained() -> set[str]:
    """The names that open an entry."""
    return {name for line in entries() for name in re.findall(r"\*\*`([a-z0-9_]+)`\*\*", line)}


def entries() -> list[str]:
    return [line for line in PAGE.splitlines() if line.startswith("- **")]


def raised() -> set[str]:
    """The names that functions raise by themselves."""
    return {name for path in MIGRATIONS for name in re.findall(r"constraint = '(\w+)'", path.read_text())}


def rules(database: Database) -> set[str]:
    return {name for (name,) in database.connect("supabase_admin").execute(NAMED_RULES.encode())}


def appended_only(database: Database) -> set[str]:
    """private.refuse_change() makes its name from the table's."""
    tables = database.connect("supabase_admin").execute(
        "select tgrelid::regclass::text from pg_catalog.pg_trigger"
        " where tgfoid = 'private.refuse_change()'::regprocedure"
    )
    return {f"{table.removeprefix('public.')}_are_append_only" for (table,) in tables}


def kept(database: Database) -> set[str]:
    """private.refuse_removal() has its name from its trigger's first argument."""
    named = database.connect("supabase_admin").execute(
        "select distinct split_part(encode(tgargs, 'escape'), '\\000', 1) from pg_catalog.pg_trigger"
        " where tgfoid = 'private.refuse_removal()'::regprocedure"
    )
    return {name for (name,) in named}


def test_every_rule_is_explained(database: Database) -> None:
    missing = (rules(database) | raised() | appended_only(database) | kept(database)) - explained()

    assert missing == set()


def test_nothing_is_explained_that_no_longer_exists(database: Database) -> None:
    gone = explained() - rules(database) - raised() - appended_only(database) - kept(database)

    assert gone == set()


def test_each_is_explained_once() -> None:
    names = [name for line in entries() for name in re.findall(r"\*\*`([a-z0-9_]+)`\*\*", line)]

    assert len(names) == len(set(names))
