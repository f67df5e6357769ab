from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tests.support.postgres import ROOT, Database
from tests.support.supabase import supabase

CONFIGURATION = tomllib.loads((ROOT / "supabase" / "config.toml").read_text())


def test_the_cli_knows_every_key(pushed: Database) -> None:
    done = supabase("db", "push", "--dry-run", dsn=pushed.dsn)

    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stdout + done.stderr


def test_it_would_have_said_so(pushed: Database, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "supabase", tmp_path / "supabase")
    with (tmp_path / "supabase" / "config.toml").open("a") as file:
        file.write("nonsense = true\n")
    done = supabase("db", "push", "--dry-run", dsn=pushed.dsn, project=tmp_path)

    assert "keys this version of the Supabase CLI does not recognize" in done.stdout + done.stderr


def test_only_public_is_exposed_and_nobody_signs_up() -> None:
    assert CONFIGURATION["api"]["schemas"] == ["public"]
    assert CONFIGURATION["db"]["major_version"] == 17
    assert CONFIGURATION["auth"]["enable_signup"] is False


def test_seeds_are_there() -> None:
    for path in CONFIGURATION["db"]["seed"]["sql_paths"]:
        assert (ROOT / "supabase" / path).exists()
