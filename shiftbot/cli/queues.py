"""shiftbot queue: what waits, what died, and putting it back to work."""

from __future__ import annotations

import argparse

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.queue import QUEUES


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(commands, "queue", "look into the queues and put dead messages back to work")
    command.add(
        group,
        "list",
        _list,
        "how much waits on each queue, and which messages are dead and why",
        "A message is dead when it kept failing; fix the cause, then put it back with `shiftbot queue requeue`.",
    )
    requeue = command.add(group, "requeue", _requeue, "put dead messages back to work")
    requeue.add_argument("queue", choices=QUEUES, help="the queue they came from")
    requeue.add_argument(
        "msg_id",
        nargs="?",
        type=int,
        help="one message, by its number in `queue list` (default: all of them)",
    )


def _list(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        queues = conn.execute(
            "select queue, length, visible, in_hand_or_delayed, oldest_seconds, dead from ops.queues"
        ).fetchall()
        dead = conn.execute(
            "select queue, msg_id, to_char(died_at, 'YYYY-MM-DD HH24:MI:SS'), attempts, reason, message"
            " from ops.dead_letters order by queue, msg_id"
        ).fetchall()
    print(f"{'queue':<12} {'waiting':>8} {'in hand':>8} {'oldest':>8} {'dead':>6}")
    for queue, _length, visible, in_hand, oldest, deaths in queues:
        print(f"{queue:<12} {visible:>8} {in_hand:>8} {_age(oldest):>8} {deaths:>6}")
    for queue, msg_id, died_at, attempts, reason, message in dead:
        about = ", ".join(f"{name} {value}" for name, value in (message or {}).items())
        print(f"\ndead: {queue} {msg_id} ({about}), {died_at} after {attempts} attempts\n  {reason}")
    if dead:
        print("\nPut one back with: shiftbot queue requeue QUEUE NUMBER")
    return 0


def _requeue(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        row = conn.execute(
            "select private.requeue_dead(%s, %s)", (arguments.queue, arguments.msg_id)
        ).fetchone()
    count = int(row[0]) if row else 0
    if arguments.msg_id is not None and not count:
        raise Failed(
            f"there is no dead message {arguments.msg_id} of {arguments.queue}; see `shiftbot queue list`."
        )
    print(f"{count} {'message' if count == 1 else 'messages'} of {arguments.queue} put back to work.")
    return 0


def _age(seconds: int) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes:02} m" if hours else f"{minutes} m {seconds:02} s" if minutes else f"{seconds} s"
    )
