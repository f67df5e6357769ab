"""Outlives the tests by a moment: when their end of the pipe closes, however they ended, the server goes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.support.debian import postgres_of


def main(data_dir: Path, version: int) -> None:
    sys.stdin.buffer.read()
    postgres_of(data_dir, version).stop()
    shutil.rmtree(data_dir.parent, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
