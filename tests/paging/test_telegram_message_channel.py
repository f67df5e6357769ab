from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shiftbot.paging.base import Channel, OutcomeUnknown, Permanent, SendError, Sent, Temporary
from shiftbot.paging.telegram_message import TelegramMessage
from shiftbot.platforms.telegram import Client
from shiftbot.sim.telegram import TelegramSim
from tests.paging.adas_page import ADA, CHECKOUT, EXPORT, RINGING, WORDS, page, told

CHAT = 7000000001
START = "the engineer must press Start in the bot's chat"


@pytest.fixture
def sim() -> Iterator[TelegramSim]:
    with TelegramSim() as running:
        running.create_chat("private", chat_id=CHAT)
        yield running


@pytest.fixture
def channel(sim: TelegramSim) -> Iterator[TelegramMessage]:
    made = TelegramMessage(Client(sim.token, sim.url, timeout=2))
    yield made
    made.close()


def wanted() -> bool:
    return True


def seen(sim: TelegramSim) -> dict[str, Any]:
    """The one message in Ada's chat."""
    (message,) = sim.messages(CHAT)
    return message


def data(message: dict[str, Any]) -> list[str]:
    rows = message["message"].get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


def test_channel_keeps_the_contract(channel: Channel) -> None:
    assert channel.method == "telegram_message"


def test_a_page_is_written_to_the_private_chat_with_both_buttons(
    sim: TelegramSim, channel: TelegramMessage
) -> None:
    sent = channel.send(RINGING, wanted)

    message = seen(sim)
    assert sent == Sent("delivered", f"telegram:{CHAT}/{message['message_id']}")
    assert message["text"] == WORDS
    assert message["buttons"] == ["Acknowledge", "Pass on"]
    assert data(message) == ["page_ack:17", "page_pass:17"]


def test_a_notice_has_no_buttons(sim: TelegramSim, channel: TelegramMessage) -> None:
    channel.send(page(kind="notice", note="You are on call from 09:00.", tickets=()), wanted)

    message = seen(sim)
    assert (message["text"], message["buttons"]) == ("You are on call from 09:00.", [])


@pytest.mark.parametrize(
    ("state", "buttons"),
    [("ringing", ["Acknowledge"]), ("acknowledged", ["Acknowledge"]), ("resolved", [])],
)
def test_a_notice_about_tickets_can_be_acknowledged_while_that_means_something(
    sim: TelegramSim, channel: TelegramMessage, state: str, buttons: list[str]
) -> None:
    channel.send(page(kind="notice", note="Still at it?", state=state), wanted)

    assert seen(sim)["buttons"] == buttons


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("acknowledged", "Ben Brook has it."),
        ("resolved", "No longer needed: it is closed or was taken back."),
    ],
)
def test_the_message_says_in_place_how_the_page_stands(
    sim: TelegramSim, channel: TelegramMessage, state: str, line: str
) -> None:
    sent = channel.send(RINGING, wanted)

    channel.tell(told(sent.external_id, state=state, holder="Ben Brook"))

    message = seen(sim)
    assert message["text"] == f"{WORDS}\n\n{line}"
    assert message["edited"]
    assert message["buttons"] == ["Not needed"]


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"holder": "Ben Brook", "is_needless": True}, "Ben Brook has it. Marked: it need not have rung."),
        ({"holder": "", "state": "resolved"}, "No longer needed: it is closed or was taken back."),
        ({"holder": "Ben Brook", "is_test": True, "tickets": ()}, "Ben Brook has it."),
    ],
)
def test_what_is_marked_was_never_acknowledged_or_is_a_test_is_not_to_be_marked(
    sim: TelegramSim, channel: TelegramMessage, facts: dict[str, Any], line: str
) -> None:
    sent = channel.send(RINGING, wanted)

    channel.tell(told(sent.external_id, **{"state": "acknowledged"} | facts))

    message = seen(sim)
    assert message["text"].endswith(f"\n\n{line}")
    assert message["buttons"] == []


def test_a_joined_ticket_is_added_and_the_buttons_stay(sim: TelegramSim, channel: TelegramMessage) -> None:
    sent = channel.send(RINGING, wanted)

    channel.tell(told(sent.external_id, tickets=(CHECKOUT, EXPORT)))

    message = seen(sim)
    assert "- ticket 7: Export fails" in message["text"]
    assert message["buttons"] == ["Acknowledge", "Pass on"]


