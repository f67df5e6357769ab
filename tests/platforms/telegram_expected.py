"""The people and chats of the Telegram fixtures, and an `Incoming` with everything a test does not name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shiftbot.platforms.base import Incoming, Parsed
from shiftbot.platforms.telegram.parse import parse_update
from tests.platforms.fixtures import load

BOT_USERNAME = "shift_support_bot"
BOT_ID = 7412345678
NOW = datetime(2025, 10, 10, 12, tzinfo=UTC)
EPOCH = 1760000000


@dataclass(frozen=True)
class Account:
    """Who writes."""

    author: str
    name: str
    payload: dict[str, str]


@dataclass(frozen=True)
class Place:
    """Where."""

    id: int
    payload: dict[str, str]


MARTA = Account("telegram:512340001", "Marta Kowalska", {"username": "marta_k", "language_code": "pl"})
JOHN = Account("telegram:439044444", "John", {"language_code": "en"})
CHANNEL_ITSELF = Account("telegram:-1001122334455", "Acme News", {})

PRIVATE = Place(512340001, {"chat_type": "private"})
GROUP = Place(-4012345678, {"chat_type": "group", "chat_title": "Acme pilot"})
SUPERGROUP = Place(-1001987654321, {"chat_type": "supergroup", "chat_title": "Acme Support"})
FORUM = Place(-1002233445566, {"chat_type": "supergroup", "chat_title": "Acme Forum"})
CHANNEL = Place(-1001122334455, {"chat_type": "channel", "chat_title": "Acme News"})
DISCUSSION = Place(-1001555666777, {"chat_type": "supergroup", "chat_title": "Acme News Chat"})


def parsed(name: str) -> Parsed:
    """What the fixture is read as."""
    return parse_update(load("telegram", name), BOT_USERNAME, BOT_ID, NOW)


def expected(
    fixture: str, who: Account, place: Place, number: int, body: str, key: str, **differs: Any
) -> Incoming:
    """A message as it must be read; `differs` overrides fields, and `payload` in it adds to the payload."""
    payload = {
        "update_id": load("telegram", fixture)["update_id"],
        "message_id": number,
        "attachments": [],
        "links": [],
        **place.payload,
        **who.payload,
        **differs.pop("payload", {}),
    }
    fields: dict[str, Any] = {
        "platform": "telegram",
        "source_external_id": str(place.id),
        "event": "message",
        "external_id": f"telegram:{place.id}/{number}",
        "thread_key": key,
        "author": who.author,
        "author_name": who.name,
        "sent_at": datetime.fromtimestamp(EPOCH + number, UTC),
        "body": body,
        "payload": payload,
    }
    return Incoming(**(fields | differs))


def attachment(kind: str, unique_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """An attachment; all that is not named is empty."""
    empty = {"file_id": None, "name": None, "mime_type": None, "size": None}
    return {"kind": kind, "file_unique_id": unique_id} | empty | fields
