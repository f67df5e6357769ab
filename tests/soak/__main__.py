"""Load with everything dying: make soak, or python -m tests.soak --seconds 1800 --rate 50. Ends with 1 if anything was lost."""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time

from tests.benchmarks.report import machine
from tests.soak import providers
from tests.soak.havoc import Havoc
from tests.soak.ledger import Rest, Verdict, close, settle
from tests.soak.stage import HISTORY_SECONDS, stage
from tests.soak.traffic import Traffic
from tests.soak.watcher import Watcher
from webhooks.slack_history import YOUNG_SECONDS


def main(argv: list[str]) -> int:
    """Runs the soak and prints its account."""
    arguments = _parser().parse_args(argv)
    usual = (6, 4) if arguments.providers else (1800, 50)
    arguments.seconds, arguments.rate = arguments.seconds or usual[0], arguments.rate or usual[1]
    sys.stdout.write(f"{machine()}\n")
    dice = _dice(arguments.seed)
    if arguments.providers:
        return _providers(arguments, dice)
    stop, calm = threading.Event(), threading.Event()
    with stage(arguments.workers, arguments.older) as it:
        traffic = Traffic(it, arguments.rate, arguments.pages, dice)
        havoc = Havoc(it, _dice(arguments.seed + 1), arguments.pause, arguments.restart, arguments.faults)
        watcher = Watcher(it)
        beside = [threading.Thread(target=havoc.run, args=(calm,))] if arguments.pause else []
        beside += [threading.Thread(target=watcher.run, args=(calm,))] if arguments.watch else []
        for thread in beside:
            thread.start()
        try:
            traffic.run(arguments.seconds, stop)
        finally:
            calm.set()
            for thread in beside:
                thread.join()
        rest = settle(it, arguments.patience)
        time.sleep(YOUNG_SECONDS + 2 * HISTORY_SECONDS)  # what Slack gave up is found in its channels by then
        rest = Rest(rest.seconds, settle(it, arguments.patience).moving)
        verdict = close(it, traffic.said, rest)
        watched = str(watcher) if arguments.watch else "nobody"
    _print(arguments, havoc, traffic, verdict, watched)
    return 1 if verdict.wrong else 0


def _providers(arguments: argparse.Namespace, dice: random.Random) -> int:
    """Prints each line as soon as it is known: all of them take some minutes."""
    sys.stdout.write(f"{providers.heading()}\n")
    are_good = True
    with stage(arguments.workers, arguments.older) as it:
        for account in providers.episodes(it, dice, arguments.rate, arguments.seconds, arguments.patience):
            are_good = are_good and account.is_good
            sys.stdout.write(f"{account}\n")
            sys.stdout.flush()
        wrong = providers.unsound(it)
    sys.stdout.write(f"wrong: {'; '.join(wrong) or 'nothing'}\n")
    return 0 if are_good and not wrong else 1


def _print(
    arguments: argparse.Namespace, havoc: Havoc, traffic: Traffic, verdict: Verdict, watched: str
) -> None:
    deeds = ", ".join(f"{count} x {deed}" for deed, count in sorted(havoc.deeds.items()))
    lines = [
        (
            f"{arguments.rate:g} messages a second for",
            f"{arguments.seconds:g} s, {arguments.workers} workers",
        ),
        ("meanwhile", deeds or "nothing"),
        ("at the dashboard", watched),
        *verdict.lines,
        ("the customers were behind their schedule by", f"{traffic.late:.1f} s at most"),
        ("wrong", "; ".join(verdict.wrong) or "nothing"),
    ]
    for what, value in lines:
        sys.stdout.write(f"  {what:<44} {value}\n")


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # the same storm again


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, help="how long customers write (1800; with --providers 6 for each fault)"
    )
    parser.add_argument("--rate", type=float, help="messages a second (50; with --providers 4)")
    parser.add_argument(
        "--pages", type=float, default=0.005, help="part of the messages that is serious (0.005)"
    )
    parser.add_argument("--workers", type=int, default=3, help="worker processes (3)")
    parser.add_argument("--pause", type=float, default=10, help="seconds between two kills, 0 for none (10)")
    parser.add_argument(
        "--restart", type=float, default=300, help="seconds between two stops of the database (300)"
    )
    parser.add_argument(
        "--older", nargs="?", const="", metavar="COMMIT",
        help="let the first worker be of this commit, or of the last one before the newest migration",
    )  # fmt: skip
    parser.add_argument(
        "--providers", action="store_true", help="nothing is killed: one fault of a provider after the other"
    )
    parser.add_argument(
        "--watch", action="store_true", help="an engineer sits at the dashboard, in a browser"
    )
    parser.add_argument("--faults", action="store_true", help="providers misbehave too")
    parser.add_argument(
        "--patience",
        type=float,
        default=420,
        help="seconds without any progress until it gives up (420: Slack tries a last time after 300)",
    )
    parser.add_argument("--seed", type=int, default=1, help="another one, another storm (1)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
