"""The Edge Function as Supabase would run it: Deno, with the packages of tests/node and none from outside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from shiftbot.local.ports import free_port
from tests.support.node import node_project
from tests.support.postgres import ROOT

FUNCTIONS = ROOT / "supabase" / "functions"
_PERMISSIONS = ("--allow-net=127.0.0.1", "--allow-env")


def deno(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs deno in a copy of a function; what it printed."""
    command = [str(_program()), *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=_environment(folder),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def unpacked(function: str, folder: Path) -> Path:
    """A copy of the function beside the packages it imports, which nothing fetches."""
    copy = folder / function
    shutil.copytree(FUNCTIONS / function, copy)
    (copy / "node_modules").symlink_to(node_project() / "node_modules")
    return copy


@contextmanager
def served(function: str, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The function behind a port; yields its address."""
    copy, port = unpacked(function, folder), free_port()
    url = f"http://127.0.0.1:{port}/functions/v1/{function}"
    command = [
        str(_program()),
        "run",
        "--node-modules-dir=manual",
        "--cached-only",
        *_PERMISSIONS,
        "index.ts",
    ]
    environment = (
        _environment(copy)
        | settings
        | {
            "DENO_SERVE_ADDRESS": f"tcp:127.0.0.1:{port}",
            "WATCHDOG_URL": url,
        }
    )
    with (folder / "deno.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=copy, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while not _answers(url):
            assert process.poll() is None, (folder / "deno.log").read_text()
            assert time.monotonic() < deadline, "the function does not come up"
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def kill(url: str) -> None:
    """SIGKILL to the function at this address."""
    port = urlsplit(url).port
    (owner,) = {c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port}
    os.kill(int(owner or 0), signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code == 405
    except httpx.HTTPError:
        return False


def _program() -> Path:
    return node_project() / "node_modules" / ".bin" / "deno"


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DENO_DIR": str(folder / ".deno"),
        "NO_COLOR": "1",
    }
