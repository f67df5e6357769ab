from __future__ import annotations

from http.client import RemoteDisconnected
from typing import Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from shiftbot.sim.slack import SlackSim

BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": "That helped"},
            "action_id": "helped",
            "value": "1",
        }
    ],
}


def client_of(sim: SlackSim, token: str = "", timeout: int = 5) -> WebClient:
    return WebClient(token or sim.token, base_url=f"{sim.url}/api/", timeout=timeout, retry_handlers=[])


def error_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def test_auth_test_names_the_bot_and_its_scopes(slack: SlackSim) -> None:
    answer = client_of(slack).auth_test()

    assert (answer["bot_id"], answer["user"]) == ("B0SHIFTSIM", "shiftbot")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), (" ", "not_authed")])
def test_wrong_token_is_refused(slack: SlackSim, token: str, error: str) -> None:
    assert error_of(client_of(slack, token).auth_test) == error


def test_unknown_method_is_refused(slack: SlackSim) -> None:
    assert error_of(client_of(slack).api_call, api_method="chat.shout") == "unknown_method"


def test_reply_in_a_thread_with_buttons_is_seen(slack: SlackSim) -> None:
    asked = slack.say("C1", "U1", "the site is down")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "on it"}}, BUTTON]

    client_of(slack).chat_postMessage(channel="C1", text="on it", thread_ts=asked["ts"], blocks=blocks)

    (seen,) = slack.messages("C1", thread=asked["ts"], sender="bot")
    assert (seen["text"], seen["thread"], seen["buttons"]) == ("on it", asked["ts"], ["That helped"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": "C2", "text": "x"}, "not_in_channel"),
        ({"channel": "C3", "text": "x"}, "is_archived"),
        ({"channel": "C1", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C1", "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "C1", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        (
            {"channel": "C1", "text": "x", "blocks": [{"type": "section", "text": {"text": "x" * 3001}}]},
            "invalid_blocks",
        ),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
    ],
)
def test_post_that_slack_refuses_is_refused(slack: SlackSim, arguments: dict[str, Any], error: str) -> None:
    slack.create_channel("C2", "strangers", is_member=False)
    slack.create_channel("C3", "history", is_archived=True)

    assert error_of(client_of(slack).chat_postMessage, **arguments) == error
    assert slack.messages("C1") == []


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
def test_post_without_text_is_refused(slack: SlackSim) -> None:
    assert error_of(client_of(slack).chat_postMessage, channel="C1") == "no_text"


def test_text_and_section_at_their_limits_are_taken(slack: SlackSim) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}]

    client_of(slack).chat_postMessage(channel="C1", text="x" * 40_000, blocks=blocks)

    assert len(slack.messages("C1")) == 1


def test_metadata_is_shown_only_to_who_asks(slack: SlackSim) -> None:
    root = slack.say("C1", "U1", "down")["ts"]
    client = client_of(slack)
    metadata = {"event_type": "reply", "event_payload": {"token": "reply:1/0"}}
    client.chat_postMessage(channel="C1", text="on it", thread_ts=root, metadata=metadata)

    asked, unasked = (
        client.conversations_replies(channel="C1", ts=root, include_all_metadata=wanted)["messages"]
        for wanted in (True, False)
    )

    assert [message.get("metadata") for message in asked] == [None, metadata]
    assert [message.get("metadata") for message in unasked] == [None, None]
    assert unasked[0]["reply_count"] == 1


def test_replies_and_history_come_in_pages(slack: SlackSim) -> None:
    root = slack.say("C1", "U1", "root")["ts"]
    for number in range(4):
        slack.say("C1", "U1", f"reply {number}", thread=root)
    slack.say("C1", "U2", "another")
    client = client_of(slack)

    pages = client.conversations_replies(channel="C1", ts=root, limit=2)
    texts = [[message["text"] for message in page["messages"]] for page in pages]
    history = client.conversations_history(channel="C1")["messages"]

    assert texts == [["root", "reply 0"], ["reply 1", "reply 2"], ["reply 3"]]
    assert [message["text"] for message in history] == ["another", "root"]


def test_replies_of_an_unknown_thread_are_refused(slack: SlackSim) -> None:
    call = client_of(slack).conversations_replies

    assert error_of(call, channel="C1", ts="1718000000.000100") == "thread_not_found"


