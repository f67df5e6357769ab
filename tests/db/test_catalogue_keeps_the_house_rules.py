"""The rules for SQL that must hold on both rungs, asked of the catalogue of a migrated database."""

from __future__ import annotations

import re
from pathlib import Path

from tests.db.world import World

MIGRATIONS = sorted((Path(__file__).resolve().parents[2] / "supabase" / "migrations").glob("*.sql"))
OURS = "('public', 'private', 'ops')"
# A foreign key without an index of its own, and why.
UNINDEXED: dict[str, str] = {}


def test_every_function_is_pinned_and_explained(world: World) -> None:
    functions = world.rows(
        "select f.oid::regprocedure::text, coalesce('search_path=\"\"' = any (f.proconfig), false),"
        " obj_description(f.oid, 'pg_proc') from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
        f" where n.nspname in {OURS} and f.prokind <> 'a'"
    )

    assert len(functions) > 40
    assert [name for name, pinned, _ in functions if not pinned] == []
    assert [name for name, _, comment in functions if not comment] == []


def test_what_turns_a_kind_of_plan_off_is_not_compiled(world: World) -> None:
    """Up to Postgres 17 what is turned off costs so much that a plan with it is compiled, at every call: 140 ms."""
    steered = world.rows(
        "select proname, 'jit=off' = any (proconfig) from pg_proc"
        " where exists (select from unnest(proconfig) as c where c ~ '^enable_[a-z]+=off$')"
    )

    assert len(steered) > 3
    assert [name for name, is_kept_plain in steered if not is_kept_plain] == []


def test_every_definer_says_why() -> None:
    definers = [
        (path.name, line)
        for path in MIGRATIONS
        for line in path.read_text().splitlines()
        if "security definer" in line and not line.startswith("--")
    ]

    assert len(definers) > 20
    assert [found for found in definers if not re.search(r"-- definer: \w+", found[1])] == []


def test_every_definer_of_the_catalogue_is_in_a_migration(world: World) -> None:
    created = re.compile(r"create (?:or replace )?function (\S+?)\(.*?\$\$", re.DOTALL)
    in_files = {
        found[1]
        for path in MIGRATIONS
        for found in created.finditer(path.read_text())
        if "security definer" in found[0]
    }
    definers = {
        name
        for (name,) in world.rows(
            "select n.nspname || '.' || f.proname from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
            f" where n.nspname in {OURS} and f.prosecdef"
        )
    }

    assert len(definers) > 20
    assert definers <= in_files


def test_no_function_is_everybodys(world: World) -> None:
    assert (
        world.rows(
            "select f.oid::regprocedure::text from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
            " cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a"
            f" where n.nspname in {OURS} and a.grantee = 0"
        )
        == []
    )


def test_no_definer_is_in_the_exposed_schema(world: World) -> None:
    assert (
        world.rows("select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef")
        == []
    )


def test_every_table_is_guarded_explained_and_keyed(world: World) -> None:
    tables = world.rows(
        "select c.oid::regclass::text, c.relrowsecurity, obj_description(c.oid, 'pg_class'),"
        " exists (select from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p')"
        " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')"
    )

    assert len(tables) >= 15
    assert [table for table, secured, _, _ in tables if not secured] == []
    assert [table for table, _, comment, _ in tables if not comment] == []
    assert [table for table, _, _, keyed in tables if not keyed] == []


def test_every_table_of_the_exposed_schema_has_a_policy(world: World) -> None:
    assert (
        world.rows(
            "select c.relname from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
            " and not exists (select from pg_policy as p where p.polrelid = c.oid)"
        )
        == []
    )


def test_every_policy_is_for_somebody_and_one_command(world: World) -> None:
    assert (
        world.rows(
            "select tablename, policyname from pg_policies where schemaname in ('public', 'private')"
            " and (cmd = 'ALL' or roles = '{public}' or policyname !~ '^[A-Z].* .*')"
        )
        == []
    )


def test_every_view_is_explained(world: World) -> None:
    views = world.rows(
        "select c.relname, obj_description(c.oid, 'pg_class') from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace where n.nspname in ('public', 'ops') and c.relkind = 'v'"
    )

    assert len(views) >= 5
    assert [name for name, comment in views if not comment] == []


def test_every_foreign_key_has_an_index(world: World) -> None:
    missing = world.rows(
        "select k.conname from pg_constraint as k join pg_class as c on c.oid = k.conrelid"
        f" join pg_namespace as n on n.oid = c.relnamespace where k.contype = 'f' and n.nspname in {OURS}"
        " and not exists (select from pg_index as i where i.indrelid = k.conrelid"
        "   and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] operator(pg_catalog.@>) k.conkey"
        "   and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'))"
    )

    assert {name for (name,) in missing} == set(UNINDEXED)


def test_every_constraint_is_a_name_one_could_say(world: World) -> None:
    """Those that callers match: checks, and uniqueness and exclusion beyond the primary key."""
    names = world.rows(
        "select conname from pg_constraint as k join pg_namespace as n on n.oid = k.connamespace"
        " where n.nspname in ('public', 'private') and k.contype in ('c', 'u', 'x')"
    )

    assert len(names) > 30
    assert [name for (name,) in names if re.search(r"_(check|key|excl)\d*$", name)] == []


def test_only_the_extensions_that_both_rungs_have(world: World) -> None:
    installed = {name for (name,) in world.rows("select extname from pg_extension")}
    created = {
        name
        for path in MIGRATIONS
        for name in re.findall(r"create extension (?:if not exists )?(\w+)", path.read_text().lower())
    }

    assert installed <= {"plpgsql", "pgmq", "vector"}
    assert created <= {"pgmq", "vector"}


def test_the_migrations_were_applied_by_no_superuser(world: World) -> None:
    assert world.rows(
        "select distinct o.rolname, o.rolsuper from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        f" join pg_roles as o on o.oid = c.relowner where n.nspname in {OURS}"
    ) == [("postgres", False)]
    assert world.row("select rolsuper, rolbypassrls from pg_roles where rolname = 'postgres'")[0] is False


def test_nothing_waits_for_the_network_or_sleeps() -> None:
    for path in MIGRATIONS:
        code = "\n".join(line.split("--")[0] for line in path.read_text().lower().splitlines())
        assert not re.search(r"pg_sleep|net\.http|dblink|read_with_poll|when others", code), path.name


def test_no_name_is_used_twice(world: World) -> None:
    """Functions of one name are one function: an overload would make a call by name ambiguous for PostgREST and people."""
    assert (
        world.rows(
            "select f.proname, count(*) from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
            f" where n.nspname in {OURS} group by 1 having count(*) > 1"
        )
        == []
    )
