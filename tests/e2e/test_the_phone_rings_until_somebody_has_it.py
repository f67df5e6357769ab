from __future__ import annotations

from tests.support.duty import Duty


def test_the_one_on_call_is_rung_and_presses_one(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 60))
    with duty.workers():
        ticket = duty.outage()
        ring = duty.operator("Ada").expects_ring().answers()

        assert f"Ticket {ticket}" in ring.hears()
        ring.presses("1")
        assert duty.hears("An engineer has this now")
        assert f"ticket {ticket}" in ring.hears().lower()
        assert duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])

    assert duty.status(ticket) == "escalated"
    assert duty.operator("Ben").rings() == []
    assert duty.attempts(ticket) == [("phone_call", "Ada", "acknowledged")]
    assert duty.rows("select assigned_engineer_id from public.tickets where id = %s", ticket) == [(1,)]
    duty.assert_nothing_stalls()
    duty.assert_sound()


def test_what_cannot_work_is_skipped_at_once_and_said(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True, telegram_user_id=None, slack_user_id=None)
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket) == [
        ("telegram_call", "Ada", "skipped"),
        ("telegram_message", "Ada", "skipped"),
        ("slack_message", "Ada", "skipped"),
        ("phone_call", "Ada", "acknowledged"),
    ]
    said = duty.rows(
        "select payload #>> '{facts,method}', payload ->> 'detail' from public.ticket_actions"
        " where ticket_id = %s and payload #>> '{facts,outcome}' = 'skipped' order by 1",
        ticket,
    )
    assert said == [
        ("slack_message", "no Slack user id"),
        ("telegram_call", "telegram call is not configured"),
        ("telegram_message", "no Telegram user id"),
    ]


def test_who_does_not_answer_is_followed_by_the_next_step(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 600), ("on_call", "sms", 600), ("everyone", "phone_call", 600))
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().declines()
        assert duty.operator("Ada").messages(1)
        duty.time_passes(601)
        duty.operator("Ben").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        ada = duty.operator("Ada").rings()[-1]
        assert ada.ends()  # her second call stops when Ben has it
        assert "Ben has ticket" in duty.operator("Ada").messages(2)[-1]

    assert duty.events(ticket).count("acknowledged") == 1
    duty.assert_sound()


def test_nobody_answers_and_it_rings_on(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "phone_call", 60), ("on_call", "sms", 60))
    duty.operator("Ada").behaves("no_answer")
    with duty.workers():
        ticket = duty.outage()
        for cycle in range(1, 6):

            def rang_and_wrote(times: int = cycle) -> bool:
                duty.time_passes(60)
                ada = duty.operator("Ada")
                return len(ada.rings()) >= times and len(ada.messages()) >= times

            assert duty.until(rang_and_wrote)
            duty.assert_nothing_stalls()

    assert duty.status(ticket) == "escalation_pending"
    assert duty.rows("select cycle > 3 from public.escalations") == [(True,)]


def test_a_text_message_acknowledges_and_a_stranger_does_not(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "sms", 600))
    stranger = duty.twilio.operator("+15550109999")
    with duty.workers():
        ticket = duty.outage()
        assert str(ticket) in duty.operator("Ada").messages(1)[0]
        stranger.texts(f"1 {ticket}")
        assert duty.until(lambda: "ack_refused" in duty.events(ticket))
        assert duty.status(ticket) == "escalation_pending"
        duty.operator("Ada").texts("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket) == [("sms", "Ada", "acknowledged")]


def test_nobody_on_call_rings_everyone(duty: Duty) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        duty.engineer(name)
    duty.policy(("on_call", "phone_call", 600))
    with duty.workers():
        ticket = duty.outage()
        rings = [duty.operator(name).expects_ring() for name in ("Ada", "Ben", "Cleo")]
        rings[1].presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")
        assert all(ring.ends() for ring in rings)

    assert "paged_everyone" in duty.events(ticket)
    assert sorted(outcome for _, _, outcome in duty.attempts(ticket))[0] == "acknowledged"
