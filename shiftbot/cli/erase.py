"""shiftbot erase person: what one account of Telegram or Slack said goes from the database; the rest is reported."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import psycopg

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.db import constraint_of

_BATCH = 20  # tickets locked by one transaction
_WORDS = {
    "person_is_an_account": "a person is named as telegram:12345 or slack:U024BE7LH; `shiftbot tickets NUMBER` shows them.",
    "erasure_has_a_reason": "an erasure needs a reason: --reason names the request and its date, not the person.",
}


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(commands, "erase", "remove a person's words for good")
    person = command.add(
        group,
        "person",
        _person,
        "erase what one account said, in every ticket, and what repeats it",
        "The journal's chain stays valid and keeps that, when and why words were erased. Messages that are still\n"
        "in Telegram or Slack are listed: a human deletes them there. Keep the list, it cannot be made again.\n"
        "Run it with --dry-run first. It may run while people write; what they write afterwards stays.",
    )
    person.add_argument("account", help="telegram:12345 or slack:U024BE7LH")
    person.add_argument("--reason", required=True, help="kept in the journal for ever: the request, no name")
    person.add_argument("--dry-run", action="store_true", help="report, and change nothing")


def _person(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        try:
            tickets, mentioned_in = _erase(conn, arguments.account, arguments.reason, arguments.dry_run)
        except psycopg.errors.CheckViolation as error:
            if (words := _WORDS.get(constraint_of(error) or "")) is None:
                raise
            raise Failed(words, 2) from None
    for line in report(tickets, mentioned_in, arguments.dry_run):
        print(line)
    return 0


def _erase(
    conn: psycopg.Connection[Any], account: str, reason: str, is_dry_run: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """A few tickets at a time, so that nobody who writes waits for long."""
    tickets: list[dict[str, Any]] = []
    mentioned_in: set[int] = set()
    while True:
        row = conn.execute(
            "select private.erase_person(%s, %s, %s, %s)",
            (account, reason, is_dry_run, None if is_dry_run else _BATCH),
        ).fetchone()
        done: dict[str, Any] = row[0] if row else {}
        tickets += done["tickets"]
        mentioned_in.update(done["mentioned_in"])
        if not done["remaining"]:
            return tickets, sorted(mentioned_in - {t["ticket_id"] for t in tickets})


def report(tickets: list[dict[str, Any]], mentioned_in: list[int], is_dry_run: bool) -> Iterator[str]:
    """What was done and what is left to do, in lines."""
    if not tickets:
        yield "Nothing is left of that account in the database."
    else:
        verb = "Would erase" if is_dry_run else "Erased"
        rows, files = (sum(ticket[key] for ticket in tickets) for key in ("rows", "files"))
        yield f"{verb} {rows} rows of the journal and {files} files (a worker removes them from Storage) in these tickets:"
        yield "  " + ", ".join(str(ticket["ticket_id"]) for ticket in tickets)
    left = [ticket["left"] for ticket in tickets]
    yield from _listed(
        "Still on the platform, written by the person; delete there:",
        (place(each) for ticket in left for each in ticket["said"]),
    )
    yield from _listed(
        "Still on the platform, written by the bot in answer; look whether they name or quote the person:",
        (place(each) for ticket in left for each in ticket["answered"]),
    )
    yield from _listed(
        "Sent to engineers, with what the tickets were about:",
        (
            f"{page['method']} to {page['to'] or 'everybody'} at {page['at']}"
            for t in left
            for page in t["paged"]
        ),
    )
    yield from _listed(
        "Somebody else may have mentioned the person here; look, and erase with private.erase_content():",
        (f"ticket {number}" for number in mentioned_in),
    )
    if tickets:
        yield "Not reached: backups made before now, logs of proxies, and whoever received outgoing webhooks."


def _listed(title: str, items: Iterator[str]) -> Iterator[str]:
    found = [f"  {item}" for item in items]
    if found:
        yield from ("", title, *found)


def place(external_id: str) -> str:
    """A message's id, and its link where one can be made from it alone."""
    platform, _, where = external_id.partition(":")
    chat, _, message = where.partition("/")
    if platform == "telegram" and chat.startswith("-100"):
        return f"{external_id}  https://t.me/c/{chat.removeprefix('-100')}/{message}"
    if platform == "slack":
        return f"{external_id}  https://slack.com/app_redirect?channel={chat}&message_ts={message}"
    return external_id  # a private chat or a small group: Telegram has no links there