def test_own_messages_can_be_changed_and_deleted_and_those_of_others_not(slack: SlackSim) -> None:
    client, theirs = client_of(slack), slack.say("C1", "U1", "down")["ts"]
    ts = client.chat_postMessage(channel="C1", text="on it")["ts"]

    client.chat_update(channel="C1", ts=ts, text="done")
    assert slack.messages("C1", after=theirs)[0]["text"] == "done"
    client.chat_delete(channel="C1", ts=ts)

    assert [seen["text"] for seen in slack.messages("C1")] == ["down"]
    assert error_of(client.chat_update, channel="C1", ts=theirs, text="x") == "cant_update_message"
    assert error_of(client.chat_delete, channel="C1", ts=theirs) == "cant_delete_message"


def test_ephemeral_message_is_in_no_history(slack: SlackSim) -> None:
    slack.add_user("U1", "Ada Lovelace", "ada@example.com")
    client = client_of(slack)
    client.chat_postEphemeral(channel="C1", user="U1", text="only you")

    assert [seen["ephemeral"] for seen in slack.messages("C1")] == [True]
    assert client.conversations_history(channel="C1")["messages"] == []
    assert client.users_info(user="U1")["user"]["profile"]["email"] == "ada@example.com"
    assert error_of(client.users_info, user="U404") == "user_not_found"


def test_channel_can_be_joined_and_then_written_to(slack: SlackSim) -> None:
    slack.create_channel("C2", "strangers", is_member=False)
    client = client_of(slack)
    assert client.conversations_info(channel="C2")["channel"]["is_member"] is False

    client.conversations_join(channel="C2")

    assert client.chat_postMessage(channel="C2", text="hello")["ok"]


def test_reaction_counts_once(slack: SlackSim) -> None:
    client, ts = client_of(slack), slack.say("C1", "U1", "down")["ts"]
    client.reactions_add(channel="C1", timestamp=ts, name="eyes")

    assert error_of(client.reactions_add, channel="C1", timestamp=ts, name="eyes") == "already_reacted"
    assert slack.messages("C1")[0]["reactions"] == ["eyes"]


def test_file_needs_the_token_to_be_fetched(slack: SlackSim) -> None:
    file = slack.file_share("C1", "U1", "see this", "trace.log", "boom")["files"][0]
    client = client_of(slack)
    url = client.files_info(file=file["id"])["file"]["url_private_download"]

    with urlopen(Request(url, headers={"Authorization": f"Bearer {slack.token}"})) as answer:  # noqa: S310  # our own simulator
        assert answer.read() == b"boom"
    with urlopen(url) as answer:  # noqa: S310  # our own simulator
        assert b"Sign in" in answer.read()


def test_response_url_replaces_the_pressed_message_five_times_at_most(slack: SlackSim) -> None:
    ts = client_of(slack).chat_postMessage(channel="C1", text="helped?", blocks=[BUTTON])["ts"]
    slack.press("C1", ts, "That helped", "U1")
    (url,) = (f"{slack.url}/actions/T0SHIFTSIM/{name}" for name in slack.response_urls)
    webhook = WebhookClient(url)

    codes = [webhook.send(text="thank you", replace_original=True).status_code for _ in range(6)]

    assert codes == [200] * 5 + [404]
    assert [(seen["text"], seen["buttons"]) for seen in slack.messages("C1")] == [("thank you", [])]


def test_rate_limit_names_the_seconds(slack: SlackSim) -> None:
    slack.fault("rate_limited", method="chat.postMessage", count=1, seconds=7)

    with pytest.raises(SlackApiError) as caught:
        client_of(slack).chat_postMessage(channel="C1", text="hello")

    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "7"


def test_real_limit_is_one_post_a_second_per_channel(slack: SlackSim) -> None:
    slack.enforce_limits = True
    slack.per_channel.seconds = 60  # a slow machine must not let the second post through
    slack.create_channel("C2", "other")
    client = client_of(slack)
    client.chat_postMessage(channel="C1", text="one")

    assert error_of(client.chat_postMessage, channel="C1", text="two") == "ratelimited"
    assert client.chat_postMessage(channel="C2", text="three")["ok"]


@pytest.mark.parametrize(
    ("kind", "error", "is_done"),
    [
        ("server_error", SlackApiError, False),
        ("bad_gateway", SlackApiError, False),
        ("drop_before_work", RemoteDisconnected, False),
        ("drop_after_work", RemoteDisconnected, True),
        ("timeout", TimeoutError, False),
        ("slow", TimeoutError, True),
    ],
)
def test_fault_raises_the_librarys_error(
    slack: SlackSim, kind: str, error: type[Exception], is_done: bool
) -> None:
    slack.fault(kind, method="chat.postMessage", count=1, seconds=3)

    with pytest.raises(error):
        client_of(slack, timeout=1).chat_postMessage(channel="C1", text="hello")

    assert [seen["text"] for seen in slack.messages("C1")] == ["hello"] * is_done
    assert client_of(slack).chat_postMessage(channel="C1", text="again")["ok"]