def test_telling_twice_is_fine(sim: TelegramSim, channel: TelegramMessage) -> None:
    sent = channel.send(RINGING, wanted)
    for _ in range(2):
        channel.tell(told(sent.external_id, state="resolved"))

    assert sim.calls["editMessageText"] == 2
    assert seen(sim)["text"].endswith("closed or was taken back.")


def test_a_message_the_engineer_deleted_is_fine(sim: TelegramSim, channel: TelegramMessage) -> None:
    sent = channel.send(RINGING, wanted)
    sim.delete(CHAT, seen(sim)["message_id"])

    channel.tell(told(sent.external_id, state="resolved"))

    assert sim.calls["editMessageText"] == 1
    assert sim.messages(CHAT) == []


def test_what_was_never_sent_is_not_edited(sim: TelegramSim, channel: TelegramMessage) -> None:
    channel.tell(told(None, state="resolved"))
    channel.stop(RINGING)

    assert sum(sim.calls.values()) == 0


def test_a_long_page_keeps_its_status_line(sim: TelegramSim, channel: TelegramMessage) -> None:
    long = (replace(CHECKOUT, summary="😀 so much & more. " * 500),)
    sent = channel.send(page(tickets=long), wanted)
    channel.tell(told(sent.external_id, tickets=long, state="acknowledged", holder="Ben Brook"))

    text = seen(sim)["text"]
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert text.startswith("Ticket 4: Checkout is down\n")
    assert text.endswith("…\n\nBen Brook has it.")


def test_blocked_by_the_engineer(sim: TelegramSim, channel: TelegramMessage) -> None:
    sim.block(CHAT)

    with pytest.raises(Permanent, match=f"403: Forbidden: bot was blocked by the user; {START}"):
        channel.send(RINGING, wanted)


def test_never_written_to_by_somebody_met_in_a_group(sim: TelegramSim, channel: TelegramMessage) -> None:
    sim.add_user(99, "Cleo")

    with pytest.raises(Permanent, match=f"bot can't initiate conversation with a user; {START}"):
        channel.send(page(contact=replace(ADA, telegram_user_id=99)), wanted)


def test_never_heard_of(channel: TelegramMessage) -> None:
    with pytest.raises(Permanent, match=f"chat not found; {START}"):
        channel.send(page(contact=replace(ADA, telegram_user_id=98)), wanted)


@pytest.mark.parametrize("contact", [None, replace(ADA, telegram_user_id=None)])
def test_nobody_to_write_to(sim: TelegramSim, channel: TelegramMessage, contact: Any) -> None:
    with pytest.raises(Permanent, match=r"a direct message needs|no Telegram user id is known"):
        channel.send(page(contact=contact), wanted)
    assert sum(sim.calls.values()) == 0


TROUBLE = pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", Temporary),
        ("server_error", Temporary),
        ("bad_gateway", OutcomeUnknown),
        ("drop_after_work", OutcomeUnknown),
    ],
)


@TROUBLE
def test_trouble_of_a_send_is_told_by_its_kind(
    sim: TelegramSim, channel: TelegramMessage, fault: str, error: type[SendError]
) -> None:
    sim.fault(fault, "sendMessage", seconds=9)

    with pytest.raises(SendError) as caught:
        channel.send(RINGING, wanted)

    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == (9 if fault == "rate_limited" else None)
    assert sim.token not in str(caught.value)


@TROUBLE
def test_trouble_of_an_edit_is_told_by_its_kind(
    sim: TelegramSim, channel: TelegramMessage, fault: str, error: type[SendError]
) -> None:
    sent = channel.send(RINGING, wanted)
    sim.fault(fault, "editMessageText", seconds=9)

    with pytest.raises(SendError) as caught:
        channel.tell(told(sent.external_id, state="resolved"))

    assert type(caught.value) is error


def test_an_edit_that_is_refused_is_told(sim: TelegramSim, channel: TelegramMessage) -> None:
    sent = channel.send(RINGING, wanted)
    sim.block(CHAT)

    with pytest.raises(Permanent, match="blocked"):
        channel.tell(told(sent.external_id, state="resolved"))


def test_the_largest_attempt_fits_on_a_button(sim: TelegramSim, channel: TelegramMessage) -> None:
    channel.send(page(attempt_id=2**63 - 1), wanted)

    assert data(seen(sim))[1] == "page_pass:9223372036854775807"


def test_words_are_no_markup(sim: TelegramSim, channel: TelegramMessage) -> None:
    channel.send(page(tickets=(replace(CHECKOUT, title="<b>*_`"),)), wanted)

    assert seen(sim)["text"].startswith("Ticket 4: <b>*_`\n")
