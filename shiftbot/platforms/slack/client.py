"""Posting to Slack through its Web API."""

from __future__ import annotations

import logging
import math

from slack_sdk import WebClient

from shiftbot.platforms.base import Button, OutcomeUnknown, Outgoing, Permanent
from shiftbot.platforms.shape import Json, as_object, child, children, words
from shiftbot.platforms.slack import content, files
from shiftbot.platforms.slack.errors import CALL_ERRORS, failure
from shiftbot.platforms.slack.reading import message_id
from shiftbot.platforms.text import clean_text, split_text, utf16_length

API = "https://slack.com/api/"
MARK = "shiftbot_reply"  # event_type of the metadata that holds our token
PAGE = 200
MOST_PAGES = 20


class Client:
    """Posts messages with a bot's token. Nothing in it is retried or kept open; any thread may use it."""

    text_limit = 3000  # of a section block, escapes counted
    can_look = True

    def __init__(self, token: str, api_base_url: str = API, timeout: float = 10.0) -> None:
        logging.getLogger("slack_sdk").setLevel(logging.WARNING)  # it logs people's words at DEBUG
        self._token, self._api_base_url, self._timeout = token, api_base_url, timeout
        self._web = WebClient(
            token, base_url=api_base_url, timeout=max(1, math.ceil(timeout)), retry_handlers=[]
        )

    def split(self, text: str) -> list[str]:
        """The parts that `text` is posted as."""
        return split_text(clean_text(text), self.text_limit, lambda part: utf16_length(content.escape(part)))

    def send(self, message: Outgoing) -> str:
        """Posts one part and returns its external_id. Raises Permanent, Temporary or OutcomeUnknown."""
        text = content.escape(clean_text(message.text))
        try:
            answer = self._web.chat_postMessage(
                channel=message.source_external_id,
                thread_ts=message.thread.get("thread_ts"),
                text=text,
                blocks=_blocks(text, message.buttons),
                metadata={"event_type": MARK, "event_payload": {"token": message.token}},
                unfurl_links=False,
                unfurl_media=False,
            )
            channel, ts = answer.get("channel"), answer.get("ts")
        except CALL_ERRORS as error:
            raise failure(error) from None
        if not words(ts):
            raise OutcomeUnknown("Slack's answer does not say which message it posted")
        return message_id(words(channel) or message.source_external_id, words(ts))

    def edit(self, external_id: str, message: Outgoing) -> None:
        """Replaces words and buttons; a message that is gone is fine. Raises like `send`."""
        # Where it is, which differs from where it was sent: posts to a user land in a conversation.
        channel, _, ts = external_id.removeprefix("slack:").partition("/")
        text = content.escape(clean_text(message.text))
        try:
            self._web.chat_update(channel=channel, ts=ts, text=text, blocks=_blocks(text, message.buttons))
        except CALL_ERRORS as error:
            failed = failure(error)
            if not (isinstance(failed, Permanent) and failed.code == "message_not_found"):
                raise failed from None

    def find(self, message: Outgoing) -> str | None:
        """The external_id of an earlier send with the same token, or None where it is not there.

        Raises OutcomeUnknown where that cannot be told: no token, Slack refuses, or the thread has no end.
        """
        if not message.token:
            raise OutcomeUnknown("a message without a token cannot be told from others")
        channel, cursor = message.source_external_id, ""
        for _ in range(MOST_PAGES):
            page = self._page(channel, message.thread.get("thread_ts"), cursor)
            for posted in children(page, "messages"):
                if _token(posted) == message.token and words(posted.get("ts")):
                    return message_id(channel, words(posted.get("ts")))
            cursor = words(child(page, "response_metadata").get("next_cursor"))
            if not cursor:
                return None
        raise OutcomeUnknown("the thread is too long to look through")

    def fetch(self, file_id: str, url: str | None, limit: int) -> bytes:
        """What somebody sent. Raises Permanent or Temporary."""
        if not url:
            raise Permanent("Slack did not say where the file is")
        return files.fetch(url, self._token, self._api_base_url, limit, self._timeout)

    def close(self) -> None:
        """Nothing to free: each call has a connection of its own."""

    def _page(self, channel: str, thread_ts: str | None, cursor: str) -> Json:
        """A page of the thread (oldest first, Slack's only order) or of the channel (newest first)."""
        try:
            if thread_ts:
                answer = self._web.conversations_replies(
                    channel=channel,
                    ts=thread_ts,
                    cursor=cursor or None,
                    limit=PAGE,
                    include_all_metadata=True,
                )
            else:
                answer = self._web.conversations_history(
                    channel=channel, cursor=cursor or None, limit=PAGE, include_all_metadata=True
                )
        except CALL_ERRORS as error:
            raise OutcomeUnknown(f"Slack could not be searched: {failure(error)}") from None
        if not isinstance(answer.get("messages"), list):
            raise OutcomeUnknown("Slack's answer holds no messages")
        return as_object(answer.data)


def _blocks(text: str, buttons: tuple[Button, ...]) -> list[Json]:
    # verbatim: Slack does not make links or mentions of bare words
    section: Json = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    if not buttons:
        return [section]
    return [section, {"type": "actions", "elements": [_button(button) for button in buttons]}]


def _button(button: Button) -> Json:
    return {
        "type": "button",
        "action_id": button.action,
        "value": str(button.target_id),
        "text": {"type": "plain_text", "text": button.text, "emoji": True},
    }


def _token(posted: Json) -> object:
    metadata = child(posted, "metadata")
    return child(metadata, "event_payload").get("token") if metadata.get("event_type") == MARK else None
