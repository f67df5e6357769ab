"""Part of the Twilio simulator: an operator and a ring as objects, so that a test reads like a story."""

from __future__ import annotations

from typing import Self

from .twilio_people import People


class Ring:
    """One call in the hand of a test: operator.expects_ring().presses("1")."""

    def __init__(self, people: People, number: str, sid: str) -> None:
        self._people = people
        self.number = number
        self.sid = sid

    @property
    def status(self) -> str:
        """Twilio's word for how it stands."""
        with self._people.changed:
            return self._people.world.calls[self.sid].status

    def hears(self) -> str:
        """The words spoken so far; picks up to hear them where it still rings."""
        if self.status == "ringing":
            self.answers()
        return " ".join(self._people.hears(self.number, self.sid))

    def ends(self, timeout: float = 10) -> bool:
        """Waits for its end; returns whether it came."""
        return self._people.wait_until(lambda: self._people.world.calls[self.sid].is_over, timeout)

    def answers(self) -> Self:
        """Picks up and listens until a key is asked for."""
        self._people.answers(self.number, self.sid)
        return self

    def presses(self, key: str) -> Self:
        """Presses a key, picking up first if need be, and listens to what comes of it."""
        self._people.presses(self.number, key, self.sid)
        return self

    def says_nothing(self) -> Self:
        """Picks up, and presses nothing until the call ends."""
        self._people.says_nothing(self.number, self.sid)
        return self

    def hangs_up(self) -> Self:
        """Ends the answered call."""
        self._people.hangs_up(self.number, self.sid)
        return self

    def declines(self) -> Self:
        """Refuses the call."""
        self._people.declines(self.number, self.sid)
        return self

    def is_busy(self) -> Self:
        """The line is engaged."""
        self._people.is_busy(self.number, self.sid)
        return self

    def lets_ring(self) -> Self:
        """Nobody picks up; the ring's time is over at once."""
        self._people.lets_ring(self.number, self.sid)
        return self

    def goes_to_voicemail(self) -> Self:
        """A machine answers."""
        self._people.goes_to_voicemail(self.number, self.sid)
        return self


class Operator:
    """The person with a number."""

    def __init__(self, people: People, number: str) -> None:
        self._people = people
        self.number = number

    def expects_ring(self, timeout: float = 10) -> Ring:
        """The next call that was not expected before, once it rings. Raises SimError where none comes in time."""
        return Ring(self._people, self.number, self._people.expects_ring(self.number, timeout)["sid"])

    def behaves(self, does: str, keys: str = "", after: float = 0) -> Self:
        """From now on the phone does that by itself."""
        self._people.behaves(self.number, does, keys, after)
        return self

    def rings(self) -> list[Ring]:
        """Every call so far."""
        return [Ring(self._people, self.number, call["sid"]) for call in self._people.rings(self.number)]

    def texts(self, body: str) -> str:
        """Texts our number; returns what is texted back."""
        return "\n".join(self._people.texts(self.number, body))

    def messages(self, count: int = 0, timeout: float = 10) -> list[str]:
        """The words of the texts that arrived, once there are `count` of them or the time is up."""
        people = self._people
        people.wait_until(lambda: len(people.messages(self.number)) >= count, timeout)
        return [text["body"] for text in people.messages(self.number)]
