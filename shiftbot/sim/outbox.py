"""Part of the simulators: delivers a simulated platform's webhooks in the background, again and again.

Jobs of one lane go out one after the other, lanes in parallel. Telegram holds a lane (a chat) back until its
first job is accepted; Slack lets later events overtake one that waits for its retry.
"""

from __future__ import annotations

import contextlib
import heapq
import http.client
import itertools
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Attempt:
    """What became of one attempt: a status and body, or 0 and a `failure` in Slack's words."""

    status: int
    body: bytes = b""
    failure: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300


@dataclass
class Job:
    """One thing to deliver. `build` makes headers and body, told the attempts so far and the last failure."""

    lane: str
    url: str
    build: Callable[[int, str], tuple[dict[str, str], bytes]]
    done: Callable[[Attempt], None] = lambda attempt: None  # told of every attempt
    delay: Callable[[int], float | None] = lambda attempts: None  # before the next attempt, None gives up
    holds_lane: bool = True
    attempts: int = 0
    last_failure: str = ""


class _Lane:
    def __init__(self, name: str) -> None:
        self.name = name
        self.jobs: deque[Job] = deque()


Way = Callable[[str, dict[str, str], bytes], Attempt]  # address, headers, body


class Outbox:
    """A few threads that deliver jobs. `timeout` is how long the platform waits for an answer.

    Addresses go out over HTTP, those that begin with a key of `ways` as that function does it.
    """

    def __init__(self, timeout: float, workers: int = 8, ways: dict[str, Way] | None = None) -> None:
        self._timeout = timeout
        self._ways = ways or {}
        self._workers = workers
        self._changed = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._ready: list[tuple[float, int, _Lane]] = []
        self._order = itertools.count()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._generation = 0  # threads of an earlier one end

    def put(self, job: Job) -> None:
        """Delivers the job after those already in its lane."""
        with self._changed:
            lane = self._lanes.get(job.lane)
            if lane is None:
                lane = self._lanes[job.lane] = _Lane(job.lane)
                heapq.heappush(self._ready, (time.monotonic(), next(self._order), lane))
            lane.jobs.append(job)
            if not self._idle and len(self._threads) < self._workers:
                self._threads.append(
                    threading.Thread(
                        target=self._work, args=(self._generation,), name="sim-outbox", daemon=True
                    )
                )
                self._threads[-1].start()
            self._changed.notify()

    def clear(self) -> None:
        """Forgets every job that is waiting."""
        with self._changed:
            for lane in self._lanes.values():
                lane.jobs.clear()
            self._lanes.clear()
            self._ready.clear()
            self._changed.notify_all()

    def settled(self, timeout: float) -> bool:
        """Waits until nothing is waiting or under way; returns whether that came true."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._lanes, timeout)

    def stop(self) -> None:
        """Ends the threads after what they have in hand; what waits is forgotten."""
        self.clear()
        with self._changed:
            self._generation += 1
            self._changed.notify_all()
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(1)

    def _work(self, generation: int) -> None:
        wire = _Wire(self._timeout)
        with contextlib.closing(wire):
            while (lane := self._next(generation)) is not None:
                with self._changed:
                    job = lane.jobs[0] if lane.jobs else None
                if job is not None:
                    headers, body = job.build(job.attempts, job.last_failure)
                    ways = (way for scheme, way in self._ways.items() if job.url.startswith(scheme))
                    send = next(ways, wire.post)
                    self._record(lane, job, send(job.url, headers, body))

    def _next(self, generation: int) -> _Lane | None:
        with self._changed:
            self._idle += 1
            try:
                while self._generation == generation:
                    wait = self._ready[0][0] - time.monotonic() if self._ready else None
                    if wait is not None and wait <= 0:
                        return heapq.heappop(self._ready)[2]
                    self._changed.wait(wait)
                return None
            finally:
                self._idle -= 1

    def _record(self, lane: _Lane, job: Job, attempt: Attempt) -> None:
        job.attempts += 1
        job.last_failure = attempt.failure
        job.done(attempt)
        delay = None if attempt.accepted else job.delay(job.attempts)
        no_retry = attempt.headers.get("x-slack-no-retry") == "1"
        with self._changed:
            if not lane.jobs or lane.jobs[0] is not job:
                return  # cleared meanwhile
            due = time.monotonic()
            if delay is not None and not no_retry:
                if job.holds_lane:
                    due += delay
                else:
                    lane.jobs.popleft()
                    self._push_aside(job, due + delay)
            else:
                lane.jobs.popleft()
            if lane.jobs:
                heapq.heappush(self._ready, (due, next(self._order), lane))
            else:
                del self._lanes[lane.name]
            self._changed.notify_all()

    def _push_aside(self, job: Job, due: float) -> None:
        order = next(self._order)
        lane = self._lanes[f"retry-{order}"] = _Lane(f"retry-{order}")
        lane.jobs.append(job)
        heapq.heappush(self._ready, (due, order, lane))


class _Wire:
    """One thread's connection to the receiver, kept open between jobs."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._origin = ("", "")
        self._connection: http.client.HTTPConnection | None = None

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connected(parts.scheme, parts.netloc)
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except TimeoutError:
            self.close()
            return Attempt(0, failure="http_timeout")
        except (OSError, http.client.HTTPException):
            self.close()
            return Attempt(0, failure="connection_failed")
        names = {name.lower(): value for name, value in response.getheaders()}
        failure = "" if 200 <= response.status < 300 else "http_error"
        return Attempt(response.status, answer, failure, names)

    def _connected(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        if self._origin != (scheme, netloc) or self._is_stale():
            self.close()
        if self._connection is None:
            kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
            self._connection = kind(netloc, timeout=self._timeout)
            self._origin = (scheme, netloc)
        return self._connection

    def _is_stale(self) -> bool:
        # Readable before we asked for anything: the receiver has closed it.
        sock = self._connection.sock if self._connection else None
        if sock is None:
            return False
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
