"""Part of the Twilio simulator: the people who are rung and texted, as a story tells of them."""

from __future__ import annotations

from xml.etree import ElementTree

from .faults import SimError
from .server import SimServer
from .twilio_line import Line
from .twilio_world import BEHAVIOURS, Behaviour, Call, Json, Text, World

SMS_ROUTE = "/webhooks/twilio/sms"


class People(SimServer):
    """What people do with their phones; each verb names the number, and `call` a call other than the newest."""

    world: World
    line: Line
    number: str
    webhook_url: str

    def behaves(self, number: str, does: str = "rings", keys: str = "", after: float = 0) -> None:
        """From now on the phone does that by itself, `after` seconds of ringing; "" is every other number."""
        if does not in BEHAVIOURS:
            raise SimError(f"unknown behaviour {does!r}; known are {', '.join(BEHAVIOURS)}")
        with self.changed:
            behaviour = Behaviour(does, keys, after)
            if number:
                self.world.behaviours[number] = behaviour
            else:
                self.world.default = behaviour

    def expects_ring(self, number: str, timeout: float = 10) -> Json:
        """The next call that was not expected before, once it rings. Raises SimError where none comes in time."""
        with self.changed:
            found = self._waited(lambda: self._unexpected(number), timeout)
            if not found:
                raise SimError(f"{number} was not rung within {timeout} seconds")
            found[0].is_expected = True
            return found[0].seen()

    def answers(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """Picks up and listens until a key is asked for or the call ends."""
        with self.changed:
            return self._listens(self._decides(number, call, "answers"), timeout)

    def presses(self, number: str, key: str, call: str = "", timeout: float = 10) -> Json:
        """Presses a key, picking up first if need be, and listens to what comes of it."""
        with self.changed:
            if (it := self.world.call(number, call)).status != "in-progress":
                self._decides(number, call, "answers")
            it.keys.extend(key)
            it.waits_for_key = False
            return self._listens(it, timeout)

    def says_nothing(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """Picks up if need be, and presses nothing until the call ends; time passes at once."""
        with self.changed:
            if (it := self.world.call(number, call)).status != "in-progress":
                self._decides(number, call, "answers")
            it.is_silent = True
            return self._ended(it, timeout)

    def hangs_up(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """Ends an answered call."""
        with self.changed:
            it = self.world.call(number, call)
            if it.status != "in-progress":
                raise SimError(f"the call is {it.status}")
            it.wants = "hang_up"
            return self._ended(it, timeout)

    def declines(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """Refuses the call while it rings; Twilio calls that busy."""
        with self.changed:
            return self._ended(self._decides(number, call, "declines"), timeout)

    def is_busy(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """The line is engaged."""
        with self.changed:
            return self._ended(self._decides(number, call, "busy"), timeout)

    def lets_ring(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """Nobody picks up; the ring's time is over at once."""
        with self.changed:
            return self._ended(self._decides(number, call, "no_answer"), timeout)

    def goes_to_voicemail(self, number: str, call: str = "", timeout: float = 10) -> Json:
        """A machine answers, and is spoken to."""
        with self.changed:
            return self._ended(self._decides(number, call, "voicemail"), timeout)

    def hears(self, number: str, call: str = "") -> list[str]:
        """The words spoken so far."""
        with self.changed:
            return list(self.world.call(number, call).heard)

    def rings(self, number: str) -> list[Json]:
        """Every call to the number, oldest first."""
        with self.changed:
            return [call.seen() for call in self.world.of(number)]

    def messages(self, number: str, after: int = 0, wait: float = 0) -> list[Json]:
        """The texts that reached the number, without the first `after`; waits up to `wait` seconds for one."""

        def arrived() -> list[Json]:
            found = [t for t in self.world.texts if t.to == number and t.status != "undelivered"]
            return [text.seen() for text in found[after:]]

        with self.changed:
            return self._waited(arrived, wait)

    def texts(self, number: str, body: str, sid: str = "") -> list[str]:
        """Texts our number; returns what is texted back. A `sid` used before is the same text once more."""
        if not self.webhook_url:
            raise SimError("nobody takes texts: the simulator has no webhook address")
        with self.changed:
            sid = sid or self.world.sid("SM")
        fields = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "SmsStatus": "received"}
        fields |= {"From": number, "To": self.number, "Body": body, "NumMedia": "0", "NumSegments": "1"}
        answer = self.line.ask(f"sms {number}", self.webhook_url.rstrip("/") + SMS_ROUTE, fields)
        if not answer.accepted:
            raise SimError(f"the webhook answered {answer.status} {answer.failure}".strip())
        replies = [m.text or "" for m in ElementTree.fromstring(answer.body).iter("Message")]  # noqa: S314  # our own webhook
        with self.changed:
            for reply in replies:
                text = Text(self.world.sid("SM"), number, self.number, reply, "outbound-reply", "delivered")
                self.world.texts.append(text)
            self.changed.notify_all()
        return replies

    def _unexpected(self, number: str) -> list[Call]:
        return [c for c in self.world.of(number) if c.status == "ringing" and not c.is_expected]

    def _decides(self, number: str, sid: str, what: str) -> Call:
        call = self.world.call(number, sid)
        if call.is_over or call.wants:
            raise SimError(f"the call is {call.status} and no longer rings")
        call.wants = what
        self.changed.notify_all()
        return call

    def _listens(self, call: Call, timeout: float) -> Json:
        self.changed.notify_all()
        if not self.wait_until(lambda: call.is_over or (call.waits_for_key and not call.keys), timeout):
            raise SimError(f"the call said nothing for {timeout} seconds")
        return call.seen()

    def _ended(self, call: Call, timeout: float) -> Json:
        self.changed.notify_all()
        if not self.wait_until(lambda: call.is_over, timeout):
            raise SimError(f"the call did not end within {timeout} seconds")
        return call.seen()


VERBS = tuple(name for name in vars(People) if not name.startswith("_"))
