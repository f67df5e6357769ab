"""What a check found: one line for people, one object for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """`says` is what is so; `mend` is what to do about it, where it is not ok."""

    group: str
    check: str
    status: Status
    says: str
    mend: str = ""


@dataclass(frozen=True)
class Group:
    """Makes the findings of one group."""

    name: str

    def ok(self, check: str, says: str) -> Finding:
        """As it should be."""
        return Finding(self.name, check, "ok", says)

    def warning(self, check: str, says: str, mend: str) -> Finding:
        """It works, and somebody should look."""
        return Finding(self.name, check, "warning", says, mend)

    def problem(self, check: str, says: str, mend: str) -> Finding:
        """Something that is configured does not work."""
        return Finding(self.name, check, "problem", says, mend)
