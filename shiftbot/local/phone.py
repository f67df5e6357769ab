"""What the operator of the demo does with a ringing phone: answers it, ignores it, sends a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from rich.console import Console

from shiftbot.local.home import LocalError
from shiftbot.local.people import Json, PeopleError
from shiftbot.local.team import phones

_LIVE = ("queued", "initiated", "ringing", "in-progress")


def ringing(settings: Mapping[str, str], who: str = "") -> list[tuple[str, Json]]:
    """The calls that ring or are answered now, with whose phone it is; only those of `who`, where given. Raises LocalError."""
    people = phones(settings)
    found = []
    try:
        for name, number in _numbers(settings, who):
            found += [(name, call) for call in people.do("rings", number=number) if call["status"] in _LIVE]
    except PeopleError as error:
        raise LocalError(f"The simulated phones: {error}.") from None
    return found


def show(console: Console, settings: Mapping[str, str]) -> None:
    """Prints what rings."""
    calls = ringing(settings)
    for name, call in calls:
        console.print(f"{name} ({call['to']}): {call['status']}", soft_wrap=True)
        for words in call["heard"]:
            console.print(f"  “{words}”", soft_wrap=True)
    if not calls:
        console.print("No phone rings.")


def act(console: Console, settings: Mapping[str, str], verb: str, who: str, **arguments: Any) -> None:
    """Does something with the phone that rings: presses, declines, lets_ring. Raises LocalError."""
    calls = ringing(settings, who)
    if not calls:
        raise LocalError(
            f"No phone rings{f' at {who}' if who else ''}. `shiftbot page list` says what is open."
        )
    name, call = calls[-1]
    try:
        after = phones(settings).do(verb, number=call["to"], call=call["sid"], **arguments)
    except PeopleError as error:
        raise LocalError(f"{name}'s phone: {error}.") from None
    for words in after.get("heard", [])[len(call["heard"]) :]:
        console.print(f"{name} hears: “{words}”", soft_wrap=True)
    console.print(f"{name}'s call is {after['status']}.")


def text(console: Console, settings: Mapping[str, str], words: str, who: str) -> None:
    """Sends a text message to Shift-Bot's number. Raises LocalError."""
    name, number = _numbers(settings, who)[0]
    try:
        answers = phones(settings).do("texts", number=number, body=words)
    except PeopleError as error:
        raise LocalError(f"{name}'s phone: {error}.") from None
    console.print(f"{name}: {words}")
    for answer in answers:
        console.print(f"Shift-Bot: {answer}", soft_wrap=True)


def _numbers(settings: Mapping[str, str], who: str) -> list[tuple[str, str]]:
    """Engineers with a phone, the one on call first. Raises LocalError where nobody is meant."""
    with psycopg.connect(settings["DATABASE_URL"], connect_timeout=5) as conn:
        rows: list[tuple[str, str]] = conn.execute(
            "select name, phone from public.engineers where phone is not null and is_active"
            " and (%(who)s = '' or lower(name) = lower(%(who)s) or lower(split_part(name, ' ', 1)) = lower(%(who)s))"
            " order by is_on_call desc, id",
            {"who": who},
        ).fetchall()
    if not rows:
        raise LocalError(f"No engineer {who!r} has a phone.")
    return rows
