"""Part of the benchmarks: what processes take of the cores, told apart by what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psutil

Roots = Mapping[str, Sequence[int]]  # a name for the programs, and the processes they started with


def spent(roots: Roots) -> dict[str, float]:
    """CPU seconds so far, children included, those that have ended as well."""
    return {name: sum(_of(pid) for root in pids for pid in _family(root)) for name, pids in roots.items()}


def between(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, float]:
    """CPU seconds per piece of work."""
    return {name: (after[name] - before[name]) / max(1, count) for name in after}


def told(costs: Mapping[str, float]) -> str:
    """As a line of the table holds it: who took how much, the greatest first."""
    ordered = sorted(costs.items(), key=lambda cost: -cost[1])
    return ", ".join(f"{name} {seconds * 1000:.2f}" for name, seconds in ordered)


def _family(root: int) -> list[int]:
    return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]


def _of(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
