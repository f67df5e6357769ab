"""How Slack's JSON is read and named, whatever the kind of event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from shiftbot.platforms.shape import Json, children, present, words


@dataclass(frozen=True)
class Bot:
    """Who we are on Slack: as a member, and as the app that sends messages. Empty where an event does not say."""

    user_id: str
    app_id: str

    @classmethod
    def addressed_by(cls, envelope: Json) -> Self:
        """Whom Slack sent the event to. Read, not asked for: an event must not wait for Slack's Web API."""
        users = [
            words(one.get("user_id")) for one in children(envelope, "authorizations") if one.get("is_bot")
        ]
        return cls(next(iter(users), ""), words(envelope.get("api_app_id")))

    def is_user(self, user: object) -> bool:
        """Whether the member is the bot."""
        return user == self.user_id != ""

    def wrote(self, message: Json) -> bool:
        """Whether the message is ours."""
        return self.is_user(message.get("user")) or message.get("app_id") == self.app_id != ""


def message_id(channel: str, ts: str) -> str:
    """The external_id of a message."""
    return f"slack:{channel}/{ts}"


def display_name(profile: Json) -> str:
    """What people call the user."""
    return words(profile.get("display_name")) or words(profile.get("real_name"))


def place(envelope: Json, event: Json) -> Json:
    """Where an event happened, for the payload."""
    return present(
        team_id=envelope.get("team_id"),
        event_id=envelope.get("event_id"),
        channel=event.get("channel"),
        channel_type=event.get("channel_type"),
    )
