"""shiftbot seed: fills a database with tickets that are made up, to see how it does when it is large."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import psycopg

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.seeding.making import Order, seed


def add(commands: command.Commands) -> None:
    """Adds the command."""
    seed_command = command.add(
        commands,
        "seed",
        _seed,
        "fill a database with made-up tickets, by the million",
        "Sources, engineers, tickets with their journals, replies and pages, over months: about ten\n"
        "rows of the journal a ticket, each chained as a real one is. Nobody is rung and nothing is\n"
        "sent for what is closed; what is not closed waits for the workers. Tickets can never be\n"
        "removed again: use a database of its own. The login of DATABASE_URL must be allowed to set\n"
        "session_replication_role, which keeps the triggers still: a superuser's, on the local rung\n"
        "supabase_admin's.",
    )
    seed_command.add_argument("--tickets", type=_positive, default=1000, help="how many (default: 1000)")
    seed_command.add_argument(
        "--unclosed", type=int, help="how many of them are not closed (default: a tenth, at most 1000)"
    )
    seed_command.add_argument("--days", type=_positive, default=180, help="over how many days (default: 180)")
    seed_command.add_argument(
        "--days-ago", type=int, default=0, help="how many days ago the last one began (default: 0)"
    )
    seed_command.add_argument(
        "--jobs", type=_positive, default=2, help="connections side by side (default: 2)"
    )
    seed_command.add_argument(
        "--more", action="store_true", help="go on although the database holds tickets already"
    )


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _seed(arguments: argparse.Namespace) -> int:
    default = min(1000, arguments.tickets // 10)
    unclosed = default if arguments.unclosed is None else arguments.unclosed
    if not 0 <= unclosed <= arguments.tickets or arguments.days_ago < 0:
        raise Failed("--unclosed must be between 0 and --tickets, and --days-ago 0 or more.", 2)
    if unclosed and arguments.days_ago:
        raise Failed("What began days ago would time out at once: with --days-ago say --unclosed 0.", 2)
    order = Order(arguments.tickets, unclosed, arguments.days, arguments.days_ago)
    with database.connection() as conn:
        _require_right(conn)
        if not arguments.more:
            _require_none(conn)
        place = f"{conn.info.dbname} on {conn.info.host}:{conn.info.port}"
    print(f"Making {order.tickets:,} tickets ({unclosed:,} not closed) over {order.days} days in {place}.")
    begun = time.monotonic()
    with database.explained():
        seed(database.dsn(), order, arguments.jobs, lambda done: _say(done, begun))
        with database.connection() as conn:
            conn.execute("analyze")
    print(f"Made {order.tickets:,} tickets in {time.monotonic() - begun:.0f} s.")
    return 0


def _say(done: int, begun: float) -> None:
    if sys.stderr.isatty():
        print(f"{done:,} after {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _require_right(conn: psycopg.Connection[Any]) -> None:
    try:
        conn.execute("set session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        raise Failed(
            "The login of DATABASE_URL may not set session_replication_role,"
            " without which every trigger would fire for each row: use a superuser's, on the local rung supabase_admin's."
        ) from None


def _require_none(conn: psycopg.Connection[Any]) -> None:
    if conn.execute("select id from public.tickets limit 1").fetchone():
        raise Failed(
            "This database holds tickets already, and what is made up can never be removed from among them."
            " To add to them all the same, say --more."
        )
