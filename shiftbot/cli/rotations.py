"""shiftbot on-call rotation: the rules that make shifts."""

from __future__ import annotations

import argparse
import datetime as dt
import re

from shiftbot.cli import command, database, people, rota
from shiftbot.cli.failure import Failed


def add(commands: command.Commands) -> None:
    """Adds the commands to `on-call`."""
    group = command.add_group(
        commands,
        "rotation",
        "the rules that make shifts: who takes turns, for how long",
        "Where several active rotations meet, the one that started last rules.",
    )
    adding = command.add(
        group,
        "add",
        _add,
        "let people take turns",
        "Example: shiftbot on-call rotation add weekly ana@example.com ben@example.com --zone Europe/Berlin\n"
        "The shifts of the coming 60 days are made at once, and then kept 60 days ahead.",
    )
    adding.add_argument("name", metavar="NAME", help="what you call it")
    adding.add_argument(
        "who", metavar="WHO", nargs="+", help=f"in the order of their turns, each {people.WHO}"
    )
    adding.add_argument("--zone", required=True, help="time zone of the hand-over, such as Europe/Berlin")
    adding.add_argument("--days", type=int, default=7, help="length of a turn in days (default: 7)")
    adding.add_argument("--at", default="09:00", help="local time of the hand-over (default: 09:00)")
    adding.add_argument(
        "--from",
        dest="starts_on",
        type=dt.date.fromisoformat,
        metavar="DATE",
        help="day on which the first one's turn begins, such as 2026-11-02 (default: today)",
    )
    command.add(group, "list", _list, "the rotations, the newest first")
    stopping = command.add(
        group, "stop", _stop, "make no more shifts by this rule", "The turn that runs goes on to its end."
    )
    stopping.add_argument("rotation", metavar="NAME", help="its name or its id")


def _add(arguments: argparse.Namespace) -> int:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", arguments.at):
        raise Failed(f"'{arguments.at}' is no time of day: write 09:00.", 2)
    with database.connection() as conn, rota.refusals():
        taking_turns = [people.find(conn, who) for who in arguments.who]
        zone = rota.zone(conn, arguments.zone)
        conn.execute(
            "insert into public.rotations (name, engineer_ids, shift_days, hand_over_at, time_zone, starts_on)"
            " values (%s, %s, %s, %s, %s, coalesce(%s, (now() at time zone %s)::date))",
            (
                *(arguments.name, [engineer.id for engineer in taking_turns], arguments.days, arguments.at),
                *(zone, arguments.starts_on, zone),
            ),
        )
    print(
        f"Rotation {arguments.name} is made: {', '.join(engineer.name for engineer in taking_turns)} take turns."
    )
    print("See the shifts with: shiftbot on-call show")
    return 0


def _list(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        rows = conn.execute(
            "select r.id, r.name, r.is_active, r.shift_days, to_char(r.hand_over_at, 'HH24:MI'), r.time_zone,"
            " r.starts_on::text, (select string_agg("
            "   coalesce(e.name || case when e.is_active then '' else ' (inactive)' end, '(gone)'), ', ' order by u.place)"
            "   from unnest(r.engineer_ids) with ordinality as u (id, place)"
            "   left join public.engineers as e on e.id = u.id)"
            " from public.rotations as r order by r.is_active desc, r.starts_on desc, r.id desc"
        ).fetchall()
    for number, name, is_active, days, at, zone, starts_on, names in rows:
        turn = "1 day each" if days == 1 else f"{days} days each"
        print(
            f"{number}  {name}{'' if is_active else '  (stopped)'}: {names}; {turn}, from {starts_on}, at {at} {zone}"
        )
    if not rows:
        print("There are no rotations. Make one with: shiftbot on-call rotation add")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    with database.connection() as conn:
        row = conn.execute(
            "update public.rotations set is_active = false where id ="
            " (select id from public.rotations where is_active and (lower(name) = lower(%(it)s) or id::text = %(it)s)"
            "  order by lower(name) = lower(%(it)s) desc limit 1) returning name",
            {"it": arguments.rotation},
        ).fetchone()
    if row is None:
        raise Failed(
            f"there is no active rotation '{arguments.rotation}'; `shiftbot on-call rotation list` shows them."
        )
    print(f"Rotation {row[0]} makes no more shifts; the turn that runs goes on to its end.")
    return 0
