"""Keeps the database up while the supervisor lives, and stops it however that one ends.

python -m shiftbot.local.postgres_guardian HOME PORT, with a pipe from the supervisor as standard input;
one byte in it says that starting the database is over.
"""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

from shiftbot.local.home import Home
from shiftbot.local.postgres import EmbeddedPostgres, PostgresError

VERSION = 18
_LOOK_SECONDS = 0.5
_LATE_START_SECONDS = 20.0


def main(home: Home, port: int) -> int:
    """Looks after the server until the end of the pipe, then removes the settings and stops it."""
    server = EmbeddedPostgres(home.postgres, VERSION, port)
    was_started = False
    while True:
        if select.select([0], [], [], _LOOK_SECONDS)[0]:
            if not os.read(0, 1):
                break
            was_started = True
        elif was_started and not server.is_running:
            _start_again(server)
    home.env_file.unlink(missing_ok=True)
    # A supervisor killed in the middle of the start leaves a pg_ctl behind that may yet bring the server up.
    deadline = time.monotonic() + (0 if was_started else _LATE_START_SECONDS)
    while not server.is_running and time.monotonic() < deadline:
        time.sleep(0.2)
    server.stop()
    return 0


def _start_again(server: EmbeddedPostgres) -> None:
    _say("database ended; it is started again")
    try:
        server.start()
    except PostgresError as error:
        _say(f"database does not start: {error}")
        time.sleep(5)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Home(Path(sys.argv[1])), int(sys.argv[2])))
