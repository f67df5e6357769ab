"""Sixty reports, fifteen dead workers, faults, people who do anything: no page is lost, nobody is told twice."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.support.duty import Duty
from tests.support.pages import ringing
from tests.support.product import CHANNEL, GROUP
from tests.support.storm import storm

pytestmark = pytest.mark.newest_postgres
SEED = int(os.environ.get("SHIFTBOT_STORM_SEED", "1"))
HAS_IT = "An engineer has this now"


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Three engineers who are rung in every way there is."""
    for name in ("Ada", "Ben", "Cleo"):
        duty.engineer(name, on_call=name == "Ada")
    duty.policy(
        ("on_call", "telegram_message", 0),
        ("on_call", "slack_message", 20),
        ("on_call", "phone_call", 40),
        ("on_call", "sms", 30),
        ("on_call", "email", 30),
        ("everyone", "telegram_message", 0),
        ("everyone", "phone_call", 60),
    )
    duty.conn.execute("update private.send_limits set sends = 1000")
    duty.conn.execute(
        "update public.app_settings set storm_window = interval '0', page_repeat = interval '1 minute'"
    )
    return duty


def confirmations(duty: Duty) -> Counter[str]:
    """How often each reporter was told, by the message or thread that was answered."""
    in_telegram = [
        str(said["reply_to"])
        for said in duty.telegram.messages(GROUP, sender="bot")
        if HAS_IT in said["text"]
    ]
    in_slack = [
        str(said["thread"]) for said in duty.slack.messages(CHANNEL, sender="bot") if HAS_IT in said["text"]
    ]
    return Counter(in_telegram + in_slack)


def rung_while_somebody_had_it(duty: Duty) -> list[object]:
    """Rings that were begun although the journal says that the ticket was taken or closed."""
    return [
        *duty.rows(
            "select a.ticket_id, a.seq from public.ticket_actions as a where a.event = 'call_placed' and"
            " (select b.event from public.ticket_actions as b where b.ticket_id = a.ticket_id and b.seq < a.seq"
            "  and b.event in ('triaged_escalate', 'acknowledged', 'ack_expired', 'closed') order by b.seq desc limit 1)"
            " in ('acknowledged', 'closed')"
        )
    ]


def test_every_page_ends_and_nobody_is_told_twice(duty: Duty) -> None:
    with storm(duty, SEED, workers=3) as it:
        it.blows(reports=60, kills=15, seconds=35)
        it.passes()
        ended = duty.until(
            lambda: set(duty.statuses()) <= {"escalated", "closed"} and len(duty.statuses()) == 60, 60
        )
        assert ended, Counter(duty.statuses())
        assert duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [], 60)
        assert duty.until(lambda: ringing(duty) == [], 40)
        assert duty.until(lambda: duty.rows("select * from ops.stalled_escalations") == [])

    assert it.killed == 15
    assert duty.rows("select * from public.escalations where state in ('ringing', 'joined')") == []
    assert duty.rows("select * from public.escalation_attempts where in_hand_until < clock_timestamp()") == []
    assert rung_while_somebody_had_it(duty) == []
    told = confirmations(duty)
    assert set(told.values()) == {1}
    unsure = duty.rows("select from public.replies where state = 'unknown'")
    taken = duty.rows("select distinct ticket_id from public.ticket_actions where event = 'acknowledged'")
    assert len(taken) - len(unsure) <= len(told) <= len(taken)
    assert set(
        Counter(
            duty.rows("select ticket_id from public.ticket_actions where event = 'acknowledged'")
        ).values()
    ) == {1}
    duty.assert_sound()
