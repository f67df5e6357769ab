"""The backup and the restore of docs/operations.md, by the very commands that are in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from shiftbot.local.postgres import EmbeddedPostgres
from tests.support.postgres import ROOT, Database, TestServer


class FreshServer(TestServer):
    """As a new project is: prepared by the platform, and nothing of the product in it, no role either."""

    def fill(self, database: str) -> None:
        """Nothing."""


def back_up(database: Database, folder: Path, without: str = "") -> None:
    """Makes shiftbot.dump in the folder, without that option where one is named."""
    commands = _commands()[0]
    assert without in commands
    done = _shell(commands.replace(without, ""), database.server, folder, {"DATABASE_URL": database.dsn})
    assert done.returncode == 0, done.stdout


def restore(database: Database, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the commands did and said."""
    return _shell(_commands()[1], database.server, folder, {"NEW_DATABASE_URL": database.dsn})


def _commands() -> list[str]:
    chapter = (ROOT / "docs" / "operations.md").read_text().partition("## Backups\n")[2]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)


def _shell(
    commands: str, server: EmbeddedPostgres, folder: Path, settings: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    (folder / "supabase").exists() or (folder / "supabase").symlink_to(ROOT / "supabase")
    path = f"{server.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607 - as an operator types it
        env=os.environ | settings | {"PATH": path}, cwd=folder, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip
