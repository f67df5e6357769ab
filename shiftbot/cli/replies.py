"""shiftbot replies: those of which nobody knows whether they arrived."""

from __future__ import annotations

import argparse

import psycopg

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.db import constraint_of


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(
        commands,
        "replies",
        "decide about replies that may or may not have arrived",
        "When a worker dies or a connection breaks in the middle of a send, nobody knows whether the\n"
        "customer has the reply. It is not sent again by itself: look into the chat and decide.",
    )
    command.add(group, "list", _list, "the replies that wait for a decision")
    for name, run, words in (
        ("resend", _resend, "the customer does not have it: send it again"),
        ("delivered", _delivered, "the customer has it: take it as delivered"),
    ):
        command.add(group, name, run, words).add_argument("id", type=int, help="number in `replies list`")


def _list(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        rows = conn.execute(
            "select u.reply_id, u.ticket_id, to_char(u.since, 'YYYY-MM-DD HH24:MI:SS'), u.error, r.body"
            " from ops.unknown_replies as u join public.replies as r on r.id = u.reply_id order by u.reply_id"
        ).fetchall()
    for reply_id, ticket_id, since, error, body in rows:
        print(f"reply {reply_id} on ticket {ticket_id}, since {since}: {error or 'no error was recorded'}")
        print(f"  {' '.join((body or '').split())[:100]}")
    if rows:
        print("\nDecide with: shiftbot replies resend ID, or: shiftbot replies delivered ID")
    else:
        print("No reply waits for a decision.")
    return 0


def _resend(arguments: argparse.Namespace) -> int:
    _resolve(arguments.id, is_resent=True)
    print(f"Reply {arguments.id} is sent again.")
    return 0


def _delivered(arguments: argparse.Namespace) -> int:
    _resolve(arguments.id, is_resent=False)
    print(f"Reply {arguments.id} is taken as delivered.")
    return 0


def _resolve(reply_id: int, is_resent: bool) -> None:
    with database.connection() as conn:
        try:
            conn.execute("select private.resolve_reply(%s, %s)", (reply_id, is_resent))
        except psycopg.errors.CheckViolation as error:
            if constraint_of(error) != "only_unknown_or_failed_replies_are_resolved":
                raise
            raise Failed(
                f"reply {reply_id} waits for no decision; `shiftbot replies list` shows those that do."
            ) from None
