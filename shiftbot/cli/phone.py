"""shiftbot phone: the engineers' phones of the running demo, in the operator's hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from rich.console import Console

from shiftbot.cli import command
from shiftbot.cli.failure import Failed
from shiftbot.local.home import Home, LocalError

Act = Callable[[Console, Mapping[str, str], argparse.Namespace], None]


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(
        commands,
        "phone",
        "answer or ignore the ringing phones of the running demo",
        "Keys in a call: 1 acknowledges, 2 says it again, 9 passes it on. Without --as it is whoever is rung.",
    )
    command.add(group, "show", _run(_show), "show which phones ring, and what was said")
    press = command.add(group, "press", _run(_press), "pick up, if need be, and press a key")
    press.add_argument("key", choices=("1", "2", "9"), help="1 acknowledges, 2 repeats, 9 passes on")
    decline = command.add(group, "decline", _run(_decline), "refuse the call")
    ignore = command.add(group, "ignore", _run(_ignore), "let it ring until its time is over")
    text = command.add(group, "text", _run(_text), "send a text message to Shift-Bot, such as 1")
    text.add_argument("words", help="what to write")
    for parser in (press, decline, ignore, text):
        parser.add_argument("--as", dest="who", default="", metavar="WHO", help="whose phone, such as Ben")


def _run(act: Act) -> command.Run:
    def run(arguments: argparse.Namespace) -> int:
        from shiftbot.local.saying import settings_of_running
        from shiftbot.local.terminal import console

        try:
            act(console(), settings_of_running(Home.here()), arguments)
        except LocalError as error:
            raise Failed(str(error)) from None
        return 0

    return run


def _show(console: Console, settings: Mapping[str, str], _: argparse.Namespace) -> None:
    from shiftbot.local import phone

    phone.show(console, settings)


def _press(console: Console, settings: Mapping[str, str], arguments: argparse.Namespace) -> None:
    from shiftbot.local import phone

    phone.act(console, settings, "presses", arguments.who, key=arguments.key)


def _decline(console: Console, settings: Mapping[str, str], arguments: argparse.Namespace) -> None:
    from shiftbot.local import phone

    phone.act(console, settings, "declines", arguments.who)


def _ignore(console: Console, settings: Mapping[str, str], arguments: argparse.Namespace) -> None:
    from shiftbot.local import phone

    phone.act(console, settings, "lets_ring", arguments.who)


def _text(console: Console, settings: Mapping[str, str], arguments: argparse.Namespace) -> None:
    from shiftbot.local import phone

    phone.text(console, settings, arguments.words, arguments.who)
