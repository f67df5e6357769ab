"""`.shiftbot/env`: the settings of the running rung as KEY=value lines that a shell can read."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path


def write(path: Path, values: Mapping[str, str]) -> None:
    """Writes the file, readable by its owner only; a reader sees the old one or the new one, never a half."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)
    fresh.replace(path)


def read(path: Path) -> dict[str, str]:
    """What `write` wrote; nothing where there is no such file."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}
