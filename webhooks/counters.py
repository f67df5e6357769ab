"""The counters of several processes as one: prometheus_client keeps them in files of a directory that we make and clean."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def are_shared() -> bool:
    """Whether this process counts into files that others add up."""
    return bool(os.environ.get(_VARIABLE))


def share(processes: int, directory: str) -> None:
    """Before prometheus_client is imported, which looks at it once. One process needs no files."""
    if processes == 1:
        os.environ.pop(_VARIABLE, None)
        return
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client was imported before it was told where to count")
    os.environ[_VARIABLE] = _emptied(directory) if directory else _made()


def forget(_: Any, worker: Any) -> None:
    """gunicorn's child_exit: what a dead process gauged is no longer so; what it counted stays counted."""
    if are_shared():
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _emptied(directory: str) -> str:
    Path(directory).mkdir(parents=True, exist_ok=True)
    for left in Path(directory).glob("*.db"):  # of the last run: nothing else in it is ours
        left.unlink()
    return directory


def _made() -> str:
    made = tempfile.mkdtemp(prefix="shiftbot-metrics-")
    master = os.getpid()

    def remove() -> None:
        if os.getpid() == master:  # not when one of its children ends
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(remove)
    return made
