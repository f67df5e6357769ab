"""Where a customer can write on the local rung, and whose phones there are."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.database import Connection


@dataclass(frozen=True)
class Place:
    """A monitored source; of Telegram's private chats each customer has one of their own."""

    platform: str
    external_id: str
    name: str

    @property
    def key(self) -> str:
        """Which of all."""
        return f"{self.platform}:{self.external_id}"


@dataclass(frozen=True)
class Phone:
    """An engineer's."""

    owner: str
    number: str  # E.164


def places(conn: Connection) -> tuple[Place, ...]:
    """Those that take in what people write, not only what mentions the bot; groups first."""
    rows = conn.execute(
        "select platform::text, external_id, name from public.sources"
        " where is_active and platform in ('telegram', 'slack') and settings ->> 'intake' is distinct from 'mentions'"
        " order by external_id = 'private', platform desc, id"
    ).fetchall()
    return tuple(Place(*row) for row in rows)


def phones(conn: Connection) -> tuple[Phone, ...]:
    """Of the active engineers, the one on call first."""
    rows = conn.execute(
        "select name, phone from public.engineers where is_active and phone is not null order by is_on_call desc, id"
    ).fetchall()
    return tuple(Phone(*row) for row in rows)
