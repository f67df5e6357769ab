"""A press shows its effect where it was pressed: in the answer to Telegram's webhook; a command is told what to do."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.web import Web, update

pytestmark = pytest.mark.newest_postgres

MARTA = {"id": 512340001, "is_bot": False, "first_name": "Marta"}
STRANGER = {"id": 999, "is_bot": False, "first_name": "Stranger"}
BOT = {"id": 7412345678, "is_bot": True, "first_name": "Shift-Bot"}


def press(served: Web, data: Any, who: dict[str, Any] = MARTA, query_id: str = "4400000001") -> TestResponse:
    message = update(2)["message"] | {"from": BOT}
    query = {"id": query_id, "from": who, "chat_instance": "1", "data": data, "message": message}
    return served.telegram({"update_id": 77, "callback_query": query})


def toast(answer: TestResponse) -> str:
    body = answer.get_json()
    assert answer.status_code == 200
    assert (body["method"], body["callback_query_id"]) == ("answerCallbackQuery", "4400000001")
    return str(body["text"])


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("feedback_positive", "Thank you, glad it helped."),
        ("feedback_negative", "Thank you, a human will look at it."),
        ("human_requested", "A human is being called."),
    ],
)
def test_the_reporters_press_is_recorded_and_confirmed(served: Web, event: str, words: str) -> None:
    served.telegram(update(1))

    assert toast(press(served, f"{event}:1")) == words
    assert served.journal() == [(1, "message"), (1, event)]


@pytest.mark.parametrize("event", ["feedback_positive", "feedback_negative"])
def test_a_strangers_press_is_refused_in_words(served: Web, event: str) -> None:
    served.telegram(update(1))

    assert toast(press(served, f"{event}:1", STRANGER)) == "Only the person who reported this can close it."
    assert served.journal() == [(1, "message")]


def test_anybody_may_ask_for_a_human(served: Web) -> None:
    served.telegram(update(1))

    assert toast(press(served, "human_requested:1", STRANGER)) == "A human is being called."
    assert served.journal() == [(1, "message"), (1, "human_requested")]


def test_a_button_of_an_unknown_ticket_says_so(served: Web) -> None:
    assert toast(press(served, "human_requested:42")) == "This button no longer belongs to a report."


def test_a_ticket_of_another_chat_cannot_be_pressed(served: Web) -> None:
    """The ticket number on a button is a claim of whoever made the request, not a right."""
    served.telegram(update(1, chat={"id": -1002233445566, "type": "supergroup", "title": "Forum"}))

    assert toast(press(served, "human_requested:1")) == "This button no longer belongs to a report."
    assert served.journal() == [(1, "message")]


@pytest.mark.parametrize(
    "data", ["", "feedback_positive", "closed:1", "human_requested:0", "human_requested:1;2", "a" * 64]
)
def test_made_up_button_data_does_nothing(served: Web, data: str) -> None:
    served.telegram(update(1))

    assert toast(press(served, data)) == ""
    assert served.journal() == [(1, "message")]


def test_start_in_private_is_greeted(served: Web) -> None:
    chat = {"id": 512340001, "type": "private", "first_name": "Marta"}
    entities = [{"type": "bot_command", "offset": 0, "length": 6}]

    answer = served.telegram(update(1, chat=chat, text="/start", entities=entities))

    assert answer.get_json()["method"] == "sendMessage"
    assert answer.get_json()["chat_id"] == 512340001
    assert answer.get_json()["text"].startswith("Hello! Describe the problem here")
    assert served.journal() == []


def test_start_in_a_group_is_not(served: Web) -> None:
    assert served.telegram(update(1, text="/start")).data == b""


@pytest.mark.parametrize("text", ["", "help", "the site is down"])
def test_a_slash_command_is_told_what_to_do(served: Web, text: str) -> None:
    answer = served.slack_form(
        "commands",
        command="/shiftbot",
        text=text,
        user_id="U024BE7LH",
        channel_id="C02BUGS",
        team_id="T024BE7LD",
    )

    assert answer.status_code == 200
    assert "Write the problem in the channel" in answer.get_data(as_text=True)
    assert served.journal() == []
