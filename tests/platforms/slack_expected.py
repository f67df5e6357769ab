"""The people and channels of the Slack fixtures, and an `Incoming` with everything a test does not name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shiftbot.platforms.base import Incoming, Parsed
from shiftbot.platforms.slack.parse import parse_event, parse_interaction
from tests.platforms.fixtures import load

ANN = "slack:U024BE7LH"
ROOT = "1760000001.000100"
ANSWER = "1760000005.000500"


def parsed(name: str) -> Parsed:
    """What the fixture is read as."""
    raw = load("slack", name)
    if raw["type"] in ("block_actions", "view_submission"):
        return parse_interaction(raw)
    return parse_event(raw)


def at(ts: str) -> datetime:
    """A timestamp of Slack's as a time."""
    seconds, _, micro = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micro))


def place(fixture: str, channel: str = "C02BUGS", channel_type: str | None = "channel") -> dict[str, Any]:
    """What every payload says of where it comes from."""
    found = {
        "team_id": "T024BE7LD",
        "event_id": load("slack", fixture)["event_id"],
        "channel": channel,
        "channel_type": channel_type,
    }
    return {key: value for key, value in found.items() if value}


def expected(
    fixture: str,
    body: str,
    ts: str = ROOT,
    channel: str = "C02BUGS",
    channel_type: str | None = "channel",
    **differs: Any,
) -> Incoming:
    """A message of Ann's as it must be read; `payload` in `differs` adds to the payload, None removes."""
    payload = place(fixture, channel, channel_type) | {
        "ts": ts,
        "client_msg_id": "9978f034-7622-4548-ae46-c41bd1a5a5db",
        "text": body,
        "attachments": [],
        "links": [],
    }
    payload |= differs.pop("payload", {})
    fields: dict[str, Any] = {
        "platform": "slack",
        "source_external_id": channel,
        "event": "message",
        "external_id": f"slack:{channel}/{ts}",
        "thread_key": ts,
        "author": ANN,
        "sent_at": at(ts),
        "body": body,
        "merges_with_author": True,
        "payload": {key: value for key, value in payload.items() if value is not None},
    }
    return Incoming(**(fields | differs))


def in_thread(root: str = ROOT, channel: str = "C02BUGS") -> dict[str, Any]:
    """How a reply differs from a message of its own."""
    return {"thread_key": root, "refers_to": f"slack:{channel}/{root}", "merges_with_author": False}
