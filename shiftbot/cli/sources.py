"""shiftbot sources: the list of monitored groups and channels."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from shiftbot import sources
from shiftbot.cli import command, database
from shiftbot.cli.failure import unusable


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(commands, "sources", "check or apply the list of monitored groups and channels")
    for name, run, words, more in (
        ("check", _check, "say whether the file can be used", "Needs no database."),
        (
            "sync",
            _sync,
            "make the database follow the file",
            "What the file no longer lists is deactivated, never deleted.",
        ),
    ):
        command.add(group, name, run, words, more).add_argument(
            "--file", type=Path, help="the file (default: SOURCES_FILE or sources.json)"
        )


def _check(arguments: argparse.Namespace) -> int:
    file, listed = _load(arguments)
    for source in listed:
        is_off = "" if source.is_active else "  (not active)"
        print(f"{source.platform:<9} {source.external_id:<16} {source.name}{is_off}")
    active = sum(source.is_active for source in listed)
    print(f"{file} is fine: {len(listed)} sources, {active} of them active.")
    return 0


def _sync(arguments: argparse.Namespace) -> int:
    _, listed = _load(arguments)
    with database.connection() as conn:
        report = sources.sync(conn, listed)
    for change in ("added", "changed", "deactivated"):
        for source in getattr(report, change):
            print(f"{change:<12} {source}")
    print(f"The database follows the file; {len(report.unchanged)} sources were unchanged.")
    return 0


def _load(arguments: argparse.Namespace) -> tuple[Path, list[sources.Source]]:
    file: Path = arguments.file or Path(os.environ.get("SOURCES_FILE") or "sources.json")
    try:
        return file, sources.load(file)
    except sources.SourcesError as error:
        raise unusable(str(file), error) from None
