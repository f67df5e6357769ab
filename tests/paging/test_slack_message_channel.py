from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shiftbot.paging.base import Channel, OutcomeUnknown, Permanent, SendError, Sent, Temporary
from shiftbot.paging.slack_message import SlackMessage
from shiftbot.platforms.slack import Client
from shiftbot.sim.slack import SlackSim
from tests.paging.adas_page import ADA, CHECKOUT, RINGING, WORDS, page, told

USER = "U0DEMOADA1"


@pytest.fixture
def sim() -> Iterator[SlackSim]:
    with SlackSim() as running:
        running.add_user(USER, "Ada Adler")
        yield running


@pytest.fixture
def channel(sim: SlackSim) -> Iterator[SlackMessage]:
    made = SlackMessage(Client(sim.token, f"{sim.url}/api/", timeout=2))
    yield made
    made.close()


def wanted() -> bool:
    return True


def seen(sim: SlackSim) -> dict[str, Any]:
    """The one message in Ada's conversation with the app."""
    (message,) = sim.messages(sim.open_direct(USER))
    return message


def section(message: dict[str, Any]) -> str:
    return str(message["message"]["blocks"][0]["text"]["text"])


def test_channel_keeps_the_contract(channel: Channel) -> None:
    assert channel.method == "slack_message"


def test_a_page_is_written_to_the_user_with_both_buttons(sim: SlackSim, channel: SlackMessage) -> None:
    sent = channel.send(RINGING, wanted)

    message = seen(sim)
    assert sent == Sent("delivered", f"slack:{sim.open_direct(USER)}/{message['ts']}")
    assert message["text"] == section(message) == WORDS
    buttons = message["message"]["blocks"][1]["elements"]
    assert [(b["text"]["text"], b["action_id"], b["value"]) for b in buttons] == [
        ("Acknowledge", "page_ack", "17"),
        ("Pass on", "page_pass", "17"),
    ]
    assert message["message"]["metadata"]["event_payload"] == {"token": "page:17"}


def test_a_notice_has_no_buttons(sim: SlackSim, channel: SlackMessage) -> None:
    channel.send(page(kind="notice", note="You are on call from 09:00.", tickets=()), wanted)

    message = seen(sim)
    assert (section(message), message["buttons"]) == ("You are on call from 09:00.", [])


def test_a_reminder_can_be_acknowledged(sim: SlackSim, channel: SlackMessage) -> None:
    channel.send(page(kind="notice", note="Still at it?", state="acknowledged"), wanted)

    assert seen(sim)["buttons"] == ["Acknowledge"]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("acknowledged", "Ben Brook has it."),
        ("resolved", "No longer needed: it is closed or was taken back."),
    ],
)
def test_the_message_says_in_place_how_the_page_stands(
    sim: SlackSim, channel: SlackMessage, state: str, line: str
) -> None:
    sent = channel.send(RINGING, wanted)

    channel.tell(told(sent.external_id, state=state, holder="Ben Brook"))

    message = seen(sim)
    assert message["text"] == section(message) == f"{WORDS}\n\n{line}"
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
    sim: SlackSim, channel: SlackMessage, facts: dict[str, Any], line: str
) -> None:
    sent = channel.send(RINGING, wanted)

    channel.tell(told(sent.external_id, **{"state": "acknowledged"} | facts))

    message = seen(sim)
    assert message["text"].endswith(f"\n\n{line}")
    assert message["buttons"] == []


def test_telling_twice_is_fine(sim: SlackSim, channel: SlackMessage) -> None:
    sent = channel.send(RINGING, wanted)
    for _ in range(2):
        channel.tell(told(sent.external_id, state="resolved"))

    assert sim.calls["chat.update"] == 2
    assert seen(sim)["text"].endswith("closed or was taken back.")


def test_a_message_that_was_deleted_is_fine(sim: SlackSim, channel: SlackMessage) -> None:
    sent = channel.send(RINGING, wanted)
    sim.delete(sim.open_direct(USER), seen(sim)["ts"])

    channel.tell(told(sent.external_id, state="resolved"))

    assert sim.calls["chat.update"] == 1
    assert sim.messages(sim.open_direct(USER)) == []


def test_what_was_never_sent_is_not_edited(sim: SlackSim, channel: SlackMessage) -> None:
    channel.tell(told(None, state="resolved"))
    channel.stop(RINGING)

    assert sum(sim.calls.values()) == 0


def test_a_long_page_keeps_its_status_line(sim: SlackSim, channel: SlackMessage) -> None:
    long = (replace(CHECKOUT, summary="so much & more <!here>. " * 500),)
    sent = channel.send(page(tickets=long), wanted)
    channel.tell(told(sent.external_id, tickets=long, state="acknowledged", holder="Ben Brook"))

    text = section(seen(sim))
    assert len(text) <= 3000
    assert "<!here>" not in text
    assert text.endswith("…\n\nBen Brook has it.")


def test_an_id_of_nobody_here(channel: SlackMessage) -> None:
    with pytest.raises(Permanent, match="channel_not_found; check the engineer's Slack user id"):
        channel.send(page(contact=replace(ADA, slack_user_id="U0NOBODY01")), wanted)


def test_an_app_without_its_messages_tab(sim: SlackSim, channel: SlackMessage) -> None:
    sim.world.has_messages_tab = False

    with pytest.raises(Permanent, match="messages_tab_disabled; switch on the Messages tab"):
        channel.send(RINGING, wanted)


@pytest.mark.parametrize("contact", [None, replace(ADA, slack_user_id=None)])
def test_nobody_to_write_to(sim: SlackSim, channel: SlackMessage, contact: Any) -> None:
    with pytest.raises(Permanent, match=r"a direct message needs|no Slack user id is known"):
        channel.send(page(contact=contact), wanted)
    assert sum(sim.calls.values()) == 0


def test_a_wrong_token_gets_no_remedy_for_something_else(sim: SlackSim) -> None:
    with pytest.raises(Permanent, match=r"invalid_auth$"):
        SlackMessage(Client("xoxb-other", f"{sim.url}/api/", timeout=2)).send(RINGING, wanted)


TROUBLE = pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", Temporary),
        ("server_error", OutcomeUnknown),  # Slack's internal_error may have done the work
        ("bad_gateway", OutcomeUnknown),
        ("drop_after_work", OutcomeUnknown),
    ],
)


@TROUBLE
def test_trouble_of_a_send_is_told_by_its_kind(
    sim: SlackSim, channel: SlackMessage, fault: str, error: type[SendError]
) -> None:
    sim.fault(fault, "chat.postMessage", seconds=9)

    with pytest.raises(SendError) as caught:
        channel.send(RINGING, wanted)

    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == (9 if fault == "rate_limited" else None)
    assert sim.token not in str(caught.value)


@TROUBLE
def test_trouble_of_an_edit_is_told_by_its_kind(
    sim: SlackSim, channel: SlackMessage, fault: str, error: type[SendError]
) -> None:
    sent = channel.send(RINGING, wanted)
    sim.fault(fault, "chat.update", seconds=9)

    with pytest.raises(SendError) as caught:
        channel.tell(told(sent.external_id, state="resolved"))

    assert type(caught.value) is error
