from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from sim_receiver import Arrival, Receiver
from telegram import Update

from shiftbot.sim.faults import SimError
from shiftbot.sim.telegram import TelegramSim

GROUP, CUSTOMER = -1001, 7
EVERYTHING = [
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "message_reaction",
    "my_chat_member",
]


@pytest.fixture
def hooked(telegram: TelegramSim, receiver: Receiver) -> TelegramSim:
    telegram.create_chat("supergroup", "Support", GROUP)
    telegram.set_webhook(f"{receiver.url}/hook", "s3cret", EVERYTHING)
    return telegram


def updates(receiver: Receiver, count: int) -> list[Update]:
    return [Update.de_json(arrival.json, None) for arrival in receiver.wait_for(count)]


def test_message_arrives_with_the_secret_and_its_entities(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.say(GROUP, CUSTOMER, "😀 /human @shift_sim_bot see https://example.com")

    (update,) = updates(receiver, 1)
    assert receiver.arrivals[0].headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret"
    assert update.message is not None
    found = update.message.parse_entities().values()
    assert list(found) == ["/human", "@shift_sim_bot", "https://example.com"]
    assert update.message.chat_id == GROUP


@pytest.mark.parametrize("answer", [(500, b""), (404, b""), None])
def test_refused_update_comes_again_in_order_until_it_is_taken(
    hooked: TelegramSim, receiver: Receiver, answer: tuple[int, bytes] | None
) -> None:
    tries = itertools.count()
    receiver.answer = lambda arrival: answer if next(tries) < 2 else (200, b"")

    hooked.say(GROUP, CUSTOMER, "first")
    hooked.say(GROUP, CUSTOMER, "second")

    texts = [update.message.text for update in updates(receiver, 4) if update.message]
    assert texts == ["first", "first", "first", "second"]
    assert hooked.updates.settled(5)


def test_update_made_while_nobody_listens_is_delivered_later(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.set_webhook("http://127.0.0.1:9/nobody")
    hooked.say(GROUP, CUSTOMER, "hello")
    assert hooked.wait_until(lambda: len(hooked.updates.attempts) > 0)

    hooked.set_webhook(f"{receiver.url}/hook")

    (update,) = updates(receiver, 1)
    assert update.message is not None
    assert update.message.text == "hello"


def test_update_is_delivered_more_than_once_on_demand(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.updates.duplicates = 2
    hooked.say(GROUP, CUSTOMER, "hello")
    first = updates(receiver, 3)
    hooked.redeliver(first[0].update_id, times=4)

    assert [update.update_id for update in updates(receiver, 7)] == [first[0].update_id] * 7


def test_answer_of_the_webhook_is_run_as_a_call(hooked: TelegramSim, receiver: Receiver) -> None:
    def answer(arrival: Arrival) -> tuple[int, bytes]:
        query = arrival.json.get("callback_query")
        call = (
            {"method": "answerCallbackQuery", "callback_query_id": query["id"], "text": "Thanks"}
            if query
            else {}
        )
        return 200, json.dumps(call).encode()

    receiver.answer = answer
    send_with_button(hooked)
    hooked.press(GROUP, CUSTOMER, "Yes")

    assert hooked.wait_until(lambda: bool(hooked.toasts))
    assert (hooked.toasts[0]["data"], hooked.toasts[0]["text"]) == ("y:1", "Thanks")


def send_with_button(sim: TelegramSim) -> int:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y:1"}]]}
    with sim.changed:
        sent = sim.api.methods["sendMessage"](
            {"chat_id": GROUP, "text": "helped?", "reply_markup": json.dumps(keyboard)}
        )
    return int(sent["message_id"])


def test_press_carries_the_message_or_an_inaccessible_one(hooked: TelegramSim, receiver: Receiver) -> None:
    send_with_button(hooked)
    hooked.press(GROUP, CUSTOMER, "Yes")
    hooked.press(GROUP, CUSTOMER, "Yes", old=True)

    queries = [update.callback_query for update in updates(receiver, 2)]
    assert [(q.data, q.message.is_accessible) for q in queries if q and q.message] == [
        ("y:1", True),
        ("y:1", False),
    ]
    with pytest.raises(SimError, match="no button"):
        hooked.press(GROUP, CUSTOMER, "No")


def test_album_is_several_updates_of_one_group(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.album(GROUP, CUSTOMER, count=3, caption="look")

    messages = [update.message for update in updates(receiver, 3)]
    assert len({message.media_group_id for message in messages if message}) == 1
    assert [message.caption for message in messages if message] == ["look", None, None]
    assert all(message.photo for message in messages if message)


def test_each_kind_of_content_has_its_field(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.document(GROUP, CUSTOMER, "a.log", "x", caption="log")
    hooked.voice(GROUP, CUSTOMER, seconds=9)
    hooked.sticker(GROUP, CUSTOMER, "😡")

    document, voice, sticker = (update.message for update in updates(receiver, 3))
    assert document.document.file_name == "a.log"  # type: ignore[union-attr]
    assert voice.to_dict()["voice"]["duration"] == 9  # type: ignore[union-attr]
    assert sticker.sticker.emoji == "😡"  # type: ignore[union-attr]


def test_edit_reaction_and_reply_name_their_message(hooked: TelegramSim, receiver: Receiver) -> None:
    said = hooked.say(GROUP, CUSTOMER, "down")["message_id"]
    hooked.edit(GROUP, said, "down again")
    hooked.react(GROUP, CUSTOMER, said, "👍")
    hooked.say(GROUP, CUSTOMER, "really", reply_to=said)

    _, edited, reaction, reply = updates(receiver, 4)
    assert edited.edited_message is not None
    assert (edited.edited_message.message_id, edited.edited_message.text) == (said, "down again")
    assert reaction.message_reaction is not None
    assert reaction.message_reaction.new_reaction[0].emoji == "👍"  # type: ignore[attr-defined]
    assert reply.message is not None
    assert reply.message.reply_to_message is not None
    assert reply.message.reply_to_message.text == "down again"


def test_reaction_is_sent_only_where_it_was_asked_for(telegram: TelegramSim, receiver: Receiver) -> None:
    telegram.create_chat("supergroup", "Support", GROUP)
    telegram.set_webhook(f"{receiver.url}/hook")
    said = telegram.say(GROUP, CUSTOMER, "down")["message_id"]
    telegram.react(GROUP, CUSTOMER, said, "👍")
    telegram.say(GROUP, CUSTOMER, "last")

    assert [sorted(arrival.json)[0] for arrival in receiver.wait_for(2)] == ["message", "message"]


def test_migration_is_told_in_both_chats(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.create_chat("group", "Old", -55)
    new = hooked.migrate(-55, CUSTOMER)

    moves = [update.message for update in updates(receiver, 2)]
    told = {m.chat_id: m.migrate_to_chat_id or m.migrate_from_chat_id for m in moves if m}
    assert told == {-55: new, new: -55}


def test_channel_post_is_forwarded_into_its_discussion_group(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.create_chat("channel", "News", -1009, discussion=GROUP)
    both = hooked.channel_post(-1009, "maintenance tonight")
    hooked.say(GROUP, CUSTOMER, "and us?", reply_to=both["forward"]["message_id"])

    found = updates(receiver, 3)
    (post,) = (update.channel_post for update in found if update.channel_post)
    forward, comment = (update.message for update in found if update.message)
    assert post.sender_chat.id == -1009  # type: ignore[union-attr]
    assert forward.is_automatic_forward is True
    assert forward.from_user.id == 777000  # type: ignore[union-attr]
    assert forward.forward_origin.chat.id == -1009  # type: ignore[union-attr]
    assert comment.message_thread_id == forward.message_id


def test_anonymous_admin_speaks_as_the_group(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.say_anonymously(GROUP, "we know")

    (update,) = updates(receiver, 1)
    assert update.message is not None
    assert (update.message.from_user.id, update.message.sender_chat.id) == (1087968824, GROUP)  # type: ignore[union-attr]


def test_topic_and_service_messages(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.create_chat("supergroup", "Forum", -2, forum=True)
    topic = hooked.create_topic(-2, CUSTOMER, "Billing")
    said = hooked.say(-2, CUSTOMER, "wrong invoice", topic=topic)["message_id"]
    hooked.join(-2, 8)
    hooked.pin(-2, CUSTOMER, said)

    created, message, joined, pinned = (update.message for update in updates(receiver, 4))
    assert created.forum_topic_created.name == "Billing"  # type: ignore[union-attr]
    assert (message.message_thread_id, message.is_topic_message) == (topic, True)  # type: ignore[union-attr]
    assert message.reply_to_message.message_id == topic  # type: ignore[union-attr]
    assert [user.id for user in joined.new_chat_members] == [8]  # type: ignore[union-attr]
    assert pinned.pinned_message.message_id == said  # type: ignore[union-attr]


def test_blocking_is_told(hooked: TelegramSim, receiver: Receiver) -> None:
    hooked.create_chat("private", chat_id=CUSTOMER)
    hooked.block(CUSTOMER)

    (update,) = updates(receiver, 1)
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"


def test_privacy_mode_hides_what_is_not_for_the_bot(receiver: Receiver) -> None:
    with TelegramSim(reads_all=False) as sim:
        sim.create_chat("supergroup", "Support", GROUP, bot_status="member")
        sim.set_webhook(f"{receiver.url}/hook")
        for text in ("chatter", "/human", "hey @shift_sim_bot"):
            sim.say(GROUP, CUSTOMER, text)

        texts = [update.message.text for update in updates(receiver, 2) if update.message]

    assert texts == ["/human", "hey @shift_sim_bot"]


def test_stopped_simulator_keeps_its_state(telegram: TelegramSim) -> None:
    telegram.create_chat("supergroup", "Support", GROUP)
    telegram.say(GROUP, CUSTOMER, "hello")
    url = telegram.url
    telegram.stop()
    telegram.start()

    seen: list[Any] = telegram.messages(GROUP)
    assert (telegram.url, [one["text"] for one in seen]) == (url, ["hello"])
