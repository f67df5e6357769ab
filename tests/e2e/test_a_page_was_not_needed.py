"""Ada was woken for nothing and says so under the page itself: everybody's messages show it, and the thresholds count it."""

from __future__ import annotations

import pytest

from tests.support.duty import Duty

pytestmark = pytest.mark.newest_postgres
ADA_CHAT = 7_000_000_001


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_it_is_said_where_it_rang(duty: Duty, platform: str) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "telegram_message", 60), ("on_call", "slack_message", 60))
    duty.conn.execute("update public.escalation_steps set wait_seconds = 0 where position = 1")
    with duty.workers():
        ticket = duty.outage()
        assert duty.until(lambda: shown(duty) == [["Acknowledge", "Pass on"]] * 2)
        press(duty, platform, "Acknowledge")
        assert duty.until(lambda: shown(duty) == [["Not needed"]] * 2)
        press(duty, platform, "Not needed")

        assert duty.until(lambda: shown(duty) == [[]] * 2)
    assert [text.endswith("Ada has it. Marked: it need not have rung.") for text in texts(duty)] == [
        True,
        True,
    ]
    query = "select actor from public.ticket_actions where ticket_id = %s and event = 'page_not_needed'"
    assert duty.rows(query, ticket) == [("engineer:1",)]
    assert duty.rows("select * from ops.verify_journal()") == []


def pages(duty: Duty) -> list[dict[str, object]]:
    on_slack = duty.slack.messages(duty.slack.open_direct("U0DUTY1"))
    return [*duty.telegram.messages(ADA_CHAT), *(m for m in on_slack if not m["ephemeral"])]


def shown(duty: Duty) -> list[object]:
    return [message["buttons"] for message in pages(duty)]


def texts(duty: Duty) -> list[str]:
    return [str(message["text"]) for message in pages(duty)]


def press(duty: Duty, platform: str, button: str) -> None:
    if platform == "telegram":
        duty.telegram.press(ADA_CHAT, ADA_CHAT, button)
        return
    here = duty.slack.open_direct("U0DUTY1")
    (message,) = [m for m in duty.slack.messages(here) if not m["ephemeral"]]
    duty.slack.press(here, message["ts"], button, "U0DUTY1")
