"""From the customer's words to the key that takes the page, every process logs the chain under one id."""

from __future__ import annotations

import logging
import re

import pytest

from shiftbot.log import add_context
from tests.support.duty import Duty

pytestmark = pytest.mark.newest_postgres
ACTIONS = ("event_recorded", "message_handled", "attempt_settled", "twilio_call", "twilio_status")


def chains(caplog: pytest.LogCaptureFixture, ticket_id: int, action: str) -> set[str | None]:
    """The ids under which a ticket's lines of one kind were logged; `None` for a line without."""
    return {
        getattr(record, "correlation_id", None)
        for record in caplog.records
        if getattr(record, "action", "") == action and getattr(record, "ticket_id", ticket_id) == ticket_id
    }


def test_one_id_from_webhook_to_key_press(duty: Duty, caplog: pytest.LogCaptureFixture) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "phone_call", 600))
    caplog.handler.addFilter(add_context)
    with caplog.at_level(logging.INFO), duty.workers("triage", "replies", "escalations"):
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])
        assert duty.until(lambda: chains(caplog, ticket, "twilio_status") != set())

    (born,) = chains(caplog, ticket, "event_recorded")
    assert re.fullmatch("[0-9a-f]{32}", born or "")
    assert {action: chains(caplog, ticket, action) for action in ACTIONS} == {
        action: {born} for action in ACTIONS
    }
    queues = {
        getattr(r, "queue", None) for r in caplog.records if getattr(r, "action", "") == "message_handled"
    }
    assert queues >= {"triage", "replies", "escalations"}
    assert duty.rows(
        "select distinct payload #>> '{facts,correlation_id}' from public.ticket_actions where ticket_id = %s",
        ticket,
    ) == [(born,)]
    assert duty.rows("select * from ops.verify_journal()") == []
