"""Part of the soak: customers who write at a steady rate, whatever becomes of the product meanwhile."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

from tests.soak.stage import CHANNELS, GROUPS, Stage

QUESTIONS = (
    "How do I export my data as CSV?",
    "The export button does nothing when I press it",
    "I get an error message when I upload a picture",
    "Where can I change the language of my account?",
    "The report of last month shows the wrong sum",
    "My colleague does not get the invitation mail",
)
NOISE = ("thanks!", "good morning everybody", "ok great, thank you")
OUTAGE = "The whole site is down, nobody can log in and we are losing data!"
FOLLOW_UPS = ("It happens in Firefox too", "Any news on this?", "I tried again and it is the same")


@dataclass(frozen=True)
class Said:
    """One message: the name the journal knows it by, when it was said, and what it was."""

    external_id: str
    at: float
    kind: str


@dataclass
class Traffic:
    """An open loop: a slow product does not make customers slower."""

    stage: Stage
    rate: float
    pages: float  # the part of all messages that is serious
    dice: random.Random
    noise: float = 0.05  # the part that wants no answer
    slack: float = 0.2  # the part that is said in Slack
    follow_ups: float = 0.1  # the part that goes on with an earlier report
    said: list[Said] = field(default_factory=list)
    late: float = 0.0  # how far behind its schedule the loop ever was, in seconds
    _threads: list[tuple[int | str, int | str]] = field(default_factory=list)

    def run(self, seconds: float, stop: threading.Event) -> None:
        """Says `rate` messages a second for so long."""
        begun = time.monotonic()
        for number in range(round(seconds * self.rate)):
            due = begun + number / self.rate
            wait = due - time.monotonic()
            self.late = max(self.late, -wait)
            if stop.wait(max(0.0, wait)):
                return
            self._speak(number)

    def _speak(self, number: int) -> None:
        throw = self.dice.random()
        if throw < self.pages:
            self._new("outage", f"{OUTAGE} ({number})", number)
        elif throw < self.pages + self.noise:
            self._new("noise", self.dice.choice(NOISE), number)
        elif throw < self.pages + self.noise + self.follow_ups and self._threads:
            self._follow(number)
        else:
            self._new("question", f"{self.dice.choice(QUESTIONS)} ({number})", number)

    def _new(self, kind: str, words: str, number: int) -> None:
        if self.dice.random() >= self.slack:
            group = self.dice.choice(GROUPS)
            message = self.stage.telegram.say(group, 100_000 + number, words)
            self._note(kind, f"telegram:{group}/{message['message_id']}")
            self._remember(kind, (group, message["message_id"]))
        else:
            channel = self.dice.choice(CHANNELS)
            sent = self.stage.slack.say(channel, f"U0S{number:06d}", words)
            self._note(kind, f"slack:{channel}/{sent['ts']}")
            self._remember(kind, (channel, sent["ts"]))

    def _follow(self, number: int) -> None:
        place, name = self.dice.choice(self._threads[-500:])
        words = f"{self.dice.choice(FOLLOW_UPS)} ({number})"
        if isinstance(place, int):
            message = self.stage.telegram.say(place, 100_000 + number, words, reply_to=int(name))
            self._note("follow-up", f"telegram:{place}/{message['message_id']}")
        else:
            sent = self.stage.slack.say(place, f"U0S{number:06d}", words, thread=str(name))
            self._note("follow-up", f"slack:{place}/{sent['ts']}")

    def _note(self, kind: str, external_id: str) -> None:
        self.said.append(Said(external_id, time.time(), kind))

    def _remember(self, kind: str, thread: tuple[int | str, int | str]) -> None:
        if kind == "question":
            self._threads.append(thread)
