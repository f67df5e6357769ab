"""shiftbot journal verify."""

from __future__ import annotations

import argparse

from shiftbot.cli import command, database


def add(commands: command.Commands) -> None:
    """Adds the command."""
    group = command.add_group(commands, "journal", "prove that the journal was not tampered with")
    command.add(
        group,
        "verify",
        _verify,
        "check every row of every ticket's journal",
        "Prints the first bad row of each ticket and ends with 1 where there is one; also compares\n"
        "each ticket's status with what its journal says.",
    )


def _verify(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        bad = conn.execute("select ticket_id, seq, problem from ops.check_journal()").fetchall()
        drifted = conn.execute(
            "select ticket_id, stored_status, replayed_status from ops.status_drift"
        ).fetchall()
        row = conn.execute("select count(*), count(distinct ticket_id) from public.ticket_actions").fetchone()
    for ticket_id, seq, problem in bad:
        print(f"ticket {ticket_id}, row {seq}: {problem}")
    for ticket_id, stored, replayed in drifted:
        print(f"ticket {ticket_id}: it is {stored} and its journal says {replayed}")
    rows, tickets = row or (0, 0)
    if bad or drifted:
        print(
            f"The journal is NOT intact: {len({r[0] for r in bad + drifted})} of {tickets} tickets are bad."
        )
        return 1
    print(f"The journal is intact: {rows} rows of {tickets} tickets.")
    return 0
