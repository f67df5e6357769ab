"""How Slack's JSON is read and named, whatever the kind of event."""

from __future__ import annotations

from dataclasses import dataclass

from shiftbot.platforms.shape import Json, present, words


@dataclass(frozen=True)
class Bot:
    """Who we are on Slack: as a member and as the sender of messages."""

    user_id: str
    bot_id: str

    def wrote(self, message: Json) -> bool:
        """Whether the message is ours."""
        return message.get("bot_id") == self.bot_id or message.get("user") == self.user_id


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
