"""The twilio library, pointed at a simulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from shiftbot.sim.twilio import TwilioSim

MIA = "+15550100001"


class Redirected(TwilioHttpClient):  # type: ignore[misc]
    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        parts = urlsplit(url)
        there = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        return super().request(method, there, *args, **named)


@contextmanager
def connected(sim: TwilioSim) -> Iterator[Client]:
    http = Redirected(sim.url)
    yield Client(sim.account_sid, sim.auth_token, http_client=http)
    http.session.close()
