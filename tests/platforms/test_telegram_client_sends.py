from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest

from shiftbot.platforms.base import (
    Button,
    ChatMoved,
    OutcomeUnknown,
    Outgoing,
    Permanent,
    SendError,
    Temporary,
)
from shiftbot.platforms.base import Client as Contract
from shiftbot.platforms.telegram.client import Client
from tests.platforms.answering import Answer, Server, answer, closed_port, page, serving

TOKEN = "7412345678:AAsecretsecretsecret"
WORDS = "We are looking into it"
CHAT = {"id": -1001987654321, "title": "Acme Support", "type": "supergroup"}
POSTED = answer({"ok": True, "result": {"message_id": 555, "date": 1760000000, "chat": CHAT, "text": WORDS}})
PLAIN = Outgoing("-1001987654321", WORDS)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    made = Client(TOKEN, server.url, timeout=0.5)
    yield made
    made.close()


def refused(status: int, description: str, **parameters: Any) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return answer(body | ({"parameters": parameters} if parameters else {}), status)


def test_client_keeps_the_contract(client: Contract) -> None:
    assert client.text_limit == 4096


def test_plain_message_on_the_wire(server: Server, client: Client) -> None:
    server.answers(POSTED)

    assert client.send(PLAIN) == "telegram:-1001987654321/555"
    (asked,) = server.asked
    assert asked.path == f"/bot{TOKEN}/sendMessage"
    form = asked.form
    assert json.loads(form.pop("link_preview_options")) == {"is_disabled": True}
    assert form == {"chat_id": "-1001987654321", "text": WORDS}


def test_reply_with_buttons_on_the_wire(server: Server, client: Client) -> None:
    server.answers(POSTED)
    message = Outgoing(
        "-1001987654321",
        "*not* <b>markup</b> @all \ud83d \x00",
        thread={"reply_to_message_id": 13, "message_thread_id": 300},
        buttons=(
            Button("That helped", "feedback_positive", 42),
            Button("Get me a human", "human_requested", 42),
        ),
        token="reply:17/0",
    )

    client.send(message)

    form = server.asked[0].form
    assert form["text"] == "*not* <b>markup</b> @all \ufffd \ufffd"
    assert "parse_mode" not in form
    assert form["message_thread_id"] == "300"
    assert json.loads(form["reply_parameters"]) == {"message_id": 13, "allow_sending_without_reply": True}
    assert json.loads(form["reply_markup"]) == {
        "inline_keyboard": [
            [
                {"text": "That helped", "callback_data": "feedback_positive:42"},
                {"text": "Get me a human", "callback_data": "human_requested:42"},
            ]
        ]
    }


def test_thread_of_nothing_is_left_out(server: Server, client: Client) -> None:
    server.answers(POSTED)

    client.send(Outgoing("@acme_news", WORDS, {"reply_to_message_id": None, "message_thread_id": None}))

    assert server.asked[0].form.keys() == {"chat_id", "text", "link_preview_options"}
    assert server.asked[0].form["chat_id"] == "@acme_news"


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (refused(400, "Bad Request: chat not found"), Permanent, "400: Bad Request: chat not found"),
        (refused(400, "Bad Request: message thread not found"), Permanent, "400"),
        (refused(400, "Bad Request: message is too long"), Permanent, "400"),
        (refused(401, "Unauthorized"), Permanent, "401"),
        (refused(403, "Forbidden: bot was kicked from the supergroup chat"), Permanent, "403"),
        (refused(404, "Not Found"), Permanent, "404"),
        (refused(413, "Request Entity Too Large"), Permanent, "413"),
        (refused(500, "Internal Server Error"), Temporary, "500"),
        (refused(502, "Bad Gateway"), Temporary, "502"),
        (refused(429, "Too Many Requests"), Temporary, "429"),
        (page(500), OutcomeUnknown, "500"),
        (page(502), OutcomeUnknown, "502"),
        (page(503), OutcomeUnknown, "503"),
        (page(504), OutcomeUnknown, "504"),
        (page(403), Permanent, "403"),
        (page(302), Permanent, "302"),
        (page(429), Temporary, "429"),
        (page(200), OutcomeUnknown, "no readable answer"),
        (answer({"ok": True}), OutcomeUnknown, "which message"),
        (answer({"ok": True, "result": {}}), OutcomeUnknown, "which message"),
        (answer({"ok": True, "result": True}), OutcomeUnknown, "which message"),
        (answer([]), OutcomeUnknown, "no readable answer"),
        (Answer(cut=True), OutcomeUnknown, "ServerDisconnectedError"),
        (Answer(hang=True), OutcomeUnknown, "SocketTimeoutError"),
        (Answer(200, b'{"ok": tr', {"Content-Length": "99"}), OutcomeUnknown, "ClientPayloadError"),
    ],
)
def test_each_failure_is_one_of_three(
    server: Server, client: Client, given: Answer, error: type[SendError], said: str
) -> None:
    server.answers(given)

    with pytest.raises(SendError) as caught:
        client.send(PLAIN)

    assert type(caught.value) is error
    assert said in str(caught.value)
    assert len(server.asked) == 1  # a retry is the caller's to decide


