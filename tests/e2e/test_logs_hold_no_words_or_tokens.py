"""A whole story at DEBUG: no line of any library holds a token, or what anybody wrote."""

from __future__ import annotations

import logging

import pytest

from tests.support.customers import Engineer, SlackCustomer, TelegramCustomer, at_work
from tests.support.product import GROUP, SECRET, Product

pytestmark = pytest.mark.newest_postgres
WORD = "xylophone"


@pytest.mark.parametrize("llm", [False, True], ids=["rules", "model"])
def test_nothing_is_told(story: Product, caplog: pytest.LogCaptureFixture, llm: bool) -> None:
    ann, alice, erin = TelegramCustomer(story), SlackCustomer(story), Engineer(story)
    story.model.fault("invalid_json", count=1)
    story.telegram.fault("server_error", "sendMessage", count=1)
    story.slack.fault("server_error", "chat.postMessage", count=1)
    with caplog.at_level(logging.DEBUG), at_work(story, enable_llm=llm, log_level="DEBUG"):
        report = ann.says(f"How do I play the {WORD}?")
        ann.hears()
        story.telegram.edit(GROUP, report, f"How do I play the {WORD} well?")
        ann.presses("This helped")
        ann.hears()
        alice.says(f"Production is down, nobody hears the {WORD}!")
        alice.hears()
        story.slack.edit(alice.channel, alice.root, f"Production is down, and the {WORD} too")
        erin.does("public_reply", 2, f"The {WORD} is back.")
        alice.hears()
        story.slack.command(alice.channel, "U0ALICE", "/shiftbot", WORD)

    lines = [line for record in caplog.records for line in shown(record)]
    assert len(lines) > 20
    secrets = (
        story.telegram.token,
        story.slack.token,
        story.model.api_key,
        SECRET,
        story.slack.events.secret,
    )
    told = [line for line in lines if any(secret in line for secret in (*secrets, WORD))]
    assert told == []
    story.assert_sound()


def shown(record: logging.LogRecord) -> list[str]:
    """All that a formatter could show of a record, but for the simulators' own server."""
    if record.name == "werkzeug":
        return []
    extras = {key: value for key, value in vars(record).items() if key not in ("msg", "args")}
    return [f"{record.name}: {record.getMessage()}", f"{record.name}: {extras}"]
