"""What adding a command takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
Run = Callable[[argparse.Namespace], int]


def add(commands: Commands, name: str, run: Run, words: str, more: str = "") -> argparse.ArgumentParser:
    """One command; `words` is its line in the list, `more` what its own help adds."""
    command = _parser(commands, name, words, more)
    command.set_defaults(run=run)
    return command


def add_group(commands: Commands, name: str, words: str, more: str = "") -> Commands:
    """A command with commands of its own."""
    group = _parser(commands, name, words, more)
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _parser(commands: Commands, name: str, words: str, more: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=words,
        description=f"{words[:1].upper()}{words[1:]}.\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
