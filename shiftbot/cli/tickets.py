"""shiftbot tickets: the list, or one ticket's journal."""

from __future__ import annotations

import argparse

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.local import ticket_list, timeline
from shiftbot.local.reader import Reader
from shiftbot.local.terminal import console as make_console


def add(commands: command.Commands) -> None:
    """Adds the command."""
    tickets = command.add(
        commands, "tickets", _tickets, "list the newest tickets, or show what happened on one"
    )
    tickets.add_argument("id", nargs="?", type=int, help="the ticket to show")
    tickets.add_argument("--limit", type=int, default=30, help="how many to list (default: 30)")


def _tickets(arguments: argparse.Namespace) -> int:
    console = make_console()
    with database.explained(), Reader(database.dsn()) as reader:
        if arguments.id is None:
            rows = ticket_list.newest(reader, max(1, arguments.limit))
            if not rows:
                console.print("There are no tickets yet.")
            else:
                ticket_list.show(console, rows)
            return 0
        actions = timeline.Journal(reader).of_ticket(arguments.id)
        if not actions:
            raise Failed(f"there is no ticket {arguments.id}; `shiftbot tickets` lists them.")
        ticket_list.show(console, ticket_list.by_ids(reader, [arguments.id]))
        timeline.show(console, actions)
    return 0
