"""shiftbot demo and shiftbot say: the whole product on this machine."""

from __future__ import annotations

import argparse

from shiftbot.cli import command
from shiftbot.cli.failure import Failed
from shiftbot.local.home import Home, LocalError

_PLATFORMS = ("telegram", "slack")


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    _add_demo(commands)
    _add_say(commands)


def _add_demo(commands: command.Commands) -> None:
    demo = command.add(
        commands,
        "demo",
        _demo,
        "run everything on this machine, with simulated customers",
        "Starts a private Postgres, simulators of Telegram, Slack and a model, the webhooks and the workers,\n"
        "lets a dozen customers write, and shows what happens until you stop it with Ctrl-C. No account and\n"
        "no network are needed. Data, logs and settings are in .shiftbot (or SHIFTBOT_HOME) and are kept for\n"
        "the next run. Ports are free ones, or those from SHIFTBOT_PORT_BASE upwards.",
    )
    demo.add_argument("--fresh", action="store_true", help="delete the data of earlier demos first")
    demo.add_argument(
        "--once", action="store_true", help="end after the conversations: 0 if all went well, else 1"
    )
    demo.add_argument("--no-play", action="store_true", help="only run everything; nobody writes")


def _add_say(commands: command.Commands) -> None:
    say = command.add(
        commands,
        "say",
        _say,
        "write to the running demo as a customer",
        "Shows the bot's answers with their buttons. On Telegram you write in your private chat with the bot,\n"
        "on Slack in the first channel of sources.json; @shiftbot in the text mentions the bot.",
    )
    say.add_argument("platform", choices=_PLATFORMS, help="where to write")
    say.add_argument("text", help="what to write")
    say.add_argument("--as", dest="name", default="You", metavar="NAME", help="who writes (default: You)")
    say.add_argument("--chat", type=int, metavar="ID", help="Telegram: a group instead of the private chat")
    say.add_argument("--channel", default="", metavar="ID", help="Slack: a channel, by id or name")
    say.add_argument("--thread", default="", metavar="TS", help="Slack: go on in the thread of this message")
    say.add_argument(
        "--wait", type=float, default=15, metavar="SECONDS", help="for the first answer (default: 15)"
    )


def _demo(arguments: argparse.Namespace) -> int:
    from shiftbot.local.demo import Demo
    from shiftbot.local.terminal import console

    if arguments.once and arguments.no_play:
        raise Failed("--once and --no-play together leave nothing to do.", 2)
    try:
        return Demo(console()).run(Home.here(), arguments.fresh, arguments.once, not arguments.no_play)
    except LocalError as error:
        raise Failed(str(error)) from None


def _say(arguments: argparse.Namespace) -> int:
    from shiftbot.local import saying
    from shiftbot.local.terminal import console

    _refuse_mixture(arguments)
    try:
        settings = saying.settings_of_running(Home.here())
        if arguments.platform == "telegram":
            saying.to_telegram(
                console(), settings, arguments.text, arguments.name, arguments.chat, arguments.wait
            )
        else:
            saying.to_slack(
                console(), settings, arguments.text, arguments.name, arguments.channel, arguments.wait,
                arguments.thread,
            )  # fmt: skip
    except LocalError as error:
        raise Failed(str(error)) from None
    return 0


def _refuse_mixture(arguments: argparse.Namespace) -> None:
    if arguments.platform == "telegram" and (arguments.channel or arguments.thread):
        raise Failed("--channel and --thread are Slack's; a group of Telegram is named with --chat.", 2)
    if arguments.platform == "slack" and arguments.chat is not None:
        raise Failed("--chat is Telegram's; a channel of Slack is named with --channel.", 2)
    if not arguments.text.strip():
        raise Failed("there is nothing to say: the text is empty.", 2)
