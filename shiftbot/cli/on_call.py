"""shiftbot on-call: who has the shift, giving it to somebody else, and the plan."""

from __future__ import annotations

import argparse
import os

from shiftbot.cli import command, database, people, rota, rotations
from shiftbot.cli.failure import Failed
from shiftbot.local import env_file
from shiftbot.local.home import Home

_TIME = "FMDy YYYY-MM-DD HH24:MI"
_TIMES = (
    "Times are 2026-11-02T09:00, local in the zone of the newest rotation (else UTC) unless --zone says\n"
    "otherwise or they have an offset; FROM may be `now`, both may be +30m, +4h, +2d or +1w."
)


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(
        commands,
        "on-call",
        "see and change who is on call, and plan who will be",
        "At most one engineer is on call. The rota (shifts, made by rotations and overrides) hands over by\n"
        "itself; a hand-over by hand holds until the rota's next hand-over.",
    )
    command.add(group, "show", _show, "who is on call now and why, the coming shifts, and gaps")
    for name, words in (
        ("take", "somebody takes the shift now"),
        ("hand-over", "hand the shift to somebody now (the same as take)"),
    ):
        taking = command.add(
            group, name, _take, words, "It holds until the rota's next hand-over, which `on-call show` tells."
        )
        taking.add_argument("who", metavar="WHO", help=people.WHO)
        taking.add_argument("--reason", default="by hand", help="kept in the history (default: by hand)")
    command.add(
        group,
        "nobody",
        _nobody,
        "put nobody on call now",
        "Pages then go to everyone, and the admins are warned.",
    )
    override = command.add(
        group, "override", _override, "give a span of the plan to somebody, cutting into its shifts", _TIMES
    )
    override.add_argument("who", metavar="WHO", help=people.WHO)
    override.add_argument("starts", metavar="FROM", help="when it begins")
    override.add_argument("ends", metavar="UNTIL", help="when it ends; +4h counts from FROM")
    override.add_argument("--zone", help="time zone of the times, such as Europe/Berlin")
    override.add_argument("--reason", default="", help="kept with the shift")
    rotations.add(group)
    calendar = command.add(
        group,
        "calendar",
        _calendar,
        "make the secret address of a calendar to subscribe to",
        "Whoever has the address can read the shifts. It is shown once; asking again makes a new one and ends\n"
        "the old one.",
    )
    calendar.add_argument("who", metavar="WHO", nargs="?", help=f"{people.WHO} (default: everybody's shifts)")
    calendar.add_argument("--revoke", action="store_true", help="end the address and make no new one")


def _show(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        zone = rota.zone(conn)
        now = conn.execute(
            "select engineer_id is not null, name, to_char(since at time zone %(zone)s, %(time)s), reason,"
            " to_char(until at time zone %(zone)s, %(time)s) from ops.on_call",
            {"zone": zone, "time": _TIME},
        ).fetchall()
        coming = conn.execute(
            "select to_char(s.starts_at at time zone %(zone)s, %(time)s), to_char(s.ends_at at time zone %(zone)s, %(time)s),"
            " e.name || case when e.is_active then '' else ' (inactive)' end, coalesce(r.name, s.kind), s.reason"
            " from public.shifts as s join public.engineers as e on e.id = s.engineer_id"
            " left join public.rotations as r on r.id = s.rotation_id"
            " where s.ends_at > now() order by s.starts_at limit 10",
            {"zone": zone, "time": _TIME},
        ).fetchall()
        gaps = conn.execute(
            "select case when is_now then 'now' else to_char(starts_at at time zone %(zone)s, %(time)s) end,"
            " to_char(ends_at at time zone %(zone)s, %(time)s), reason from ops.on_call_gaps order by starts_at",
            {"zone": zone, "time": _TIME},
        ).fetchall()
    for is_somebody, name, since, reason, until in now:
        print(
            f"On call now: {name}"
            + (f", since {since}" if since else "")
            + (f" ({reason})" if reason else "")
        )
        if until and is_somebody:
            print(f"Until: {until}, when the rota says something new")
    print(f"\nComing shifts ({zone}):" if coming else "\nNo shifts are planned.")
    for starts, ends, name, made_by, reason in coming:
        print(f"  {starts} to {ends}  {name}  ({', '.join(filter(None, (made_by, reason)))})")
    print("\nNobody is on call, in the coming 7 days:" if gaps else "\nNo gap in the coming 7 days.")
    for starts, ends, reason in gaps:
        print(f"  {starts} to {ends}: {reason}")
    return 0


def _take(arguments: argparse.Namespace) -> int:
    with database.connection() as conn, rota.refusals():
        engineer = people.find(conn, arguments.who)
        conn.execute("select private.hand_over(%s, %s)", (engineer.id, arguments.reason))
        row = conn.execute(
            "select to_char(until at time zone %s, %s) from ops.on_call", (zone := rota.zone(conn), _TIME)
        ).fetchone()
    until = f" until the rota's next hand-over, {row[0]} ({zone})" if row and row[0] else ""
    print(f"{engineer.name} is on call{until}.")
    return 0


def _nobody(_: argparse.Namespace) -> int:
    with database.connection() as conn:
        conn.execute("select private.hand_over(null)")
    print("Nobody is on call.")
    return 0


def _override(arguments: argparse.Namespace) -> int:
    with database.connection() as conn, rota.refusals():
        engineer = people.find(conn, arguments.who)
        zone = rota.zone(conn, arguments.zone)
        starts = rota.moment(conn, arguments.starts, zone, rota.now(conn))
        ends = rota.moment(conn, arguments.ends, zone, starts)
        conn.execute(
            "select private.override_shift(%s, %s, %s, %s)", (engineer.id, starts, ends, arguments.reason)
        )
        row = conn.execute(
            "select to_char(greatest(%(starts)s, now()) at time zone %(zone)s, %(time)s),"
            " to_char(%(ends)s at time zone %(zone)s, %(time)s)",
            {"zone": zone, "time": _TIME, "starts": starts, "ends": ends},
        ).fetchone()
    if row:
        print(f"{engineer.name} has the shift from {row[0]} to {row[1]} ({zone}).")
    return 0


def _calendar(arguments: argparse.Namespace) -> int:
    base_url = "" if arguments.revoke else _public_base_url()
    with database.connection() as conn, rota.refusals():
        engineer = people.find(conn, arguments.who) if arguments.who is not None else None
        number = engineer.id if engineer else None
        whose = f"{engineer.name}'s calendar" if engineer else "everybody's calendar"
        ended = conn.execute("select private.revoke_calendar_token(%s)", (number,)).fetchone()
        if arguments.revoke:
            print(
                f"The address of {whose} is ended."
                if ended and ended[0]
                else f"There was no address of {whose}."
            )
            return 0
        made = conn.execute("select private.make_calendar_token(%s)", (number,)).fetchone()
    print(f"{base_url}/calendar/{made[0] if made else ''}.ics")
    if ended and ended[0]:
        print("The address that was there before no longer works.")
    return 0


def _public_base_url() -> str:
    """Where the webhooks are reached; of the demo where DATABASE_URL is the demo's too."""
    given = os.environ.get("PUBLIC_BASE_URL")
    if not given and not os.environ.get("DATABASE_URL"):
        given = env_file.read(Home.here().env_file).get("PUBLIC_BASE_URL")
    if not given:
        database.dsn()  # says so first where there is no database either
        raise Failed("PUBLIC_BASE_URL is not set: the address begins with it (.env.example says how).", 2)
    return given.rstrip("/")
