"""The parts of the playground: a chat as its platform shows it, and the telephones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.parts.mounting import mounted


def chat(data: dict[str, Any], on_press: Callable[[], None], on_reply: Callable[[], None]) -> None:
    """`press` is {line, button} of a button of the bot's, `reply` the number of the message that is answered next."""
    mounted("chat")(key="chat", data=data, on_press_change=on_press, on_reply_change=on_reply)


def phone(data: dict[str, Any], on_act: Callable[[], None]) -> None:
    """`act` is {sid, verb, key}: what is done with a phone that rings."""
    mounted("phone")(key="phone", data=data, on_act_change=on_act)
