from __future__ import annotations

import pytest

from shiftbot.platforms.base import Incoming
from shiftbot.platforms.telegram.parse import parse_update
from tests.platforms.fixtures import load
from tests.platforms.telegram_expected import (
    BOT_ID,
    BOT_USERNAME,
    CHANNEL,
    CHANNEL_ITSELF,
    DISCUSSION,
    FORUM,
    GROUP,
    JOHN,
    MARTA,
    NOW,
    PRIVATE,
    SUPERGROUP,
    expected,
    parsed,
)

CHAIN = "telegram:-1001987654321/13"
POST = "telegram:-1001555666777/500"

THREADS: dict[str, Incoming] = {
    "reply_in_group": expected(
        "reply_in_group",
        JOHN,
        GROUP,
        21,
        "Same here",
        "msg:12",
        refers_to="telegram:-4012345678/12",
        payload={"thread_root": "telegram:-4012345678/12"},
    ),
    "reply_in_supergroup": expected(
        "reply_in_supergroup",
        JOHN,
        SUPERGROUP,
        22,
        "Same here",
        "msg:13",
        refers_to=CHAIN,
        payload={"thread_root": CHAIN},
    ),
    "reply_to_bot": expected(
        "reply_to_bot",
        MARTA,
        SUPERGROUP,
        102,
        "Still broken",
        "msg:13",
        refers_to="telegram:-1001987654321/101",
        addressed=True,
        payload={"thread_root": CHAIN},
    ),
    "private_reply_to_bot": expected(
        "private_reply_to_bot",
        MARTA,
        PRIVATE,
        27,
        "It says 404",
        "chat",
        refers_to="telegram:512340001/26",
        addressed=True,
    ),
    "private_topic": expected(
        "private_topic",
        MARTA,
        PRIVATE,
        26,
        "In a topic of our chat",
        "topic:9001",
        addressed=True,
        payload={"message_thread_id": 9001},
    ),
    "topic_message": expected(
        "topic_message", MARTA, FORUM, 310, "Charged twice", "topic:300", payload={"message_thread_id": 300}
    ),
    "topic_reply": expected(
        "topic_reply",
        JOHN,
        FORUM,
        311,
        "Me too",
        "topic:300",
        refers_to="telegram:-1002233445566/310",
        payload={"message_thread_id": 300},
    ),
    "general_topic_reply": expected(
        "general_topic_reply",
        JOHN,
        FORUM,
        321,
        "Yes",
        "msg:320",
        refers_to="telegram:-1002233445566/320",
        payload={"thread_root": "telegram:-1002233445566/320"},
    ),
    "channel_post_reply": expected(
        "channel_post_reply",
        CHANNEL_ITSELF,
        CHANNEL,
        78,
        "Correction: not on iOS",
        "msg:77",
        refers_to="telegram:-1001122334455/77",
        payload={"thread_root": "telegram:-1001122334455/77"},
    ),
    "automatic_forward": expected(
        "automatic_forward",
        CHANNEL_ITSELF,
        DISCUSSION,
        500,
        "Release 4 works everywhere",
        "msg:500",
        payload={
            "channel_post": "telegram:-1001122334455/77",
            "same_as": "telegram:-1001122334455/77",
            "forward": {
                "type": "channel",
                "chat": {
                    "id": -1001122334455,
                    "title": "Acme News",
                    "username": "acme_news",
                    "type": "channel",
                },
                "message_id": 77,
                "author_signature": "Ola",
                "date": 1760000077,
            },
        },
    ),
    "comment_on_post": expected(
        "comment_on_post",
        MARTA,
        DISCUSSION,
        501,
        "Not on my phone",
        "msg:500",
        refers_to=POST,
        payload={"thread_root": POST},
    ),
    "comment_on_comment": expected(
        "comment_on_comment",
        JOHN,
        DISCUSSION,
        502,
        "Nor on mine",
        "msg:500",
        refers_to="telegram:-1001555666777/501",
        payload={"thread_root": POST},
    ),
    "comment_on_deleted_post": expected(
        "comment_on_deleted_post",
        JOHN,
        DISCUSSION,
        503,
        "Where is the post?",
        "msg:500",
        refers_to=POST,
        payload={"thread_root": POST},
    ),
}


@pytest.mark.parametrize("name", THREADS)
def test_message_finds_its_thread(name: str) -> None:
    assert parsed(name) == THREADS[name]


def test_comments_of_a_post_and_the_post_share_one_key() -> None:
    keys = {
        THREADS[name].thread_key for name in ("automatic_forward", "comment_on_post", "comment_on_comment")
    }

    assert keys == {"msg:500"}


@pytest.mark.parametrize(
    "answered", [None, "gone", [], {}, {"message_id": "x"}, {"message_id": None, "date": 0}]
)
def test_reply_to_something_of_unknown_shape_is_still_a_report(answered: object) -> None:
    raw = load("telegram", "supergroup_text")
    raw["message"]["reply_to_message"] = answered

    assert parse_update(raw, BOT_USERNAME, BOT_ID, NOW) == parsed("supergroup_text")
