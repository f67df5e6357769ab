"""shiftbot subscriptions: who is told of journal rows by outgoing webhooks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from shiftbot.cli import command, database
from shiftbot.cli.failure import Failed
from shiftbot.local import env_file
from shiftbot.local.home import Home
from shiftbot.outgoing import LEAST_MASTER, secret_of

_SETTING = "OUTGOING_WEBHOOK_SECRET"
_ADD = """
insert into public.subscriptions (name, url, events, platforms, source_ids, ticket_ids, include_content)
values (%s, %s, %s::text[], %s::public.platform[], %s::bigint[], %s::bigint[], %s) returning id
"""
_CHANGES = {
    "activate": (
        "is_active = true",
        "is active again. What it missed: `shiftbot subscriptions replay {0} --since …`.",
    ),
    "deactivate": ("is_active = false", "is sent nothing more; what waits for it is dropped."),
    "rotate": (
        "secret_version = secret_version + 1",
        "has a new secret. For a day both sign, so that the receiver can change over.",
    ),
}
_HELP = {
    "activate": "send to it again",
    "deactivate": "send it nothing more, and keep it",
    "rotate": "make a new secret and print it",
}


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(
        commands, "subscriptions", "tell other programs of what happens, by signed webhooks"
    )
    _add_add(group)
    command.add(group, "list", _list, "show who is told of what, and whether it is reached")
    for name, words in _HELP.items():
        changed = command.add(group, name, _change, words)
        changed.add_argument("id", type=int, help="its number in `subscriptions list`")
        changed.set_defaults(change=name)
    for name, run, words in (
        ("remove", _remove, "forget it; what waits for it is dropped"),
        ("secret", _secret, "print the secret that signs what it is sent"),
        ("test", _test, "send it an event that concerns no ticket"),
    ):
        command.add(group, name, run, words).add_argument(
            "id", type=int, help="its number in `subscriptions list`"
        )
    replay = command.add(
        group,
        "replay",
        _replay,
        "send it once more what it wants of the past",
        "Each delivery has the id it had the first time, so that the receiver can drop what it knows.",
    )
    replay.add_argument("id", type=int, help="its number in `subscriptions list`")
    replay.add_argument("--since", default="-infinity", metavar="TIME", help="such as 2026-01-31T08:00Z")
    replay.add_argument("--ticket", type=int, metavar="ID", help="of this ticket only")


def _add_add(group: command.Commands) -> None:
    adds = command.add(
        group,
        "add",
        _add,
        "tell a program of every journal row, or of some",
        "Prints the secret that signs what it is sent. Filters may be given several times; what is left out\n"
        "filters nothing.",
    )
    adds.add_argument("url", help="https://…, or http to this machine")
    adds.add_argument("--name", help="what it is for (default: the host)")
    adds.add_argument("--event", action="append", metavar="EVENT", help="such as acknowledged or closed")
    adds.add_argument("--platform", action="append", choices=("telegram", "slack"), help="of this platform")
    adds.add_argument("--source", action="append", type=int, metavar="ID", help="of this row of sources")
    adds.add_argument("--ticket", action="append", type=int, metavar="ID", help="of this ticket")
    adds.add_argument("--include-content", action="store_true", help="send people's words along")


def _add(arguments: argparse.Namespace) -> int:
    master = _master()
    name = arguments.name or arguments.url.partition("://")[2].partition("/")[0]
    values = (
        name or "?",
        arguments.url,
        arguments.event,
        arguments.platform,
        arguments.source,
        arguments.ticket,
        arguments.include_content,
    )
    with database.connection() as conn, _refusals():
        row = conn.execute(_ADD, values).fetchone()
    number = int(row[0]) if row else 0
    print(f"Subscription {number}: {arguments.url} is told from now on. Its secret, for the receiver:")
    print(secret_of(master, number, 1))
    print(f"Try it: shiftbot subscriptions test {number}")
    return 0


def _list(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        rows = conn.execute(
            "select o.id, o.name, o.url, o.is_active, o.deactivated_because, to_char(o.delivered_at, 'YYYY-MM-DD HH24:MI:SS'),"
            " o.error, o.waiting, o.dead, s.events, s.platforms::text[], s.source_ids, s.ticket_ids, s.include_content"
            " from ops.subscriptions as o join public.subscriptions as s on s.id = o.id order by o.id"
        ).fetchall()
    for row in rows:
        print(_line(*row))
    if not rows:
        print("Nobody is told. Add one with: shiftbot subscriptions add https://…")
    return 0


def _line(
    number: int, name: str, url: str, is_active: bool, because: str | None, reached: str | None, error: str | None,
    waiting: int, dead: int, events: Any, platforms: Any, sources: Any, tickets: Any, content: bool,
) -> str:  # fmt: skip
    filters = {"events": events, "platforms": platforms, "sources": sources, "tickets": tickets}
    wanted = [f"{kind} {', '.join(map(str, values))}" for kind, values in filters.items() if values]
    stands = [f"last reached {reached}" if reached else "never reached", f"{waiting} waiting", f"{dead} dead"]
    stands += [f"since then: {error}"] if error else []
    state = "" if is_active else f" (not active{f': {because}' if because else ''})"
    return (
        f"{number}  {name}  {url}{state}\n"
        f"   {'; '.join(wanted) or 'everything'}; {'with' if content else 'without'} people's words\n"
        f"   {', '.join(stands)}"
    )


def _change(arguments: argparse.Namespace) -> int:
    assignment, said = _CHANGES[arguments.change]
    master = _master() if arguments.change == "rotate" else ""
    query = f"update public.subscriptions set {assignment} where id = %s returning secret_version"  # noqa: S608 - our own words
    with database.connection() as conn, _refusals():
        row = conn.execute(query, (arguments.id,)).fetchone()
    version = _found(row, arguments.id)
    print(f"Subscription {arguments.id} {said.format(arguments.id)}")
    if master:
        print(secret_of(master, arguments.id, version))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        row = conn.execute(
            "delete from public.subscriptions where id = %s returning id", (arguments.id,)
        ).fetchone()
    _found(row, arguments.id)
    print(f"Subscription {arguments.id} is gone.")
    return 0


def _secret(arguments: argparse.Namespace) -> int:
    master = _master()
    with database.connection() as conn:
        row = conn.execute(
            "select secret_version from public.subscriptions where id = %s", (arguments.id,)
        ).fetchone()
    print(secret_of(master, arguments.id, _found(row, arguments.id)))
    return 0


def _test(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        row = conn.execute("select private.test_subscription(%s)", (arguments.id,)).fetchone()
    if row is None or row[0] is None:
        raise _unknown(arguments.id)
    print(f"On its way with the id sub_{arguments.id}_test_{row[0]}; a worker sends it.")
    print("How it went: shiftbot subscriptions list")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    with database.connection() as conn, _refusals():
        known = conn.execute(
            "select is_active from public.subscriptions where id = %s", (arguments.id,)
        ).fetchone()
        if not _found(known, arguments.id):
            raise Failed(
                f"Subscription {arguments.id} is not active: `shiftbot subscriptions activate {arguments.id}` first."
            )
        row = conn.execute(
            "select private.replay_subscription(%s, %s::timestamptz, %s)",
            (arguments.id, arguments.since, arguments.ticket),
        ).fetchone()
    print(f"{row[0] if row else 0} journal rows are on their way to subscription {arguments.id} once more.")
    return 0


def _master() -> str:
    given = os.environ.get(_SETTING) or env_file.read(Home.here().env_file).get(_SETTING, "")
    if len(given) < LEAST_MASTER:
        raise Failed(
            f"{_SETTING} must be set here and for the workers, to {LEAST_MASTER} characters or more:"
            " `openssl rand -hex 32` makes one.",
            2,
        )
    return given


def _found(row: tuple[Any, ...] | None, number: int) -> Any:
    if row is None:
        raise _unknown(number)
    return row[0]


def _unknown(number: int) -> Failed:
    return Failed(f"there is no subscription {number}; see `shiftbot subscriptions list`.")


@contextmanager
def _refusals() -> Iterator[None]:
    """The database's own refusals of a subscription, in its words."""
    try:
        yield
    except psycopg.errors.IntegrityError as error:
        rule = error.diag.constraint_name or ""
        if rule == "subscription_url_is_https":
            raise Failed(
                "The address must be https://…, without user, password or fragment; plain http only to localhost."
            ) from None
        hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
        raise Failed(f"{error.diag.message_primary}.{hint}") from None
    except psycopg.errors.DataError as error:
        raise Failed(f"{error.diag.message_primary}.", 2) from None
