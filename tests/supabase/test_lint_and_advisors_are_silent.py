from __future__ import annotations

import psycopg

from tests.support.postgres import Database
from tests.support.supabase import supabase

LINT = ("db", "lint", "--schema=public,private,ops", "--level=warning", "--fail-on=warning")
ADVISORS = ("db", "advisors", "--type=all", "--level=warn", "--fail-on=warn")
CARELESS = """
create function public.careless(p_id bigint) returns bigint language plpgsql as $$
declare
  unused text;
begin
  return missing_column from public.tickets where id = p_id;
end
$$;
create function private.careless() returns trigger language plpgsql set search_path = '' as $$
begin
  new.missing_column := 1;
  return new;
end
$$;
create trigger careless before update on public.tickets for each row execute function private.careless();
"""

# The CLI leaves out what only fires as a trigger.
OF_TRIGGERS = """
select distinct f.proname, said.message
from pg_trigger as t
join pg_proc as f on f.oid = t.tgfoid
join pg_language as l on l.oid = f.prolang and l.lanname = 'plpgsql'
cross join extensions.plpgsql_check_function_tb(
  f.oid, t.tgrelid, oldtable => t.tgoldtable, newtable => t.tgnewtable, extra_warnings => true) as said
where f.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'ops'::regnamespace)
"""


def test_lint_finds_no_warning_in_any_function(pushed: Database) -> None:
    done = supabase(*LINT, dsn=pushed.dsn)

    assert done.returncode == 0, done.stdout + done.stderr


def test_triggers_are_as_clean(pushed: Database) -> None:
    assert said_of_triggers(pushed) == []


def test_advisors_find_no_warning(pushed: Database) -> None:
    done = supabase(*ADVISORS, dsn=pushed.dsn)

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_would_have_found_one(pushed: Database) -> None:
    pushed.connect().execute(CARELESS)
    lint, advisors = supabase(*LINT, dsn=pushed.dsn), supabase(*ADVISORS, dsn=pushed.dsn)

    assert (lint.returncode, advisors.returncode) == (1, 1)
    assert "missing_column" in lint.stdout
    assert "function_search_path_mutable" in advisors.stdout
    assert [line for line in said_of_triggers(pushed) if line.startswith("careless")] != []


def said_of_triggers(database: Database) -> list[str]:
    with psycopg.connect(database.admin_dsn) as conn:
        return [f"{function}: {message}" for function, message in conn.execute(OF_TRIGGERS)]
