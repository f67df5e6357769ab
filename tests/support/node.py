"""The Node programs of the tests (tests/node), with their locked packages."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.postgres import ROOT

_FOLDER = ROOT / "tests" / "node"
_REMEDY = "No Node.js for the tests with independent clients: apt-get install nodejs npm (18 or newer)"


@contextmanager
def node(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Runs one of tests/node, its output to be read line by line; ends it. Fails the test where Node is missing."""
    process = subprocess.Popen(
        [shutil.which("node") or pytest.fail(_REMEDY, pytrace=False), program, *arguments],
        cwd=node_project(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """The next line that contains the words. Fails the test where the program ends first."""
    assert process.stdout is not None
    line = next((line for line in process.stdout if words in line), None)
    assert line is not None, f"it ended and never said {words!r}"
    return line


def node_project() -> Path:
    """The folder, with what package-lock.json names installed: once, whoever of the tests' processes comes first."""
    npm = shutil.which("npm") or pytest.fail(_REMEDY, pytrace=False)
    wanted = hashlib.sha256((_FOLDER / "package-lock.json").read_bytes()).hexdigest()
    with (_FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = _FOLDER / "node_modules" / ".shiftbot"
        if not installed.exists() or installed.read_text() != wanted:
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund"],
                cwd=_FOLDER, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            if done.returncode:
                pytest.fail(f"npm ci in {_FOLDER} failed:\n{done.stdout}", pytrace=False)
            installed.write_text(wanted)
    return _FOLDER
