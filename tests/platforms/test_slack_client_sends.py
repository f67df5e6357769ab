from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shiftbot.platforms.base import Button, OutcomeUnknown, Outgoing, Permanent, SendError, Temporary
from shiftbot.platforms.base import Client as Contract
from shiftbot.platforms.slack.client import Client
from tests.platforms.answering import Answer, Server, answer, closed_port, page, serving

TOKEN = "xoxb-1-secretsecret"
WORDS = "We are looking into it"
ROOT = "1760000001.000100"
POSTED = answer({"ok": True, "channel": "C02BUGS", "ts": "1760000005.000500", "message": {"text": WORDS}})
REPLY = Outgoing("C02BUGS", WORDS, {"thread_ts": ROOT}, token="reply:17/0")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    made = Client(TOKEN, server.url + "/api/", timeout=1)
    yield made
    made.close()


def refused(code: str, status: int = 200, **fields: Any) -> Answer:
    return answer({"ok": False, "error": code} | fields, status)


def posted(ts: str, token: str | None = None, event_type: str = "shiftbot_reply") -> dict[str, Any]:
    message: dict[str, Any] = {"type": "message", "ts": ts, "text": "…", "thread_ts": ROOT}
    if token:
        message["metadata"] = {"event_type": event_type, "event_payload": {"token": token}}
    return message


def found(*messages: dict[str, Any], cursor: str = "") -> Answer:
    more = {"has_more": True, "response_metadata": {"next_cursor": cursor}} if cursor else {"has_more": False}
    return answer({"ok": True, "messages": list(messages)} | more)


def test_client_keeps_the_contract(client: Contract) -> None:
    assert client.text_limit == 3000


def test_reply_on_the_wire(server: Server, client: Client) -> None:
    server.answers(POSTED)

    assert client.send(REPLY) == "slack:C02BUGS/1760000005.000500"
    (asked,) = server.asked
    assert asked.path == "/api/chat.postMessage"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.json == {
        "channel": "C02BUGS",
        "thread_ts": ROOT,
        "text": WORDS,
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": WORDS, "verbatim": True}}],
        "metadata": {"event_type": "shiftbot_reply", "event_payload": {"token": "reply:17/0"}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_buttons_on_the_wire(server: Server, client: Client) -> None:
    server.answers(POSTED)
    buttons = (
        Button("That helped", "feedback_positive", 42),
        Button("Get me a human", "human_requested", 42),
    )

    client.send(Outgoing("C02BUGS", WORDS, buttons=buttons))

    assert "thread_ts" not in server.asked[0].json
    assert server.asked[0].json["blocks"][1] == {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "feedback_positive",
                "value": "42",
                "text": {"type": "plain_text", "text": "That helped", "emoji": True},
            },
            {
                "type": "button",
                "action_id": "human_requested",
                "value": "42",
                "text": {"type": "plain_text", "text": "Get me a human", "emoji": True},
            },
        ],
    }


def test_nobody_is_mentioned_through_a_reply(server: Server, client: Client) -> None:
    server.answers(POSTED)

    client.send(Outgoing("C02BUGS", "<!channel> <@U1> a & b \ud83d \x00"))

    escaped = "&lt;!channel&gt; &lt;@U1&gt; a &amp; b \ufffd \ufffd"
    assert server.asked[0].json["text"] == escaped
    assert server.asked[0].json["blocks"][0]["text"]["text"] == escaped


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (refused("channel_not_found"), Permanent, "channel_not_found"),
        (refused("not_in_channel"), Permanent, "not_in_channel"),
        (refused("is_archived"), Permanent, "is_archived"),
        (refused("invalid_auth"), Permanent, "invalid_auth"),
        (refused("token_revoked"), Permanent, "token_revoked"),
        (refused("account_inactive"), Permanent, "account_inactive"),
        (refused("msg_too_long"), Permanent, "msg_too_long"),
        (refused("restricted_action"), Permanent, "restricted_action"),
        (refused("missing_scope", needed="chat:write"), Permanent, r"missing_scope \(needs chat:write\)"),
        (refused("something_new"), Permanent, "something_new"),
        (refused("ratelimited"), Temporary, "rate limit"),
        (refused("ratelimited", 429), Temporary, "rate limit"),
        (refused("service_unavailable"), Temporary, "service_unavailable"),
        (refused("service_unavailable", 503), Temporary, "service_unavailable"),
        (refused("request_timeout"), Temporary, "request_timeout"),
        (refused("something_new", 500), Temporary, "something_new"),
        (refused("internal_error"), OutcomeUnknown, "internal_error"),
        (refused("fatal_error"), OutcomeUnknown, "fatal_error"),
        (refused("fatal_error", 500), OutcomeUnknown, "fatal_error"),
        (page(429), Temporary, "rate limit"),
        (page(408), Temporary, "408"),
        (page(403), Permanent, "403"),
        (page(404), Permanent, "404"),
        (page(500), OutcomeUnknown, "500"),
        (page(502), OutcomeUnknown, "502"),
        (page(504), OutcomeUnknown, "504"),
        (page(200), OutcomeUnknown, "unreadable"),
        (answer({"ok": True}), OutcomeUnknown, "which message"),
        (answer({}), OutcomeUnknown, "unreadable"),
        (answer([1]), OutcomeUnknown, "no readable answer"),
        (answer(None), OutcomeUnknown, "unreadable"),
        (
            Answer(200, b"\xff\xfe", {"Content-Type": "application/json"}),
            OutcomeUnknown,
            "UnicodeDecodeError",
        ),
        (Answer(cut=True), OutcomeUnknown, "RemoteDisconnected"),
        (Answer(hang=True), OutcomeUnknown, "TimeoutError"),
        (Answer(200, b'{"ok": tr', {"Content-Length": "99"}), OutcomeUnknown, "IncompleteRead"),
        (Answer(502, b"<html>", {"Content-Length": "99"}), OutcomeUnknown, "IncompleteRead"),
    ],
)
def test_each_failure_is_one_of_three(
    server: Server, client: Client, given: Answer, error: type[SendError], said: str
) -> None:
    server.answers(given)

    with pytest.raises(SendError, match=said) as caught:
        client.send(REPLY)

    assert type(caught.value) is error
    assert len(server.asked) == 1  # a retry is the caller's to decide


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("soon", None), ("-1", None)])
def test_rate_limit_says_when_to_come_back(
    server: Server, client: Client, header: str, seconds: float | None
) -> None:
    server.answers(answer({"ok": False, "error": "ratelimited"}, 429, Retry_After=header))

    with pytest.raises(Temporary) as caught:
        client.send(REPLY)

    assert caught.value.retry_after == seconds


