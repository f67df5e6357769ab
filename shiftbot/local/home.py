"""The folder in which the local rung keeps its data, and the rule that one demo at a time uses it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LAST_ONES_SECONDS = 30.0  # how long the guardians of a killed demo may need to end its processes


class LocalError(Exception):
    """The local rung cannot do what was asked; the text is one sentence for the operator, with the remedy."""


@dataclass(frozen=True)
class Home:
    """`.shiftbot` in the working directory, or wherever SHIFTBOT_HOME says."""

    path: Path

    @classmethod
    def here(cls) -> Home:
        """The home that the environment names."""
        return cls(Path(os.environ.get("SHIFTBOT_HOME") or ".shiftbot").absolute())

    @property
    def env_file(self) -> Path:
        """The settings of the running rung; only there while it runs."""
        return self.path / "env"

    @property
    def postgres(self) -> Path:
        """The database's data directory."""
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.path / "logs"

    @property
    def attachments(self) -> Path:
        """What the simulated Storage keeps."""
        return self.path / "attachments"

    @property
    def secrets_file(self) -> Path:
        """Tokens and secrets, random per home and kept."""
        return self.path / "secrets.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[int]:
        """Holds the home for one demo and gives the lock's descriptor. Raises LocalError where another runs.

        Whoever inherits the descriptor holds the home too: the guardians, until the last process is gone.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LocalError(f"Cannot write in {self.path}: {error.strerror}.") from None
        try:
            self._take(lock)
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            yield lock
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        deadline = time.monotonic() + _LAST_ONES_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                holder = os.pread(lock, 20, 0).decode()
            if holder.isdigit() and _is_alive(int(holder)):
                raise LocalError(
                    f"A demo is already running in {self.path} (process {holder}): "
                    f"stop it with Ctrl-C in its terminal or with: kill {holder}"
                )
            if time.monotonic() > deadline:
                raise LocalError(f"Processes of an earlier demo in {self.path} are still ending: try again.")
            time.sleep(0.1)

    def remove_data(self) -> None:
        """Removes what a demo left there, and nothing that is not its own. Call it while locked."""
        for kept in (self.postgres, self.path / "postgres.new", self.logs, self.attachments):
            shutil.rmtree(kept, ignore_errors=True)
        for file in (self.env_file, self.secrets_file, self.path / "postgres.secrets"):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
