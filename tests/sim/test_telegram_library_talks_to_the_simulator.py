from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest

from shiftbot.sim.limits import Limit
from shiftbot.sim.telegram import TelegramSim
from shiftbot.sim.telegram_api import BotApi

T = TypeVar("T")
GROUP, CUSTOMER = -1001, 7


def with_bot(
    sim: TelegramSim, work: Callable[[Bot], Awaitable[T]], token: str = "", read_timeout: float = 5
) -> T:
    async def run() -> T:
        request = HTTPXRequest(connection_pool_size=4, read_timeout=read_timeout)
        bot = Bot(
            token or sim.token,
            base_url=f"{sim.url}/bot",
            base_file_url=f"{sim.url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        try:
            return await work(bot)
        finally:
            await request.shutdown()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _retry_after_without_deprecation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # otherwise the library warns, and warnings are errors here


@pytest.fixture
def group(telegram: TelegramSim) -> int:
    telegram.create_chat("supergroup", "Support", GROUP)
    return GROUP


def test_get_me_names_the_bot_and_its_privacy_mode(telegram: TelegramSim) -> None:
    me = with_bot(telegram, lambda bot: bot.get_me())

    assert (me.username, me.can_read_all_group_messages) == ("shift_sim_bot", True)


def test_wrong_token_is_unauthorised(telegram: TelegramSim) -> None:
    with pytest.raises(InvalidToken):
        with_bot(telegram, lambda bot: bot.get_me(), token="1:wrong")


def test_unknown_method_is_not_found_in_dialect(telegram: TelegramSim) -> None:
    with pytest.raises(InvalidToken, match="endpoint 'makeCoffee' does not exist"):
        with_bot(telegram, lambda bot: bot.do_api_request("makeCoffee"))


def test_reply_with_buttons_is_seen_in_the_chat(telegram: TelegramSim, group: int) -> None:
    asked = telegram.say(group, CUSTOMER, "the site is down")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("That helped", callback_data="ok:1")]])

    with_bot(
        telegram,
        lambda bot: bot.send_message(
            group,
            "we are <b>on it</b> &amp; will write",
            parse_mode="HTML",
            reply_parameters=ReplyParameters(message_id=asked["message_id"]),
            reply_markup=markup,
        ),
    )

    (seen,) = telegram.messages(group, after=asked["message_id"], sender="bot")
    assert (seen["text"], seen["reply_to"]) == ("we are on it & will write", asked["message_id"])
    assert seen["buttons"] == ["That helped"]
    assert seen["message"]["entities"] == [{"type": "bold", "offset": 7, "length": 5}]


