"""shiftbot triage replay: its arguments."""

from __future__ import annotations

import argparse
from pathlib import Path

from shiftbot.cli import command

_ABOUT = """\
Judges recorded decisions again, each with what had been said until it was made, and lets the database's own
rule decide. Nothing is written and nobody is answered or rung; with --engine model the conversations go to
the model's server again. A model that fails is stood in for by the rules, as in production, and counted.

Another threshold, at once and for free; the rules of this version; another prompt, and what it costs:

  shiftbot triage replay --since 7d --engine recorded --threshold 0.6
  shiftbot triage replay --since 7d --engine rules
  shiftbot triage replay --since 7d --engine model --prompt new.md --at-most 200 --price-in 1 --price-out 4

Needs the owner's DATABASE_URL: the programs' logins may not read conversations. Ends with 1 where the model
failed.
"""


def add(commands: command.Commands) -> None:
    """Adds the command."""
    group = command.add_group(commands, "triage", "ask what other judgement would have changed")
    replay = command.add(
        group, "replay", _replay, "judge recorded history again and print what would have changed", _ABOUT
    )
    replay.add_argument("--since", required=True, metavar="TIME", help="7d, 36h or such as 2026-01-31T08:00Z")
    replay.add_argument(
        "--engine",
        required=True,
        choices=("rules", "model", "recorded"),
        help="the rules, a model over them, or the verdicts as they were recorded (for --threshold)",
    )
    replay.add_argument("--model", metavar="NAME", help="instead of OPENAI_MODEL")
    replay.add_argument("--prompt", metavar="FILE", type=Path, help="instead of the prompt that is shipped")
    replay.add_argument(
        "--threshold",
        type=_share,
        metavar="NUMBER",
        help="instead of the escalation_threshold of app_settings; sources that have their own keep it",
    )
    replay.add_argument(
        "--at-most", type=_count, default=1_000_000, metavar="N", help="the newest N decisions"
    )
    replay.add_argument(
        "--concurrency", type=_count, default=4, metavar="N", help="judged at once (default: 4)"
    )
    replay.add_argument("--price-in", type=_amount, metavar="PRICE", help="of a million tokens that are read")
    replay.add_argument("--price-out", type=_amount, metavar="PRICE", help="of a million that are written")
    replay.add_argument("--limit", type=_count, default=20, metavar="N", help="flips to list (default: 20)")
    replay.add_argument("--json", action="store_true", help="one object instead of lines")


def _replay(arguments: argparse.Namespace) -> int:
    from shiftbot.cli.replay import run  # the models' library takes a while to load

    return run(arguments)


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("a threshold is between 0 and 1")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _amount(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError("a price is 0 or more")
    return number
