"""What every platform adapter has in common: the shapes that go in and out, and the three ways a send can fail.

An adapter is one module per platform with two halves. `parse_*` turns the platform's JSON into the shapes below
(pure functions, no network, no database); `Client` sends one message and raises exactly one of the errors below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Platform = Literal["telegram", "slack"]
Origin = Literal[
    "telegram", "slack", "api"
]  # where a ticket comes from: a platform, or a system that raised it
UserEvent = Literal[
    "message", "edited", "deleted", "feedback_positive", "feedback_negative", "human_requested"
]
PageVerb = Literal["acknowledge", "pass_on", "not_needed"]
# What an engineer's button is called on the wire.
PageButton = Literal["page_ack", "page_pass", "page_needless"]


def origin_name(origin: str) -> str:
    """As people read it."""
    return "API" if origin == "api" else origin.capitalize()


@dataclass(frozen=True)
class Incoming:
    """One thing a user did, in the words that `private.ingest_message` takes."""

    platform: Platform
    source_external_id: str  # chat id or channel id, as text
    event: UserEvent
    external_id: str  # the event's own id, unique per platform: "telegram:-100123/45", "slack:C1/1718.0001"
    thread_key: str  # the key a new ticket gets and an unclosed one is found by
    author: str  # "telegram:7012345", "slack:U024BE7LH"; a channel post has the chat itself
    sent_at: datetime
    author_name: str = ""
    body: str = ""
    refers_to: str | None = None  # external_id of the message replied to, edited, deleted or pressed on
    merge_group: str | None = None  # Telegram album (media_group_id): its members are one report
    merges_with_author: bool = False  # a loose message in a group: the source's merge window applies
    addressed: bool = False  # mentions the bot, answers it, is a command or a private chat (intake=mentions)
    needs_ticket: bool = False  # never opens a ticket: edits, deletions, button presses, /human
    ticket_id: int | None = None  # named by a button; the database checks that it belongs to the source
    payload: dict[str, Any] = field(default_factory=dict)  # attachments, links, the platform's own ids


@dataclass(frozen=True)
class SourceMoved:
    """Telegram turned a group into a supergroup: the source keeps its tickets under a new id."""

    platform: Platform
    old_external_id: str
    new_external_id: str


@dataclass(frozen=True)
class PagePress:
    """An engineer's press on a page; whether this person may is for the database to say."""

    platform: Platform
    verb: PageVerb
    attempt_id: int
    person: str  # the platform's own id of who pressed: "7012345", "U024BE7LH"


@dataclass(frozen=True)
class Dropped:
    """Nothing to record; `reason` is a label of the dropped-events counter (few distinct values)."""

    reason: str


Recordable = Incoming | SourceMoved | Dropped
Parsed = Recordable | PagePress


@dataclass(frozen=True)
class Button:
    """A button: what it says, what a press on it is called, and on which ticket or, under a page, which attempt."""

    text: str
    action: UserEvent | PageButton
    target_id: int


@dataclass(frozen=True)
class Outgoing:
    """One message to post; `thread` holds what the platform needs to hit the right thread."""

    source_external_id: str
    text: str
    thread: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    token: str = ""  # our own name for this message ("reply:17/0"), kept by the platform where it can be


class SendError(Exception):
    """The base of what `Client.send` raises; the message never holds a token or a person's words."""


class Permanent(SendError):
    """It will never work: blocked, kicked, chat gone, message refused."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code  # the platform's name for it, where it has one: "channel_not_found"


class Temporary(SendError):
    """It surely was not delivered and may work later; `retry_after` is in seconds, where the platform said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OutcomeUnknown(SendError):
    """It may have been delivered: timed out or cut off after the request had left."""


class ChatMoved(Permanent):
    """Telegram moved the chat: record the new id, then send there once."""

    def __init__(self, new_external_id: str) -> None:
        super().__init__("the chat moved to a new id")
        self.new_external_id = new_external_id


class Client(Protocol):
    """The sending half of an adapter. Safe to call from several threads."""

    text_limit: int  # most characters of one message, in the platform's own count
    can_look: bool  # whether `find` can tell what became of a send of unknown outcome

    def split(self, text: str) -> list[str]:
        """The parts that `text` is posted as, none over `text_limit`; the same text always splits alike."""

    def send(self, message: Outgoing) -> str:
        """Posts one part and returns its external_id. Raises Permanent, Temporary or OutcomeUnknown."""

    def edit(self, external_id: str, message: Outgoing) -> None:
        """Replaces words and buttons of one of our messages; one that is gone, or says so already, is fine.

        Raises like `send`.
        """

    def find(self, message: Outgoing) -> str | None:
        """The external_id of an earlier send with the same token, or None where it is not there.

        Raises OutcomeUnknown where the platform offers no way to look (Telegram).
        """

    def fetch(self, file_id: str, url: str | None, limit: int) -> bytes:
        """What somebody sent, at most `limit` bytes of it. Raises Permanent or Temporary."""

    def close(self) -> None:
        """Frees connections and threads."""
