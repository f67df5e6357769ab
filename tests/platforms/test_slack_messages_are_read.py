from __future__ import annotations

import pytest

from shiftbot.platforms.base import Dropped, Incoming
from tests.platforms.slack_expected import ROOT, expected, in_thread, parsed

PICTURE = {
    "kind": "photo",
    "file_id": "F0PIC",
    "name": "screen.png",
    "mime_type": "image/png",
    "size": 50231,
    "url_private": "https://files.slack.com/files-pri/T024BE7LD-F0PIC/screen.png",
}
LOG = {
    "kind": "document",
    "file_id": "F0LOG",
    "name": "crash.log",
    "mime_type": "text/plain",
    "size": 901,
    "url_private": "https://files.slack.com/files-pri/T024BE7LD-F0LOG/crash.log",
}
ELSEWHERE = {
    "kind": "document",
    "file_id": "F0EXT",
    "name": None,
    "mime_type": None,
    "size": None,
    "url_private": None,
}
SHARED = {"subtype": "file_share"}
MENTION = "<@U0SHIFTBOT> checkout is down"
MARKUP = (
    "<@U0OTHER> see <#C02OPS|ops> <!here> <!subteam^S012|@oncall> <https://x.example/a?b=1&amp;c=2|the log> "
    "<https://y.example> <mailto:a@b.example|a@b.example> <http://z.example|z.example> "
    "<!date^1760000000^{date}|9 Oct>"
)

MESSAGES: dict[str, Incoming] = {
    "message_channel": expected(
        "message_channel",
        "The export is <empty> & slow",
        payload={"text": "The export is &lt;empty&gt; &amp; slow"},
    ),
    "message_private_channel": expected(
        "message_private_channel", "Login loops", channel="G02SECRET", channel_type="group"
    ),
    "message_mpim": expected("message_mpim", "Who saw this?", channel="G02GROUPDM", channel_type="mpim"),
    "message_im": expected(
        "message_im", "Are you there?", channel="D02BOTDM", channel_type="im", addressed=True
    ),
    "message_with_profile": expected("message_with_profile", "Broken", author_name="ann"),
    "message_markup": expected(
        "message_markup",
        "@U0OTHER see #ops @here @oncall the log (https://x.example/a?b=1&c=2) https://y.example "
        "a@b.example http://z.example 9 Oct",
        payload={
            "text": MARKUP,
            "links": ["https://x.example/a?b=1&c=2", "https://y.example", "http://z.example"],
        },
    ),
    "message_mentions_bot": expected(
        "message_mentions_bot",
        "@U0SHIFTBOT checkout is down",
        "1760000002.000200",
        addressed=True,
        payload={"text": MENTION},
    ),
    "app_mention": expected(
        "app_mention",
        "@U0SHIFTBOT checkout is down",
        "1760000002.000200",
        channel_type=None,
        addressed=True,
        payload={"text": MENTION},
    ),
    "app_mention_in_thread": expected(
        "app_mention_in_thread",
        "@U0SHIFTBOT still down",
        "1760000003.000300",
        channel_type=None,
        addressed=True,
        payload={"text": "<@U0SHIFTBOT> still down", "thread_ts": ROOT},
        **in_thread(),
    ),
    "thread_reply": expected(
        "thread_reply", "It says 404", "1760000004.000400", payload={"thread_ts": ROOT}, **in_thread()
    ),
    "thread_broadcast": expected(
        "thread_broadcast",
        "Fixed by restarting?",
        "1760000006.000600",
        payload={"thread_ts": ROOT, "subtype": "thread_broadcast"},
        **in_thread(),
    ),
    "me_message": expected(
        "me_message",
        "shrugs at the export",
        "1760000007.000700",
        payload={"subtype": "me_message", "client_msg_id": None},
    ),
    "file_share": expected(
        "file_share", "see", "1760000008.000800", payload={"attachments": [PICTURE, LOG]} | SHARED
    ),
    "file_share_without_words": expected(
        "file_share_without_words",
        "",
        "1760000009.000900",
        payload={"attachments": [PICTURE], "text": None} | SHARED,
    ),
    "file_of_foreign_workspace": expected(
        "file_of_foreign_workspace",
        "",
        "1760000009.000950",
        payload={"attachments": [ELSEWHERE], "text": None} | SHARED,
    ),
    "forwarded_message": expected(
        "forwarded_message",
        "Customer sees a blank page (https://x.example)",
        "1760000010.001000",
        payload={
            "text": None,
            "forwarded": [
                {
                    "author": "Ann Lee",
                    "text": "Customer sees a <https://x.example|blank page>",
                    "url": "https://acme.slack.com/archives/C02SALES/p1759990000000100",
                }
            ],
        },
    ),
    "nul_and_lone_surrogate": expected("nul_and_lone_surrogate", "broken \ufffd and \ufffd here"),
}

DROPPED = {
    "own_message": "own_message",
    "other_bot": "other_bot",
    "other_app": "other_bot",
    "slackbot": "other_bot",
    "channel_join": "service_message",
    "channel_topic": "service_message",
    "channel_archive": "service_message",
    "member_joined_channel": "membership_change",
    "channel_rename": "unhandled_event",
    "url_verification": "unhandled_event",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_read_whole(name: str) -> None:
    assert parsed(name) == MESSAGES[name]


@pytest.mark.parametrize("name", DROPPED)
def test_what_is_no_report_is_dropped_with_its_reason(name: str) -> None:
    assert parsed(name) == Dropped(DROPPED[name])


def test_mention_and_message_of_one_ts_are_one_event() -> None:
    message, mention = parsed("message_mentions_bot"), parsed("app_mention")

    assert isinstance(message, Incoming)
    assert isinstance(mention, Incoming)
    assert message.external_id == mention.external_id
