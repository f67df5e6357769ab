"""The version before the newest migration, out of the project's own history, and its programs."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.postgres import ROOT

_MIGRATIONS = "supabase/migrations"


def previous_version(folder: Path, commit: str = "") -> Path:
    """Unpacks it: the last commit whose migrations are the beginning of today's, or another. Fails without history."""
    archive = subprocess.run(
        [*_git(), "archive", commit or _previous_commit()], cwd=ROOT, check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as unpacked:
        unpacked.extractall(folder, filter="data")
    return folder


def _previous_commit() -> str:
    today = sorted(path.name for path in (ROOT / _MIGRATIONS).glob("*.sql"))
    # Of each merge only the mainline: what was merged may have counted its migrations otherwise.
    for commit in _said("log", "--first-parent", "--format=%H^", "--", _MIGRATIONS).split():
        listed = _said("ls-tree", "--name-only", commit, f"{_MIGRATIONS}/").split()
        names = sorted(Path(path).name for path in listed if path.endswith(".sql"))
        if names and len(names) < len(today) and names == today[: len(names)]:
            return commit
    _fail(f"no commit before the newest of {_MIGRATIONS} is in it")


def _said(*arguments: str) -> str:
    done = subprocess.run([*_git(), *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        _fail((done.stderr.splitlines() or ["git failed"])[0])
    return done.stdout


def _git() -> list[str]:
    program = shutil.which("git") or _fail("git is missing: apt-get install git")
    # CI often runs as somebody else than the owner of the checkout.
    return [program, "-c", f"safe.directory={ROOT}"]


def _fail(why: str) -> NoReturn:
    pytest.fail(
        f"The upgrade is tested from an earlier commit, so the whole history is needed (git fetch --unshallow): {why}",
        pytrace=False,
    )


@contextmanager
def program(code: Path, settings: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of that version's programs, for as long as the block lasts; it has to be alive until then and to end in order."""
    path = {"PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "shiftbot.cli", *arguments],
        cwd=code, env=os.environ | path | settings, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
        assert process.poll() is None
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait(30)