def test_unreachable_server_surely_got_nothing() -> None:
    with pytest.raises(Temporary, match="ConnectionRefusedError"):
        Client(TOKEN, closed_port(), timeout=1).send(REPLY)


@pytest.mark.parametrize("given", [refused(f"{WORDS} {TOKEN}"), page(502), Answer(cut=True)])
def test_errors_and_logs_hold_no_token_and_no_words(
    server: Server, client: Client, given: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(given)

    with pytest.raises(SendError) as caught:
        client.send(REPLY)

    for told in (str(caught.value), repr(caught.value), caplog.text):
        assert TOKEN not in told
        assert WORDS not in told
    assert caught.value.__suppress_context__


def test_many_threads_share_one_client(server: Server, client: Client) -> None:
    server.answers(POSTED)

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: client.send(REPLY), range(40)))

    assert sent == ["slack:C02BUGS/1760000005.000500"] * 40


def test_earlier_send_is_found_by_its_token(server: Server, client: Client) -> None:
    server.answers(
        found(posted(ROOT), posted("1760000003.000300", "reply:16/0"), cursor="bmV4dA=="),
        found(
            posted("1760000004.000400", "reply:17/0", "other_app"), posted("1760000005.000500", "reply:17/0")
        ),
    )

    assert client.find(REPLY) == "slack:C02BUGS/1760000005.000500"
    first, second = (asked.form for asked in server.asked)
    assert server.asked[0].path == "/api/conversations.replies"
    assert first == {"channel": "C02BUGS", "ts": ROOT, "limit": "200", "include_all_metadata": "1"}
    assert second == first | {"cursor": "bmV4dA=="}


def test_send_that_never_arrived_is_not_found(server: Server, client: Client) -> None:
    server.answers(found(posted(ROOT), posted("1760000003.000300", "reply:16/0")))

    assert client.find(REPLY) is None


def test_without_a_thread_the_channel_is_searched(server: Server, client: Client) -> None:
    server.answers(found(posted("1760000005.000500", "reply:17/0")))

    assert client.find(Outgoing("C02BUGS", WORDS, token="reply:17/0")) == "slack:C02BUGS/1760000005.000500"
    assert server.asked[0].path == "/api/conversations.history"


@pytest.mark.parametrize(
    "given",
    [
        refused("missing_scope", needed="channels:history"),
        refused("thread_not_found"),
        refused("ratelimited", 429),
        page(502),
        Answer(cut=True),
        answer({"ok": True}),
        found(posted(ROOT), cursor="endless"),
    ],
)
def test_what_cannot_be_searched_stays_unknown(server: Server, client: Client, given: Answer) -> None:
    server.answers(given)

    with pytest.raises(OutcomeUnknown):
        client.find(REPLY)


def test_message_without_a_token_stays_unknown(client: Client) -> None:
    with pytest.raises(OutcomeUnknown):
        client.find(Outgoing("C02BUGS", WORDS))


def test_split_leaves_room_for_escapes(client: Client) -> None:
    parts = client.split("&" * 1000)

    assert [len(part) for part in parts] == [600, 400]
