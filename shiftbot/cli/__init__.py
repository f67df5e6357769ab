"""The command line: `shiftbot` runs the product, looks into it and repairs it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from shiftbot.cli import (
    dashboard,
    doctor,
    erase,
    journal,
    listening,
    local,
    migrations,
    on_call,
    pages,
    phone,
    queues,
    replies,
    seed,
    services,
    setup,
    sources,
    subscriptions,
    telegram_caller,
    tickets,
    triage,
)
from shiftbot.cli.failure import Failed

_DESCRIPTION = """\
Shift-Bot turns bug reports from Telegram and Slack into tickets in Postgres, triages and answers them.

New here? `shiftbot demo` runs all of it on this machine, without any account.
"""
_EPILOG = """\
Settings come from the environment; .env.example lists them. Commands that look into the database use
DATABASE_URL or, where that is not set, the demo that runs in this folder (.shiftbot/env).

Exit codes: 0 done, 1 something is wrong, 2 wrong usage or settings.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except Failed as failure:
        print(f"shiftbot: {failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    return code


def parser() -> argparse.ArgumentParser:
    """Every command; each module adds its own."""
    whole = argparse.ArgumentParser(
        prog="shiftbot",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (
        local,
        services,
        listening,
        dashboard,
        migrations,
        setup,
        doctor,
        sources,
        tickets,
        pages,
        phone,
        journal,
        erase,
        queues,
        replies,
        triage,
        subscriptions,
        on_call,
        seed,
        telegram_caller,
    ):
        module.add(commands)
    return whole
