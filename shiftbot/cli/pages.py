"""shiftbot page: what rings now, and a test ring that shows whether an engineer can be reached."""

from __future__ import annotations

import argparse
import time
from typing import Any

import psycopg

from shiftbot.cli import command, database, people

# A webhook reaches no person.
METHODS = ("telegram_call", "phone_call", "sms", "email", "telegram_message", "slack_message")
_LOOK_SECONDS = 0.3
_WORKER_SECONDS = 15.0
_MEANS = {
    "attempted": "the provider took it",
    "delivered": "delivered",
    "ringing": "it rings",
    "answered": "somebody picked up (which acknowledges nothing)",
    "voicemail": "a voicemail picked up",
    "declined": "declined",
    "no_answer": "nobody answered",
    "busy": "busy",
    "failed": "failed",
    "acknowledged": "acknowledged",
    "unknown": "nobody knows what became of it",
    "skipped": "skipped",
    "cancelled": "not needed any more",
}


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(commands, "page", "see what rings, and test that an engineer can be reached")
    command.add(group, "list", _list, "show open pages and whether any is stalled")
    test = command.add(
        group,
        "test",
        _test,
        "ring one engineer as a real page would",
        "Rings by every way of the policy, one step after the other, until it is acknowledged. No ticket\n"
        "and no customer is involved. Needs a running worker: `shiftbot worker escalations`.",
    )
    test.add_argument("who", help=people.WHO)
    test.add_argument(
        "--method", choices=METHODS, metavar="METHOD", help=f"try this way only: {', '.join(METHODS)}"
    )
    test.add_argument(
        "--wait", type=float, default=600, metavar="SECONDS", help="stop looking after this (default: 600)"
    )


def _list(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        pages = conn.execute(
            "select escalation_id, ticket_id, coalesce(title, ''), state, leader_id, cycle, attempts, acknowledged_by,"
            " to_char(due_at, 'HH24:MI:SS'), to_char(ack_expires_at, 'HH24:MI') from ops.pages"
        ).fetchall()
        stalled = conn.execute("select ticket_id, reason from ops.stalled_escalations").fetchall()
    for page in pages:
        print(_line(*page))
    if not pages:
        print("Nothing rings and nothing is acknowledged.")
    for ticket_id, reason in stalled:
        print(f"STALLED: ticket {ticket_id}: {reason}")
    return 1 if stalled else 0


def _line(
    number: int, ticket_id: int | None, title: str, state: str, leader: int | None, cycle: int, attempts: int,
    holder: str | None, due: str | None, expires: str | None,
) -> str:  # fmt: skip
    about = f"ticket {ticket_id}: {title}" if ticket_id else "a test"
    if state == "acknowledged":
        stands = f"{holder or 'somebody'} has it" + (f" until {expires}" if expires else "")
    elif state == "joined":
        stands = f"joined page {leader}"
    elif leader is not None:
        stands = f"waits quietly beside page {leader} until {due}"
    else:
        stands = f"rings, cycle {cycle}, {attempts} attempts so far, next step at {due}"
    return f"page {number}, {about}: {stands}"


def _test(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        engineer = people.find(conn, arguments.who)
        (page_id,) = _one(
            conn,
            "select private.open_test_page(%s, %s::public.escalation_method)",
            engineer.id,
            arguments.method,
        )
        print(f"Test page {page_id} rings {engineer.name}. Acknowledge it where it rings; Ctrl-C stops it.")
        try:
            return _watch(conn, page_id, engineer, arguments.wait)
        except KeyboardInterrupt:
            print("Stopped.")
            return 130
        finally:
            conn.execute("select private.close_test_page(%s)", (page_id,))


def _watch(conn: psycopg.Connection[Any], page_id: int, engineer: people.Engineer, wait: float) -> int:
    begun = time.monotonic()
    said: dict[int, str] = {}
    while time.monotonic() < begun + wait:
        (state,) = _one(conn, "select state from public.escalations where id = %s", page_id)
        attempts = conn.execute(
            "select id, method::text, coalesce(outcome, ''), coalesce(detail, ''), claimed_at is null"
            " from public.escalation_attempts where escalation_id = %s order by id",
            (page_id,),
        ).fetchall()
        for number, method, outcome, detail, _ in attempts:
            if outcome and said.get(number) != outcome:
                said[number] = outcome
                print(f"  {method.replace('_', ' ')}: {_MEANS[outcome]}{f' ({detail})' if detail else ''}")
        if state != "ringing":
            print(f"{engineer.name} acknowledged." if state == "acknowledged" else _ended(attempts))
            return 0 if state == "acknowledged" else 1
        if not said and attempts and time.monotonic() > begun + _WORKER_SECONDS:
            print("No worker has taken it: does `shiftbot worker escalations` run?")
            return 1
        time.sleep(_LOOK_SECONDS)
    print(f"Not acknowledged within {wait:.0f} seconds.")
    return 1


def _ended(attempts: list[tuple[Any, ...]]) -> str:
    if all(outcome in ("skipped", "failed") for _, _, outcome, _, _ in attempts):
        return "Nothing reached the engineer: see the reasons above."
    return "Every way was tried once and none was acknowledged."


def _one(conn: psycopg.Connection[Any], query: str, *arguments: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = conn.execute(query.encode(), arguments).fetchone()
    if row is None:
        raise LookupError(query)
    return row
