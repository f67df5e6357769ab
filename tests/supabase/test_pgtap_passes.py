from __future__ import annotations

import os
import subprocess

from psycopg.conninfo import conninfo_to_dict

from tests.support.debian import PG_PROVE
from tests.support.postgres import ROOT, Database

TESTS = ROOT / "supabase" / "tests"


def test_every_file_passes_as_the_owner(pushed: Database) -> None:
    said = prove(pushed)

    assert said.splitlines()[-1] == "Result: PASS", said


def test_a_broken_law_is_seen(pushed: Database) -> None:
    pushed.connect().execute("drop index public.at_most_one_engineer_on_call")

    assert prove(pushed).splitlines()[-1] == "Result: FAIL"


def test_none_leaves_anything_behind(pushed: Database) -> None:
    prove(pushed)

    assert pushed.connect().execute("select count(*) from public.engineers").fetchone() == (0,)


def prove(database: Database) -> str:
    """pg_prove over supabase/tests, as the non-superuser `postgres`."""
    where = conninfo_to_dict(database.dsn)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
    }
    done = subprocess.run(
        [PG_PROVE, "--recurse", "--ext", ".sql", TESTS],
        env=os.environ | {variable: str(where[name]) for name, variable in names.items()},
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout
