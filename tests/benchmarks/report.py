"""Part of the benchmarks: figures and how they are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line: what, how much, and how often it holds a baseline that was measured in the same run."""

    what: str
    value: str
    ratio: float | None = None
    baseline: str = ""

    def __str__(self) -> str:
        compared = "" if self.ratio is None else f"{self.ratio:8.1f} x {self.baseline}"
        return f"  {self.what:<52} {self.value:>24} {compared}".rstrip()


def at(ordered: Sequence[float], percent: float) -> float:
    """The value that so many percent of the ordered ones do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def machine() -> str:
    """What it was measured on."""
    model = ""
    if (info := Path("/proc/cpuinfo")).exists():
        named = [
            line.partition(":")[2].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = named[0] if named else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model or platform.processor() or platform.machine()}, {cores} cores, {platform.system()}, Postgres 18 with fsync"
