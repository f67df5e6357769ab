"""How the local rung speaks to the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rich.console import Console

_WIDTH_OF_A_PIPE = 140


def console() -> Console:
    """As wide as the terminal; texts are printed as they are, brackets and all."""
    is_pipe = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    width = _WIDTH_OF_A_PIPE if is_pipe else None
    return Console(width=width, highlight=False, markup=False, emoji=False)


def command_name() -> str:
    """How this shell calls `shiftbot`: by that name, or by the way to it."""
    called = Path(sys.argv[0])
    if called.name != "shiftbot":
        return "shiftbot"
    if (found := shutil.which("shiftbot")) and Path(found).resolve() == called.resolve():
        return "shiftbot"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called.absolute())
