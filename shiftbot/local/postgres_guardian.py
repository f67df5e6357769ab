"""Stops the database with the supervisor, however that one ends: python -m shiftbot.local.postgres_guardian HOME.

Standard input is a pipe from the supervisor; one byte in it says that starting the database is over.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from shiftbot.local.home import Home
from shiftbot.local.postgres import EmbeddedPostgres

VERSION = 18
_LATE_START_SECONDS = 20.0


def main(home: Home) -> int:
    """Waits for the end of the pipe, then removes the settings and stops the server."""
    was_started = False
    while os.read(0, 1024):
        was_started = True
    home.env_file.unlink(missing_ok=True)
    server = EmbeddedPostgres(home.postgres, VERSION)
    # A supervisor killed in the middle of the start leaves a pg_ctl behind that may yet bring the server up.
    deadline = time.monotonic() + (0 if was_started else _LATE_START_SECONDS)
    while not server.is_running and time.monotonic() < deadline:
        time.sleep(0.2)
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(Home(Path(sys.argv[1]))))
