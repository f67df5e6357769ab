"""People in a story: customers who say and hear, an engineer who works on tickets, a model that is made to wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shiftbot.sim.openai_verdict import verdict
from shiftbot.sources import Source, sync
from tests.support.product import CHANNEL, GROUP, SOURCES, Product

HELPED, HUMAN = "This helped", "Get me a human"


@dataclass
class TelegramCustomer:
    """Somebody in a Telegram chat."""

    story: Product
    chat: int = GROUP
    user: int = 7
    topic: int = 0
    heard: int = 0

    def says(self, text: str, reply_to: int = 0) -> int:
        """Writes and returns the number of the message."""
        return int(self.story.telegram.say(self.chat, self.user, text, reply_to, self.topic)["message_id"])

    def hears(self, count: int = 1) -> list[dict[str, Any]]:
        """The next `count` messages of the bot."""

        def new() -> list[dict[str, Any]]:
            return self.story.telegram.messages(self.chat, self.heard, sender="bot", topic=self.topic)

        assert self.story.until(lambda: len(new()) >= count), f"heard only {len(new())} of {count}"
        found = new()[:count]
        self.heard = found[-1]["message_id"]
        return found

    def presses(self, button: str, message: int | None = None) -> None:
        """Presses a button of the bot's, the newest unless `message` is given."""
        self.story.telegram.press(self.chat, self.user, button, message)

    def everything_heard(self) -> list[dict[str, Any]]:
        """All that the bot has ever said in the chat."""
        return self.story.telegram.messages(self.chat, sender="bot")


@dataclass
class SlackCustomer:
    """Somebody in a Slack channel."""

    story: Product
    channel: str = CHANNEL
    user: str = "U0ALICE"
    heard: str = ""
    root: str = ""

    def says(self, text: str, thread: str = "") -> str:
        """Writes and returns the ts of the message."""
        ts = str(self.story.slack.say(self.channel, self.user, text, thread)["ts"])
        self.root = thread or ts
        return ts

    def hears(self, count: int = 1) -> list[dict[str, Any]]:
        """The next `count` messages of the bot in the thread."""

        def new() -> list[dict[str, Any]]:
            return self.story.slack.messages(self.channel, self.root, self.heard, sender="bot")

        assert self.story.until(lambda: len(new()) >= count), f"heard only {len(new())} of {count}"
        found = new()[:count]
        self.heard = found[-1]["ts"]
        return found

    def presses(self, button: str) -> None:
        """Presses a button of the last message heard."""
        self.story.slack.press(self.channel, self.heard, button, self.user)

    def everything_heard(self) -> list[dict[str, Any]]:
        """All that the bot has ever said in the channel."""
        return self.story.slack.messages(self.channel, sender="bot")


@dataclass
class Engineer:
    """Somebody signed in at the dashboard."""

    story: Product
    email: str = "erin@example.com"
    _conn: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.story.conn.execute(
            "insert into public.engineers (name, email) values (%s, %s)", (self.email, self.email)
        )
        self._conn = self.story.database.connect(role="authenticated", claims={"email": self.email})

    def does(self, event: str, ticket_id: int, body: str | None = None) -> None:
        """Appends an event to the journal, as the dashboard does."""
        self._conn.execute(
            "insert into public.ticket_actions (ticket_id, event, body) values (%s, %s, %s)",
            (ticket_id, event, body),
        )

    def asks(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """What the database answers a signed-in engineer."""
        return self._conn.execute(query, arguments).fetchall()  # type: ignore[no-any-return]


class Pondering:
    """A model that answers only while it may; `asked` tells how often it was."""

    def __init__(self, story: Product) -> None:
        self._story = story
        self._go = threading.Event()
        story.model.respond = self

    def __call__(self, messages: list[Any], response_format: Any) -> Any:
        self._go.wait(30)
        return verdict(messages, response_format)

    @property
    def asked(self) -> int:
        return len(self._story.model.requests)

    def answers(self) -> None:
        """Lets it answer from now on."""
        self._go.set()


def monitor(story: Product, *extra: dict[str, Any]) -> None:
    """Monitors these sources besides the usual ones; an entry for one of those takes its place."""
    named = [Source.model_validate({"name": str(entry["external_id"]), **entry}) for entry in extra]
    taken = {(source.platform, source.external_id) for source in named}
    sync(story.conn, [s for s in SOURCES if (s.platform, s.external_id) not in taken] + named)


def rests(story: Product) -> bool:
    """Waits until nothing is on its way from a platform, queued, in hand or due."""

    def settled() -> bool:
        return story.telegram.updates.settled(0) and story.slack.events.settled(0)

    def still() -> bool:
        # Twice: what a worker posts a platform tells of, and the worker may be done before that arrived.
        return settled() and story.rows("select from ops.queues where length > 0") == [] and settled()

    return story.until(still)


@contextmanager
def at_work(story: Product, **settings: Any) -> Iterator[None]:
    """Workers for the block, which ends when they have nothing left to do."""
    with story.workers(**settings):
        yield
        assert rests(story), "the queues never ran empty"


def bodies(story: Product, ticket_id: int, event: str) -> list[str | None]:
    """What was said with an event of a ticket."""
    query = "select body from public.ticket_actions where ticket_id = %s and event = %s order by seq"
    return [row[0] for row in story.rows(query, ticket_id, event)]


def recorded(story: Product, messages: int) -> bool:
    """Waits until so many messages of customers are in the journal."""
    query = "select count(*) from public.ticket_actions where event = 'message'"
    return story.until(lambda: story.rows(query)[0][0] >= messages)
