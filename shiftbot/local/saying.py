"""Writes to the running demo as a customer and shows what the bot answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from shiftbot.local import env_file
from shiftbot.local.home import Home, LocalError
from shiftbot.local.people import Json, PeopleError, Slack, Telegram, slack_user, telegram_user

NOT_RUNNING = "The demo is not running: start it with make demo."
_MORE_SECONDS = 1.5  # how long to wait for what may follow the first answer
Look = Callable[[Any, float], list[Json]]


def settings_of_running(home: Home) -> dict[str, str]:
    """The settings of the demo that runs in this home. Raises LocalError where none does."""
    settings = env_file.read(home.env_file)
    if "TELEGRAM_SIM_URL" not in settings:
        raise LocalError(NOT_RUNNING)
    try:
        Telegram(settings["TELEGRAM_SIM_URL"]).see("calls")
    except PeopleError:
        raise LocalError(NOT_RUNNING) from None
    return settings


def to_telegram(
    console: Console, settings: Mapping[str, str], text: str, name: str, chat: int | None, wait: float
) -> None:
    """Writes in the person's private chat with the bot, or in `chat`."""
    telegram, user = Telegram(settings["TELEGRAM_SIM_URL"]), telegram_user(name)

    def is_for_me(answer: Json) -> bool:
        answered = answer["message"].get("reply_to_message", {})
        return chat is None or answered.get("from", {}).get("id") == user

    try:
        telegram.enter(user, name)
        said = telegram.do("say", chat=chat or user, user=user, text=text)
        place = f"chat {chat}" if chat else "private chat"
        console.print(Text.assemble((name, "bold"), (f" ({place}): ", "dim"), text))
        look = partial(telegram.answers, chat or user)
        _listen(console, look, "message_id", said["message_id"], is_for_me, wait)
    except PeopleError as error:
        raise _refused("Telegram", error) from None


def to_slack(
    console: Console, settings: Mapping[str, str], text: str, name: str, channel: str, wait: float,
    thread: str = "",
) -> None:  # fmt: skip
    """Writes in a channel, or in the thread of a message there; @shiftbot mentions the bot."""
    slack, user = Slack(settings["SLACK_SIM_URL"]), slack_user(name)
    place = _channel(settings, channel)

    def is_for_me(answer: Json) -> bool:
        # Messages shortly after one another are one report, answered in the thread of the first.
        seen = slack.see("messages", channel=place, thread=answer["thread"] or answer["ts"])
        return any(message["sender"] == user for message in seen)

    verb, words = "say", text
    if "@shiftbot" in text:
        verb, words = "mention", text.replace("@shiftbot", "").strip() or "hello"
    try:
        slack.do("add_user", user=user, name=name)
        said = slack.do(verb, channel=place, user=user, text=words, thread=thread)
        heading = f" ({place}, thread {thread or said['ts']}): "
        console.print(Text.assemble((name, "bold"), (heading, "dim"), text))
        look = partial(slack.answers, place, "")
        _listen(console, look, "ts", said["ts"], is_for_me, wait)
    except PeopleError as error:
        raise _refused("Slack", error) from None


def _refused(platform: str, error: PeopleError) -> LocalError:
    words = str(error).partition(";")[0]
    return LocalError(f"{platform}'s simulator says: {words}. What is there stands in sources.json.")


def _listen(
    console: Console, look: Look, key: str, after: Any, is_for_me: Callable[[Json], bool], wait: float
) -> None:
    """Prints the answers that come within `wait` seconds, and for a moment more what follows the first."""
    deadline = time.monotonic() + wait
    heard = False
    while (left := deadline - time.monotonic()) > 0:
        for answer in look(after, min(left, 5.0)):
            after = answer[key]
            if not is_for_me(answer):
                continue
            buttons = "".join(f"  [{button}]" for button in answer["buttons"])
            console.print(Text.assemble(("Shift-Bot: ", "bold blue"), answer["text"], (buttons, "cyan")))
            if not heard:
                heard, deadline = True, time.monotonic() + _MORE_SECONDS
    if not heard:
        console.print(
            f"No answer within {wait:g} s (thanks and greetings get none): "
            "`shiftbot tickets` shows what became of it.",
            style="dim",
        )


def _channel(settings: Mapping[str, str], wanted: str) -> str:
    """The id of a channel given by id, by name, or not at all: then the first that is monitored."""
    listed = json.loads(Path(settings["SOURCES_FILE"]).read_text())
    channels = {
        s["external_id"]: s["name"] for s in listed if s["platform"] == "slack" and s.get("is_active", True)
    }
    if not wanted and channels:
        return str(next(iter(channels)))
    for channel, name in channels.items():
        if wanted in (channel, name, f"#{name}"):
            return str(channel)
    return wanted
