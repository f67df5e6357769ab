"""What a person on the local rung does: writes as a customer, presses the bot's buttons, answers the phone.

It talks to the simulators' control routes and to nothing of the product: what becomes of it is the pipeline's doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from dashboard.queries.playground import Phone, Place
from shiftbot.local.people import People as Phones
from shiftbot.local.people import PeopleError, Slack, Telegram, slack_user, telegram_user

__all__ = ["CUSTOMERS", "Call", "Line", "Neighbourhood", "PeopleError", "neighbourhood"]

CUSTOMERS = ("Mia", "Jonas", "Aiko")
_SHOWN = 60  # messages of a chat
_LIVE = ("queued", "initiated", "ringing", "in-progress")
Verb = Literal["answers", "declines", "lets_ring", "hangs_up"]


@dataclass(frozen=True)
class Line:
    """One message as its platform shows it. `thread`: the first message of its Slack thread; `answers`: what it replies to."""

    id: str
    who: str
    text: str
    at: datetime
    is_bot: bool
    is_mine: bool
    buttons: tuple[str, ...]
    thread: str | None = None
    answers: str | None = None
    is_edited: bool = False


@dataclass(frozen=True)
class Call:
    """A phone that rings, or is held to an ear."""

    sid: str
    number: str
    owner: str
    is_answered: bool
    heard: tuple[str, ...]
    waits_for_key: bool


@dataclass
class Neighbourhood:
    """The simulated Telegram, Slack and telephone network. Everything raises PeopleError."""

    telegram: Telegram
    slack: Slack
    phones: Phones

    def lines(self, place: Place, customer: str) -> list[Line]:
        """What is to be seen there, oldest first."""
        if place.platform == "slack":
            seen = self.slack.see("messages", channel=place.external_id)
            return [self._of_slack(view, customer) for view in seen[-_SHOWN:]]
        self.telegram.enter(telegram_user(customer), customer)
        seen = self.telegram.see("messages", chat=_chat(place, customer))
        return [_of_telegram(view, customer) for view in seen[-_SHOWN:]]

    def writes(self, place: Place, customer: str, text: str, in_reply_to: str | None) -> None:
        """Says it there; as an answer to, or in the thread of, another message."""
        if place.platform == "slack":
            member = self._member(customer)
            self.slack.do("say", channel=place.external_id, user=member, text=text, thread=in_reply_to or "")
            return
        user, reply_to = telegram_user(customer), int(in_reply_to or 0)
        self.telegram.enter(user, customer)
        self.telegram.do("say", chat=_chat(place, customer), user=user, text=text, reply_to=reply_to)

    def sends_a_picture(self, place: Place, customer: str, caption: str) -> None:
        """Shows what is wrong."""
        if place.platform == "slack":
            member = self._member(customer)
            self.slack.do(
                "file_share", channel=place.external_id, user=member, text=caption, name="error.log"
            )
            return
        user = telegram_user(customer)
        self.telegram.enter(user, customer)
        self.telegram.do("photo", chat=_chat(place, customer), user=user, caption=caption)

    def presses(self, place: Place, customer: str, line: str, button: str) -> None:
        """A button of the bot's message."""
        if place.platform == "slack":
            member = self._member(customer)
            self.slack.do("press", channel=place.external_id, ts=line, button=button, user=member)
            return
        chat, user = _chat(place, customer), telegram_user(customer)
        self.telegram.do("press", chat=chat, user=user, text=button, message_id=int(line))

    def calls(self, phones: tuple[Phone, ...]) -> list[Call]:
        """Whatever rings now, and is talked on."""
        return [
            Call(
                found["sid"],
                phone.number,
                phone.owner,
                found["status"] == "in-progress",
                tuple(found["heard"]),
                bool(found["waits_for_key"]),
            )
            for phone in phones
            for found in self.phones.do("rings", number=phone.number)
            if found["status"] in _LIVE
        ]

    def handles(self, call: Call, verb: Verb) -> None:
        """Does that with a phone."""
        self.phones.do(verb, number=call.number, call=call.sid)

    def presses_key(self, call: Call, key: str) -> None:
        """Types it, picking up first if need be."""
        self.phones.do("presses", number=call.number, call=call.sid, key=key)

    def _member(self, customer: str) -> str:
        member = slack_user(customer)
        self.slack.do("add_user", user=member, name=customer)
        return member

    def _of_slack(self, view: dict[str, Any], customer: str) -> Line:
        user = str(view["sender"])
        return Line(
            id=view["ts"],
            who="Shift-Bot" if view["from_bot"] else _slack_name(self.slack, user),
            text=view["text"],
            at=datetime.fromtimestamp(float(view["ts"]), UTC),
            is_bot=view["from_bot"],
            is_mine=user == slack_user(customer),
            buttons=tuple(view["buttons"]),
            thread=view["thread"] if view["thread"] != view["ts"] else None,
            is_edited=view["edited"],
        )


@cache
def neighbourhood(listed: str) -> Neighbourhood:
    """Of PLAYGROUND_SIMULATORS: name=url, comma-separated. Raises KeyError where one is missing."""
    urls = dict(each.split("=", 1) for each in listed.split(","))
    return Neighbourhood(Telegram(urls["telegram"]), Slack(urls["slack"]), Phones(urls["twilio"]))


def _of_telegram(view: dict[str, Any], customer: str) -> Line:
    message = view["message"]
    sender = message.get("from", {}).get("id")
    return Line(
        id=str(view["message_id"]),
        who=view["sender"] if not view["from_bot"] else "Shift-Bot",
        text=view["text"]
        or "".join(f"[{kind}]" for kind in ("photo", "document", "voice", "sticker") if kind in message),
        at=datetime.fromtimestamp(view["date"], UTC),
        is_bot=view["from_bot"],
        is_mine=sender == telegram_user(customer),
        buttons=tuple(view["buttons"]),
        answers=str(view["reply_to"]) if view["reply_to"] else None,
        is_edited=view["edited"],
    )


@cache
def _slack_name(slack: Slack, user: str) -> str:
    return str(slack.do("add_user", user=user)["real_name"])


def _chat(place: Place, customer: str) -> int:
    return telegram_user(customer) if place.external_id == "private" else int(place.external_id)
