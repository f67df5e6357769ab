"""Whether this host, the database and the world agree on the time: signatures of Slack hold for five minutes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import psycopg

from shiftbot.doctor.asking import NoAnswer, ask, place
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings

_GROUP = Group("clock")
_SOME, _MUCH = 5.0, 60.0
_MEND = "Run an NTP client, such as chrony or systemd-timesyncd, on the host that is wrong."


def of_database(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Against the middle of a round trip."""
    before = time.time()
    row = conn.execute("select extract(epoch from clock_timestamp())::float8").fetchone()
    middle = (before + time.time()) / 2
    yield _judged("database", (row[0] if row else middle) - middle)


def of_world(settings: Settings) -> Iterator[Finding]:
    """Against the Date of the first platform that is configured."""
    tokens = (settings.telegram_bot_token, settings.slack_bot_token)
    urls = (settings.telegram_api_base_url, settings.slack_api_base_url)
    url = next((url for token, url in zip(tokens, urls, strict=True) if token.get_secret_value()), "")
    if not url:
        return
    before = time.time()
    try:
        answer = ask("GET", url)
        stamp = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (NoAnswer, KeyError, ValueError):
        return  # the platform's own check says that it does not answer; not every server tells the time
    # The header counts whole seconds.
    yield _judged(place(url), stamp + 0.5 - (before + time.time()) / 2)


def _judged(whose: str, ahead: float) -> Finding:
    if abs(ahead) < _SOME:
        return _GROUP.ok(whose, "agrees with this host")
    says = f"is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this host"
    return _GROUP.problem(whose, says, _MEND) if abs(ahead) > _MUCH else _GROUP.warning(whose, says, _MEND)