def test_flood_control_says_when_to_come_back(server: Server, client: Client) -> None:
    server.answers(refused(429, "Too Many Requests: retry after 7", retry_after=7))

    with pytest.raises(Temporary) as caught:
        client.send(PLAIN)

    assert caught.value.retry_after == 7.0


def test_moved_chat_names_the_new_one(server: Server, client: Client) -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    server.answers(refused(400, description, migrate_to_chat_id=-1002000000001))

    with pytest.raises(ChatMoved) as caught:
        client.send(PLAIN)

    assert caught.value.new_external_id == "-1002000000001"


def test_unreachable_server_surely_got_nothing() -> None:
    client = Client(TOKEN, closed_port(), timeout=0.5)
    try:
        with pytest.raises(Temporary, match="ClientConnectorError"):
            client.send(PLAIN)
    finally:
        client.close()


def test_full_pool_surely_sent_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shiftbot.platforms.telegram.client.POOL_SIZE", 1)
    narrow = Client(TOKEN, server.url, timeout=0.5)
    narrow._deadline = 30.0
    arrived = threading.Event()
    take = server.take
    server.take = lambda asked: (arrived.set(), take(asked))[1]  # type: ignore[method-assign,assignment]
    server.answers(Answer(hang=True))
    narrow._http._session._timeout = aiohttp.ClientTimeout(connect=0.2, sock_read=20)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(narrow.send, PLAIN)
        arrived.wait(10)
        with pytest.raises(Temporary, match="ConnectionTimeoutError"):
            narrow.send(PLAIN)
        server.released.set()

        assert isinstance(first.exception(), OutcomeUnknown)
    narrow.close()


@pytest.mark.parametrize(
    "given",
    [
        refused(400, f"bad {TOKEN} {WORDS}"),
        page(502),
        Answer(cut=True),
        Answer(200, f'{{"ok": true, "result": {{"text": "{WORDS}'.encode()),
    ],
)
def test_errors_and_logs_hold_no_token_and_no_words(
    server: Server, client: Client, given: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(given)

    with pytest.raises(SendError) as caught:
        client.send(PLAIN)

    for told in (str(caught.value), repr(caught.value), caplog.text):
        assert TOKEN not in told
        assert WORDS not in told
    assert caught.value.__suppress_context__


def test_many_threads_share_one_client(server: Server, client: Client) -> None:
    server.answers(POSTED)

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: client.send(PLAIN), range(40)))

    assert sent == ["telegram:-1001987654321/555"] * 40
    assert len(server.asked) == 40


def test_closing_settles_what_is_under_way(server: Server) -> None:
    client = Client(TOKEN, server.url, timeout=20)
    arrived = threading.Event()
    take = server.take
    server.take = lambda asked: (arrived.set(), take(asked))[1]  # type: ignore[method-assign,assignment]
    server.answers(Answer(hang=True))
    with ThreadPoolExecutor() as pool:
        under_way = pool.submit(client.send, PLAIN)
        arrived.wait(10)
        client.close()

        assert isinstance(under_way.exception(), OutcomeUnknown)
    client.close()  # twice is fine
    with pytest.raises(Temporary, match="closed"):
        client.send(PLAIN)


def test_a_bot_cannot_look_for_its_message(client: Client) -> None:
    with pytest.raises(OutcomeUnknown):
        client.find(PLAIN)


def test_split_counts_as_telegram_does(client: Client) -> None:
    parts = client.split("😀" * 3000)

    assert [len(part) for part in parts] == [2048, 952]
