"""Paging by a Slack direct message from the app."""

from __future__ import annotations

from typing import ClassVar

from shiftbot.paging.base import Contact, Method, Permanent
from shiftbot.paging.direct_message import DirectMessage

_CHECK_ID = "check the engineer's Slack user id"


class SlackMessage(DirectMessage):
    """Writes as the app; a post to a user's id lands in the conversation between the two."""

    method: Method = "slack_message"
    remedies: ClassVar[dict[str, str]] = {
        "channel_not_found": _CHECK_ID,
        "user_not_found": _CHECK_ID,
        "messages_tab_disabled": "switch on the Messages tab under App Home in the app's settings",
    }

    def address(self, contact: Contact) -> str:
        """The user's id: chat.postMessage opens the conversation by itself."""
        if contact.slack_user_id is None:
            raise Permanent("no Slack user id is known of this engineer")
        return contact.slack_user_id
