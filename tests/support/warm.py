"""Dashboards forked from a process that has imported everything already: each starts two seconds of computing sooner."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.warm_imports"])


class Warm:
    """`shiftbot dashboard` with this environment, as subprocess.Popen would give it."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._process: ForkServerProcess = _CONTEXT.Process(target=_run, args=(dict(environment), str(log)))
        with _without_main():
            self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, timeout: float) -> None:
        self._process.join(timeout)
        if self._process.exitcode is None:
            self._process.kill()
            raise TimeoutError(f"the dashboard did not end within {timeout} s")
        self._process.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """A new process would run the parent's main module again, which a test of Streamlit's leaves behind as its own."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _run(environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(out, number)
    from shiftbot.cli import main

    sys.exit(main(["dashboard"]))
