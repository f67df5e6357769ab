"""Law 7: the policy is gone through in order, again and again, and never gives up; what cannot work is skipped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World, refused


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Bob")
    pager.policy(*ONE_BY_ONE)
    return pager


def methods(pager: Pager, ticket_id: int) -> list[str]:
    return [attempt["method"] for attempt in pager.attempts(ticket_id)]


def wait(pager: Pager, ticket_id: int) -> timedelta:
    """How long after the last step the next one begins."""
    page = pager.page(ticket_id)
    pause: timedelta = page["due_at"] - page["changed_at"]
    return pause


def test_steps_follow_one_another_by_position(pager: Pager) -> None:
    ana, bob = (number for (number,) in pager.world.rows("select id from public.engineers order by id"))
    pager.world.do("update public.escalation_steps set position = position + 10")
    pager.world.do("update public.escalation_steps set position = 5 where method = 'sms'")
    ticket_id = pager.escalated_report()
    for _ in range(2):
        pager.next_step(ticket_id)

    assert [(m, who) for m, who, _ in pager.rings(ticket_id)] == [
        ("sms", ana),
        ("phone_call", ana),
        ("phone_call", ana),
        ("phone_call", bob),
    ]


def test_each_step_waits_as_long_as_it_says(pager: Pager) -> None:
    pager.policy(("on_call", "phone_call", 45), ("on_call", "sms", 7200))
    ticket_id = pager.escalated_report()

    assert wait(pager, ticket_id) == timedelta(seconds=45)
    pager.sweep()
    assert methods(pager, ticket_id) == ["phone_call"]
    pager.pass_time("44 seconds")
    pager.sweep()
    assert methods(pager, ticket_id) == ["phone_call"]
    pager.pass_time("1 second")
    pager.sweep()
    assert methods(pager, ticket_id) == ["phone_call", "sms"]
    assert wait(pager, ticket_id) == timedelta(hours=2)


def test_steps_that_wait_for_nothing_begin_together(pager: Pager) -> None:
    pager.policy(("on_call", "telegram_call", 0), ("on_call", "telegram_message", 0), ("on_call", "sms", 40))
    ticket_id = pager.escalated_report()

    assert methods(pager, ticket_id) == ["telegram_call", "telegram_message", "sms"]
    assert {attempt["batch"] for attempt in pager.attempts(ticket_id)} == {1}
    assert wait(pager, ticket_id) == timedelta(seconds=40)


def test_a_last_step_that_waits_for_nothing_ends_the_cycle(pager: Pager) -> None:
    pager.policy(("on_call", "phone_call", 0), ("on_call", "sms", 0))
    ticket_id = pager.escalated_report()

    assert methods(pager, ticket_id) == ["phone_call", "sms"]
    assert wait(pager, ticket_id) >= timedelta(seconds=59)


def test_inactive_steps_are_passed_over(pager: Pager) -> None:
    pager.world.do("update public.escalation_steps set is_active = false where method = 'phone_call'")
    ticket_id = pager.escalated_report()
    for _ in range(3):
        pager.next_step(ticket_id)

    assert set(methods(pager, ticket_id)) == {"sms"}


def test_the_policy_is_repeated_then_slowly_and_for_ever(pager: Pager) -> None:
    pager.policy(("on_call", "phone_call", 60))
    pager.settings(page_cycles=3, page_repeat="30 minutes")
    ticket_id = pager.escalated_report()
    pauses = []
    for _ in range(40):
        pager.work(lambda attempt: "delivered")
        pager.pass_time(f"{wait(pager, ticket_id).total_seconds()} seconds")
        pager.sweep()
        if pager.page(ticket_id)["step"] == 0:
            pauses.append(wait(pager, ticket_id))

    assert pauses[:2] == [timedelta(seconds=10)] * 2
    assert pauses[2:] == [timedelta(minutes=30)] * (len(pauses) - 2)
    assert len(pauses) == 20
    assert pager.state(ticket_id) == "ringing"
    assert pager.stalled() == []


@pytest.mark.parametrize("outcome", ["failed", "no_answer", "unknown", "voicemail"])
def test_where_all_fails_at_once_the_page_does_not_spin(pager: Pager, outcome: str) -> None:
    ticket_id = pager.escalated_report()
    done = pager.work(lambda attempt: outcome)

    assert len([kind for kind, _ in done if kind == "attempt"]) == 4  # one cycle: call, text, two calls
    page = pager.page(ticket_id)
    assert (page["cycle"], page["step"]) == (2, 0)
    assert page["due_at"] - pager.world.value("select clock_timestamp()") > timedelta(seconds=9)
    pager.sweep()
    assert pager.work() == []


def test_what_has_failed_does_not_make_the_next_one_wait(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id, outcome="no_answer")

    assert methods(pager, ticket_id) == ["phone_call", "sms"]


def test_what_may_still_be_answered_is_waited_for(pager: Pager) -> None:
    pager.policy(("on_call", "phone_call", 0), ("on_call", "telegram_message", 60), ("on_call", "sms", 60))
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id, "phone_call", "no_answer")
    assert methods(pager, ticket_id) == ["phone_call", "telegram_message"]
    pager.ring(ticket_id, "telegram_message", "delivered")

    assert methods(pager, ticket_id) == ["phone_call", "telegram_message"]


def test_whoever_is_listening_is_not_interrupted(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    call = pager.ring(ticket_id, outcome="ringing")
    pager.hears(call, "answered")
    pager.next_step(ticket_id)
    assert methods(pager, ticket_id) == ["phone_call"]
    pager.hears(call, "no_answer")  # hung up without a key

    assert methods(pager, ticket_id) == ["phone_call", "sms"]


def test_whoever_listens_for_ever_is(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.hears(pager.ring(ticket_id, outcome="ringing"), "answered")
    pager.pass_time("3 minutes")
    pager.sweep()

    assert methods(pager, ticket_id) == ["phone_call", "sms"]


@pytest.mark.parametrize(
    ("column", "method", "reason"),
    [
        ("phone", "phone_call", "no phone number"),
        ("phone", "sms", "no phone number"),
        ("telegram_user_id", "telegram_message", "no Telegram user id"),
        ("slack_user_id", "slack_message", "no Slack user id"),
    ],
)
def test_a_step_that_cannot_work_is_skipped_at_once_and_said(
    pager: Pager, column: str, method: str, reason: str
) -> None:
    ana = pager.world.value("select id from public.engineers where is_on_call")
    pager.world.do(f"update public.engineers set {column} = null where id = %s", ana)
    pager.policy(("on_call", method, 600), ("on_call", "email", 60))
    ticket_id = pager.escalated_report()

    assert pager.rings(ticket_id) == [(method, ana, "skipped"), ("email", ana, None)]
    assert pager.attempts(ticket_id)[0]["detail"] == reason
    assert pager.call_rows(ticket_id) == [("call_outcome", method, ana, "skipped")]
    for _ in range(2):
        pager.next_step(ticket_id)
    assert len(pager.call_rows(ticket_id)) == 1  # said once, not in every cycle


def test_a_telegram_call_needs_a_handle_or_a_number(pager: Pager) -> None:
    pager.world.do("update public.engineers set telegram_handle = null, phone = null")
    pager.policy(("on_call", "telegram_call", 600), ("on_call", "email", 60))
    ticket_id = pager.escalated_report()

    assert [outcome for _, _, outcome in pager.rings(ticket_id)] == ["skipped", None]


def test_a_method_that_is_not_configured_is_skipped_at_once_and_said(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)

    assert pager.claim(attempt_id, methods=["sms"]) == "gone"
    attempt = pager.attempt(attempt_id)
    assert (attempt["outcome"], attempt["detail"]) == ("skipped", "phone call is not configured")
    assert methods(pager, ticket_id) == ["phone_call", "sms"]
    assert [(event, outcome) for event, _, _, outcome in pager.call_rows(ticket_id)] == [
        ("call_outcome", "skipped")
    ]


def test_nobody_on_call_is_everyone_at_once_and_said(pager: Pager) -> None:
    ana, bob = (number for (number,) in pager.world.rows("select id from public.engineers order by id"))
    pager.hand_over(None)
    ticket_id = pager.escalated_report()

    assert pager.rings(ticket_id) == [("phone_call", ana, None), ("phone_call", bob, None)]
    pager.next_step(ticket_id)
    assert pager.world.journal(ticket_id).count("paged_everyone") == 1


def test_somebody_on_call_is_rung_alone(pager: Pager) -> None:
    ana = pager.world.value("select id from public.engineers where is_on_call")
    ticket_id = pager.escalated_report()

    assert pager.rings(ticket_id) == [("phone_call", ana, None)]
    assert "paged_everyone" not in pager.world.journal(ticket_id)


def test_inactive_people_are_rung_by_nobody(pager: Pager) -> None:
    pager.hand_over(None)
    pager.world.do("update public.engineers set is_active = false where name = 'Bob'")
    ticket_id = pager.escalated_report()

    assert len(pager.rings(ticket_id)) == 1


def test_nobody_at_all_is_loud(pager: Pager) -> None:
    pager.hand_over(None)
    pager.world.do("update public.engineers set is_active = false")
    ticket_id = pager.escalated_report()

    assert pager.rings(ticket_id) == []
    assert pager.world.status(ticket_id) == "escalation_pending"
    assert pager.stalled() == [(ticket_id, "nobody could be reached at all")]
    pager.world.do("update public.engineers set is_active = true where name = 'Bob'")
    pager.next_step(ticket_id)
    assert len(pager.rings(ticket_id)) == 1
    assert pager.stalled() == []


@pytest.mark.parametrize("how", ["deleted", "switched off"])
def test_an_empty_policy_crashes_nothing_and_is_loud(pager: Pager, how: str) -> None:
    steps = (
        "delete from public.escalation_steps"
        if how == "deleted"
        else "update public.escalation_steps set is_active = false"
    )
    ringing = pager.escalated_report()
    pager.world.do(steps)
    pager.settings(storm_window="0")
    fresh = pager.escalated_report()
    for ticket_id in (ringing, fresh):
        pager.next_step(ticket_id)

    assert pager.world.status(fresh) == "escalation_pending"
    assert pager.stalled() == [(t, "the policy has no active step") for t in (ringing, fresh)]
    pager.policy(("on_call", "sms", 60))
    for ticket_id in (ringing, fresh):
        pager.next_step(ticket_id)
    assert [methods(pager, t)[-1] for t in (ringing, fresh)] == ["sms", "sms"]
    assert pager.stalled() == []


def test_a_policy_that_is_edited_while_a_page_rings_is_followed(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.world.do("delete from public.escalation_steps where position <= 2")
    pager.world.do(
        "insert into public.escalation_steps (position, target, method, wait_seconds) values (2, 'on_call', 'email', 60)"
    )
    pager.next_step(ticket_id)
    pager.world.do(
        "update public.escalation_steps set wait_seconds = 5, position = 9 where method = 'phone_call'"
    )
    pager.next_step(ticket_id)

    assert methods(pager, ticket_id) == ["phone_call", "email", "phone_call", "phone_call"]
    assert wait(pager, ticket_id) == timedelta(seconds=5)


def test_a_webhook_rings_its_one_address(pager: Pager) -> None:
    pager.policy(("everyone", "webhook", 60))
    ticket_id = pager.escalated_report()

    assert pager.rings(ticket_id) == [("webhook", None, None)]


def test_a_ring_that_nobody_makes_is_loud(pager: Pager) -> None:
    """The sweep goes on, by pg_cron say, and the workers are dead."""
    pager.policy(("on_call", "phone_call", 3600))
    ticket_id = pager.escalated_report()
    assert pager.stalled() == []
    pager.pass_time("2 minutes")

    assert pager.stalled() == [(ticket_id, "a ring is due and no worker makes it")]
    pager.ring(ticket_id)
    assert pager.stalled() == []


def test_a_step_that_nobody_begins_is_loud(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id)
    pager.pass_time("3 minutes")

    assert pager.stalled() == [(ticket_id, "a step is due and no worker begins it")]
    pager.sweep()
    assert pager.stalled() == []


@pytest.mark.parametrize(
    ("rule", "column", "value"),
    [
        ("step_position_is_positive", "position", 0),
        ("step_target_is_on_call_or_everyone", "target", "the boss"),
        ("ring_lasts_5_to_120_seconds", "ring_seconds", 4),
        ("ring_lasts_5_to_120_seconds", "ring_seconds", 121),
        ("step_waits_a_day_at_most", "wait_seconds", -1),
        ("step_waits_a_day_at_most", "wait_seconds", 86401),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(pager: Pager, rule: str, column: str, value: Any) -> None:
    with refused(rule):
        pager.world.do(f"update public.escalation_steps set {column} = %s where position = 1", value)


@pytest.mark.parametrize(
    ("rule", "setting", "value"),
    [
        ("page_cycles_is_1_to_100", "page_cycles", 0),
        ("page_repeats_after_a_minute_at_least", "page_repeat", "59 seconds"),
        ("storm_window_is_zero_or_more", "storm_window", "-1 second"),
        ("ack_timeout_is_positive", "ack_timeout", "0"),
        ("ack_reminder_is_zero_or_more", "ack_reminder", "-1 second"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(pager: Pager, rule: str, setting: str, value: Any) -> None:
    with refused(rule):
        pager.settings(**{setting: value})
