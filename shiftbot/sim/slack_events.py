"""Part of the Slack simulator: signed events and interactions, with Slack's retries."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlencode

from .outbox import Attempt, Job, Outbox
from .slack_sockets import KINDS, SCHEME, Sockets
from .slack_world import APP, BOT_USER, TEAM, Channel, Json

VERIFICATION_TOKEN = "simulated-verification-token"


class Events:
    """Posts what happens to our app. Slack retries events three times, then gives up; interactions never."""

    def __init__(self, changed: threading.Condition, secret: str) -> None:
        self._changed = changed
        self.sockets = Sockets()
        self._outbox = Outbox(timeout=3, ways={SCHEME: self._over_a_socket})
        self._count = int(time.time() * 1000)
        self.secret = secret
        self.events_url = ""
        self.interactions_url = ""
        self.commands_url = ""
        self.retry_delays: tuple[float, ...] = (0.0, 1.0, 5.0)  # Slack: at once, 1 minute, 5 minutes
        self.duplicates = 0  # how often each accepted event is delivered once more
        self.given_up: list[Json] = []
        self.attempts: deque[Json] = deque(maxlen=10_000)  # event_id, status (0: no answer), failure
        self._sent: dict[str, tuple[str, bytes]] = {}

    def publish(self, channel: Channel, event: Json) -> str:
        """Sends an event of a channel the bot is in. Returns its event_id, empty where nothing was sent."""
        if not self.events_url or not channel.is_member:
            return ""
        with self._changed:
            self._count += 1
            event_id = f"Ev{self._count:X}"
            body = json.dumps(self._envelope(event_id, event)).encode()
            self._sent[event_id] = (channel.id, body)
            if len(self._sent) > 10_000:
                del self._sent[next(iter(self._sent))]
            self._deliver(event_id, channel.id)
            return event_id

    def redeliver(self, event_id: str, times: int = 1) -> None:
        """Delivers an event again, several times at once."""
        for again in range(times):
            self._deliver(event_id, f"{event_id}/{again}-{time.monotonic_ns()}")

    def interact(self, url: str, form: Json, done: Callable[[Attempt], None]) -> None:
        """Posts a form (a button press, a slash command) once, as Slack does."""
        body = urlencode(form).encode()
        kind = "application/x-www-form-urlencoded"

        def finish(attempt: Attempt) -> None:
            if not attempt.accepted:
                with self._changed:
                    self.given_up.append({"form": form, "status": attempt.status})
            done(attempt)

        self._count += 1
        lane = f"interaction-{self._count}"
        self._outbox.put(Job(lane, url, lambda tries, failure: (self._signed(body, kind), body), finish))

    def verify_url(self) -> bool:
        """Sends url_verification, as when an events URL is saved; returns whether the challenge came back."""
        challenge, answered = f"challenge-{time.time_ns()}", threading.Event()
        given: list[bytes] = []
        form = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(form).encode()

        def done(attempt: Attempt) -> None:
            given.append(attempt.body if attempt.accepted else b"")
            answered.set()

        headers = lambda tries, failure: (self._signed(body, "application/json"), body)  # noqa: E731
        self._outbox.put(Job(challenge, self.events_url, headers, done))
        answered.wait(5)
        return bool(given) and challenge.encode() in given[0]

    def settled(self, timeout: float) -> bool:
        """Waits until every event was accepted or given up; returns whether that came true."""
        return self._outbox.settled(timeout)

    def stop(self) -> None:
        """Stops delivering; what waits for a retry is lost, as with Slack after the third."""
        self._outbox.stop()
        self.sockets.stop()

    def use_socket_mode(self) -> None:
        """Everything goes over the app's sockets from now on, and nothing to an address."""
        self.events_url, self.interactions_url, self.commands_url = (f"{SCHEME}{kind}" for kind in KINDS)

    def _over_a_socket(self, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        return self.sockets.deliver(url.removeprefix(SCHEME), headers, body)

    def _deliver(self, event_id: str, lane: str) -> None:
        _, body = self._sent[event_id]
        is_repeat = lane.startswith(event_id)

        def build(tries: int, failure: str) -> tuple[dict[str, str], bytes]:
            headers = self._signed(body, "application/json")
            if tries:
                headers |= {"X-Slack-Retry-Num": str(tries), "X-Slack-Retry-Reason": failure}
            return headers, body

        def delay(attempts: int) -> float | None:
            return self.retry_delays[attempts - 1] if attempts <= len(self.retry_delays) else None

        def done(attempt: Attempt) -> None:
            tries[0] += 1
            self._done(event_id, attempt, is_last=delay(tries[0]) is None, is_repeat=is_repeat)

        tries = [0]
        self._outbox.put(Job(lane, self.events_url, build, done, delay, holds_lane=False))

    def _done(self, event_id: str, attempt: Attempt, is_last: bool, is_repeat: bool) -> None:
        with self._changed:
            self.attempts.append({"event_id": event_id, "status": attempt.status, "failure": attempt.failure})
            if attempt.accepted and not is_repeat:
                self.redeliver(event_id, self.duplicates)
            elif not attempt.accepted and is_last:
                self.given_up.append({"event_id": event_id, "status": attempt.status})
            self._changed.notify_all()

    def _envelope(self, event_id: str, event: Json) -> Json:
        bot = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER}
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(time.time()),
            "authorizations": [bot | {"is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{event_id}",
        }

    def _signed(self, body: bytes, content_type: str) -> dict[str, str]:
        now = str(int(time.time()))
        digest = hmac.new(self.secret.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256)
        signature = "v0=" + digest.hexdigest()
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        return headers | {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