def test_message_ids_count_per_supergroup_and_together_elsewhere(telegram: TelegramSim, group: int) -> None:
    telegram.create_chat("private", chat_id=1)
    telegram.create_chat("private", chat_id=2)

    ids = [telegram.say(chat, CUSTOMER, "x")["message_id"] for chat in (group, 1, 2, group)]

    assert ids == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "words"), [("x" * 4097, "too long"), ("😀" * 2049, "too long"), ("  ", "text is empty")]
)
def test_text_out_of_bounds_is_refused(telegram: TelegramSim, group: int, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        with_bot(telegram, lambda bot: bot.send_message(group, text))

    assert telegram.messages(group) == []


def test_text_of_4096_utf16_units_is_taken(telegram: TelegramSim, group: int) -> None:
    sent = with_bot(telegram, lambda bot: bot.send_message(group, "😀" * 2048))

    assert sent.text == "😀" * 2048


def test_reply_to_a_missing_message_is_refused_unless_allowed(telegram: TelegramSim, group: int) -> None:
    def send(allowed: bool) -> Callable[[Bot], Awaitable[Any]]:
        reply = ReplyParameters(message_id=99, allow_sending_without_reply=allowed)
        return lambda bot: bot.send_message(group, "hello", reply_parameters=reply)

    with pytest.raises(BadRequest, match="Message to be replied not found"):
        with_bot(telegram, send(False))
    sent = with_bot(telegram, send(True))

    assert sent.reply_to_message is None


def test_unknown_chat_is_refused(telegram: TelegramSim) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        with_bot(telegram, lambda bot: bot.send_message(404, "hello"))


def test_blocked_bot_is_forbidden_and_unblocked_may_write(telegram: TelegramSim) -> None:
    telegram.create_chat("private", chat_id=CUSTOMER)
    telegram.block(CUSTOMER)

    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        with_bot(telegram, lambda bot: bot.send_message(CUSTOMER, "hello"))
    telegram.unblock(CUSTOMER)

    assert with_bot(telegram, lambda bot: bot.send_message(CUSTOMER, "hello")).text == "hello"


def test_migrated_group_names_its_new_id(telegram: TelegramSim) -> None:
    telegram.create_chat("group", "Old", -55)
    new = telegram.migrate(-55)

    with pytest.raises(ChatMigrated) as caught:
        with_bot(telegram, lambda bot: bot.send_message(-55, "hello"))

    assert caught.value.new_chat_id == new
    assert with_bot(telegram, lambda bot: bot.get_chat(new)).title == "Old"


def test_topic_must_exist_and_shows_in_the_message(telegram: TelegramSim) -> None:
    telegram.create_chat("supergroup", "Forum", -2, forum=True)
    topic = telegram.create_topic(-2, CUSTOMER, "Billing")

    with pytest.raises(BadRequest, match="thread not found"):
        with_bot(telegram, lambda bot: bot.send_message(-2, "hello", message_thread_id=topic + 1))
    sent = with_bot(telegram, lambda bot: bot.send_message(-2, "hello", message_thread_id=topic))

    assert (sent.message_thread_id, sent.is_topic_message) == (topic, True)


def test_edit_changes_text_and_takes_the_buttons_away(telegram: TelegramSim, group: int) -> None:
    async def work(bot: Bot) -> None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
        sent = await bot.send_message(group, "helped?", reply_markup=markup)
        await bot.edit_message_text("thank you", group, sent.message_id)
        await bot.edit_message_text("thank you", group, sent.message_id)

    with pytest.raises(BadRequest, match="Message is not modified"):
        with_bot(telegram, work)

    (seen,) = telegram.messages(group)
    assert (seen["text"], seen["buttons"], seen["edited"]) == ("thank you", [], True)


def test_button_data_is_limited_to_64_bytes(telegram: TelegramSim, group: int) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="é" * 33)]])

    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        with_bot(telegram, lambda bot: bot.send_message(group, "helped?", reply_markup=markup))


def test_pressed_button_is_answered_once(telegram: TelegramSim, group: int) -> None:
    async def work(bot: Bot) -> None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y:1")]])
        await bot.send_message(group, "helped?", reply_markup=markup)
        query = telegram.press(group, CUSTOMER, "Yes")
        await bot.answer_callback_query(query["id"], text="Thank you")
        await bot.answer_callback_query(query["id"])

    with pytest.raises(BadRequest, match="Query is too old"):
        with_bot(telegram, work)

    assert [(toast["user"], toast["data"], toast["text"]) for toast in telegram.toasts] == [
        (CUSTOMER, "y:1", "Thank you")
    ]


def test_file_of_a_customer_can_be_fetched(telegram: TelegramSim, group: int) -> None:
    message = telegram.document(group, CUSTOMER, "trace.log", "boom at line 3")

    async def work(bot: Bot) -> bytes:
        file = await bot.get_file(message["document"]["file_id"])
        return bytes(await file.download_as_bytearray())

    assert with_bot(telegram, work) == b"boom at line 3"


def test_file_over_20_mb_is_refused(telegram: TelegramSim, group: int) -> None:
    message = telegram.document(group, CUSTOMER, "core.dump", "x", size=21 * 1024 * 1024)

    with pytest.raises(BadRequest, match="File is too big"):
        with_bot(telegram, lambda bot: bot.get_file(message["document"]["file_id"]))


