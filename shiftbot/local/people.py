"""The customers' side of the simulated platforms, over their control routes."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
import zlib
from typing import Any

from shiftbot.local.timeline import Action

Json = dict[str, Any]
_DIRECTLY = urllib.request.build_opener(
    urllib.request.ProxyHandler({})
)  # no proxy knows this machine's ports


class PeopleError(Exception):
    """The simulator is gone or refuses; the text says which."""


def telegram_user(name: str) -> int:
    """The account of somebody of this name: always the same."""
    return 1_000_000 + zlib.crc32(name.encode())


def slack_user(name: str) -> str:
    """The member id of somebody of this name: always the same."""
    return f"U{zlib.crc32(name.encode()):09X}"


class People:
    """What one simulator lets its people do and see."""

    def __init__(self, url: str) -> None:
        self._url = url

    def do(self, verb: str, **arguments: Any) -> Any:
        """One thing people do, by the name of the simulator's method. Raises PeopleError."""
        body = json.dumps(arguments).encode()
        return self._answer(urllib.request.Request(f"{self._url}/sim/{verb}", body))  # noqa: S310  # our own simulator

    def see(self, what: str, wait: float = 0, **query: Any) -> Any:
        """What can be seen; waits up to `wait` seconds for something. Raises PeopleError."""
        asked = urllib.parse.urlencode({**query, "wait": wait})
        return self._answer(
            urllib.request.Request(f"{self._url}/sim/{what}?{asked}"), wait + 10  # noqa: S310  # our own simulator
        )  # fmt: skip

    @staticmethod
    def _answer(request: urllib.request.Request, timeout: float = 10) -> Any:
        try:
            with _DIRECTLY.open(request, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                raise PeopleError(_reason(refused.read())) from None
        except OSError:
            raise PeopleError(
                f"nothing answers on {urllib.parse.urlsplit(request.full_url).netloc}"
            ) from None


class Telegram(People):
    """The people of the simulated Telegram."""

    def enter(self, user: int, name: str) -> None:
        """Makes a private chat of this person with the bot, unless there is one."""
        self.do("add_user", user=user, first_name=name)
        try:
            self.do("create_chat", type="private", chat_id=user)
        except PeopleError as refused:
            if "exists already" not in str(refused):
                raise

    def answers(self, chat: int, after: int, wait: float, topic: int = 0) -> list[Json]:
        """What the bot wrote in a chat after a message, waiting for the first such message."""
        found: list[Json] = self.see(
            "messages", chat=chat, after=after, wait=wait, sender="bot", topic=topic or ""
        )
        return found


class Slack(People):
    """The people of the simulated Slack."""

    def answers(self, channel: str, thread: str, after: str, wait: float) -> list[Json]:
        """What the bot wrote in a thread after a message, waiting for the first such message."""
        found: list[Json] = self.see(
            "messages", channel=channel, thread=thread, after=after, wait=wait, sender="bot"
        )
        return found


class Names:
    """What people are called; Slack's events name their author by id only."""

    def __init__(self, slack: Slack | None) -> None:
        self._slack = slack
        self._known: dict[str, str] = {}

    def of(self, action: Action) -> str:
        """The name of whoever is behind an action."""
        _, _, user = action.actor.partition("slack:")
        if not user or self._slack is None:
            return action.who
        if user not in self._known:
            with contextlib.suppress(PeopleError):
                self._known[user] = str(self._slack.do("add_user", user=user)["real_name"])
        return self._known.get(user, action.who)


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "the simulator refused"
