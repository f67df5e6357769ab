"""Runs a command that ends with the one who started it: python -m shiftbot.local.guardian COMMAND …

Standard input is a pipe whose other end only the supervisor holds. However the supervisor ends, kill -9
included, the pipe comes to its end and the command is ended too. Works the same on Linux and macOS.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 6.0


def main(command: list[str]) -> int:
    """Returns the command's exit code, as a shell gives it."""
    # The command stays in the guardian's process group, so that whoever ends the group ends both.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own program and arguments
    is_ending = threading.Event()
    ending = threading.Thread(target=_end_with_supervisor, args=(child, is_ending), daemon=True)
    ending.start()
    code = child.wait()
    if is_ending.is_set():
        ending.join()  # it ends what the command left behind, and this process
    return code if code >= 0 else 128 - code


def _end_with_supervisor(child: subprocess.Popen[bytes], is_ending: threading.Event) -> None:
    # Not sys.stdin: its buffer's lock would be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    is_ending.set()
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
