"""How a command fails in a way that was to be expected: one sentence and an exit code, no traceback."""

from __future__ import annotations


class Failed(Exception):
    """The text says what is wrong and what to do; 1 is trouble, 2 is wrong usage or configuration."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def unusable(what: str, error: Exception, code: int = 1) -> Failed:
    """Every problem of a file or of the settings, one a line."""
    problems = "\n  ".join(str(error).splitlines())
    return Failed(f"{what} cannot be used:\n  {problems}", code)
