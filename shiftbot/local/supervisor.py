"""Keeps the processes of the local rung alive, and ends every one of them with itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shiftbot.local.guardian import GRACE_SECONDS
from shiftbot.local.home import LocalError

_LOOK_SECONDS = 0.1
_READY_SECONDS = 60.0
_LONGEST_PAUSE = 10.0
_STEADY_SECONDS = 30.0  # alive this long, the next end counts as the first
_TRIES_TO_START = 4


@dataclass(frozen=True)
class Program:
    """One process: its name, its command, and how to tell that it is up."""

    name: str
    command: tuple[str, ...]
    is_up: Callable[[], bool] = lambda: True
    outlives_others: bool = False  # ends after the programs that talk to it
    without: frozenset[str] = frozenset()  # of the environment: what it is not told
    also: Mapping[str, str] = field(default_factory=dict)  # what only it is told


class Child:
    """A program behind its guardian, in a session of its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(self, program: Program, environment: Mapping[str, str], log_file: Path, lock: int) -> None:
        self.program = program
        self.log_file = log_file
        self.failures = 0
        self.due: float | None = None
        self._environment = {name: v for name, v in environment.items() if name not in program.without}
        self._environment |= program.also
        self._lock = lock
        self._started = 0.0
        self._guardian: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; what it says is added to its log."""
        self.due = None
        self._started = time.monotonic()
        with self.log_file.open("ab") as log:
            self._guardian = subprocess.Popen(  # noqa: S603  # our own program and arguments
                guarded(self.program.command),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
                pass_fds=(self._lock,),
            )

    def end_of_life(self) -> int | None:
        """The exit code of one that ended by itself just now, and the date of its restart in `due`."""
        if self._guardian is None or self.due is not None or (code := self._guardian.poll()) is None:
            return None
        self.end()
        self._kill_group()
        if time.monotonic() - self._started > _STEADY_SECONDS:
            self.failures = 0
        self.due = time.monotonic() + min(0.5 * 2.0**self.failures, _LONGEST_PAUSE)
        self.failures += 1
        return code

    def end(self) -> None:
        """Asks it to end; `wait` waits for that."""
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.close()

    def wait(self) -> None:
        """Returns when it is gone and all its own processes have been killed."""
        if self._guardian is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guardian.wait(GRACE_SECONDS + 2)
        self._kill_group()
        self._guardian.wait()

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log_file.read_text(errors="replace").splitlines() if self.log_file.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    def _kill_group(self) -> None:
        if self._guardian is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._guardian.pid, signal.SIGKILL)


class Supervisor:
    """Starts programs, starts again what dies, tells about it, and ends all of them."""

    def __init__(
        self, programs: Sequence[Program], environment: Mapping[str, str], logs: Path, lock: int,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(p, environment, logs / f"{p.name}.log", lock) for p in programs]

    def start(self) -> None:
        """Starts everything and returns when all of it is up. Raises LocalError where one does not come up."""
        for child in self.children:
            child.start()
        self._thread.start()
        deadline = time.monotonic() + _READY_SECONDS
        for child in self.children:
            while not child.program.is_up():
                if child.failures >= _TRIES_TO_START or time.monotonic() > deadline:
                    raise LocalError(
                        f"{child.program.name} does not start; the end of {child.log_file}: {child.last_words()}"
                    )
                time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """Ends the programs within seconds. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for is_last in (False, True):
            wave = [child for child in self.children if child.program.outlives_others == is_last]
            for child in wave:
                child.end()
            for child in wave:
                child.wait()

    def _watch(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            for child in self.children:
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if (code := child.end_of_life()) is not None and child.due is not None:
            pause = child.due - time.monotonic()
            self._tell(
                f"{child.program.name} ended ({_words(code)}); it is started again in {pause:.1f} s, "
                f"its log is {child.log_file}"
            )
        if child.due is not None and time.monotonic() >= child.due:
            child.start()


def guarded(command: Sequence[str]) -> list[str]:
    """The command as a guardian runs it."""
    return [sys.executable, "-m", "shiftbot.local.guardian", *command]


def _words(code: int) -> str:
    if code > 128 and code - 128 in set(signal.Signals):
        return signal.Signals(code - 128).name
    return f"exit code {code}"