def test_member_reaction_and_deletion(telegram: TelegramSim, group: int) -> None:
    asked = telegram.say(group, CUSTOMER, "down")

    async def work(bot: Bot) -> list[str]:
        await bot.set_message_reaction(group, asked["message_id"], "👀")
        people = [await bot.get_chat_member(group, user) for user in (CUSTOMER, bot_id)]
        return [person.status for person in people]

    bot_id = telegram.world.bot["id"]
    assert with_bot(telegram, work) == ["member", "administrator"]
    assert telegram.messages(group)[0]["reactions"] == ["👀"]

    with_bot(telegram, lambda bot: bot.delete_message(group, asked["message_id"]))
    assert telegram.messages(group) == []


def test_get_updates_hands_out_until_confirmed_and_conflicts_with_a_webhook(
    telegram: TelegramSim, group: int
) -> None:
    for words in ("one", "two"):
        telegram.say(group, CUSTOMER, words)

    async def work(bot: Bot) -> list[list[str | None]]:
        first = await bot.get_updates()
        rest = await bot.get_updates(offset=first[0].update_id + 1)
        await bot.set_webhook("http://127.0.0.1:9/hook")
        assert (await bot.get_webhook_info()).pending_update_count == 1
        return [[u.message.text for u in batch if u.message] for batch in (first, rest)]

    assert with_bot(telegram, work) == [["one", "two"], ["two"]]
    with pytest.raises(Conflict):
        with_bot(telegram, lambda bot: bot.get_updates())


@pytest.mark.parametrize(
    ("secret", "words"), [("not allowed!", "unallowed characters"), ("x" * 257, "too long")]
)
def test_bad_secret_token_is_refused(telegram: TelegramSim, secret: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        with_bot(telegram, lambda bot: bot.set_webhook("http://127.0.0.1:9/", secret_token=secret))


def test_real_limit_per_group_asks_to_wait(telegram: TelegramSim, group: int) -> None:
    telegram.api.enforce_limits = True
    telegram.api.per_group = Limit(2, 60)

    async def work(bot: Bot) -> None:
        for number in range(3):
            await bot.send_message(group, str(number))

    with pytest.raises(RetryAfter) as caught:
        with_bot(telegram, work)

    assert timedelta(0) < caught.value.retry_after <= timedelta(seconds=60)  # type: ignore[operator]
    assert [seen["text"] for seen in telegram.messages(group)] == ["0", "1"]


def test_the_limits_are_telegrams_own_by_default(telegram: TelegramSim) -> None:
    api = BotApi(telegram.world)

    assert [(limit.count, limit.seconds) for limit in (api.overall, api.per_group)] == [(30, 1), (20, 60)]


@pytest.mark.parametrize(
    ("kind", "error", "is_done"),
    [
        ("rate_limited", RetryAfter, False),
        ("server_error", NetworkError, False),
        ("bad_gateway", NetworkError, False),
        ("drop_before_work", NetworkError, False),
        ("drop_after_work", NetworkError, True),
        ("timeout", TimedOut, False),
        ("slow", TimedOut, True),
    ],
)
def test_fault_raises_the_librarys_error(
    telegram: TelegramSim, group: int, kind: str, error: type[Exception], is_done: bool
) -> None:
    telegram.fault(kind, method="sendMessage", count=1, seconds=2)

    with pytest.raises(error):
        with_bot(telegram, lambda bot: bot.send_message(group, "hello"), read_timeout=0.3)

    assert [seen["text"] for seen in telegram.messages(group)] == ["hello"] * is_done
    assert with_bot(telegram, lambda bot: bot.send_message(group, "again")).text == "again"
    assert telegram.calls["sendMessage"] == 2


def test_fault_of_one_method_spares_the_others(telegram: TelegramSim) -> None:
    telegram.fault("server_error", method="sendMessage")

    assert with_bot(telegram, lambda bot: bot.get_me()).is_bot
