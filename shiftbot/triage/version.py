"""Which rules these are: whoever reads a verdict years later can tell what gave it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

# What a severity or a page can depend on; the wording of replies cannot change either.
_DECIDING = ("ear.py", "engine.py", "hearing.py", "language.py", "learned.py", "pattern.py", "rules.py", "signals", "text.py",
             "verdict.py", "weights.tsv", "words.py")  # fmt: skip


@cache
def rules_digest() -> str:
    """Names the version of the rules in the journal: a digest of their text, so that nobody can forget to count it up."""
    digest = hashlib.sha256()
    for name in _DECIDING:
        for file in _modules(files("shiftbot.triage") / name):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _modules(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place]
    return sorted((each for each in place.iterdir() if each.name.endswith(".py")), key=lambda each: each.name)
