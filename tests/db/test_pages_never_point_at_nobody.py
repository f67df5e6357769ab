"""People come and go while pages ring: whoever is on call now is rung, and nobody waits for somebody who left."""

from __future__ import annotations

import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World, refused


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.policy(*ONE_BY_ONE)
    return pager


@pytest.fixture
def ana(pager: Pager) -> int:
    return pager.engineer("Ana", on_call=True)


@pytest.fixture
def bob(pager: Pager, ana: int) -> int:
    return pager.engineer("Bob")


def leave(pager: Pager, engineer_id: int) -> None:
    pager.world.do("update public.engineers set is_active = false where id = %s", engineer_id)


def test_whoever_takes_the_shift_is_rung_from_the_first_step(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id)
    pager.next_step(ticket_id)
    assert [method for method, _, _ in pager.rings(ticket_id)] == ["phone_call", "sms"]
    pager.hand_over(bob)
    handled = pager.work(lambda attempt: "ringing")

    assert ("sweep", "sweep") in handled
    assert pager.rings(ticket_id)[:3] == [
        ("phone_call", ana, "ringing"),
        ("sms", ana, "ringing"),  # it was in the queue before the hand-over was
        ("phone_call", bob, "ringing"),
    ]
    assert pager.page(ticket_id)["cycle"] == 1


def test_what_was_not_begun_for_the_one_before_is_dropped(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.hand_over(bob)
    pager.sweep()

    assert pager.rings(ticket_id) == [("phone_call", ana, "cancelled"), ("phone_call", bob, None)]
    assert pager.claim(pager.attempts(ticket_id)[0]["id"]) == "gone"


def test_a_shift_that_comes_back_changes_nothing(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    for taker in (bob, ana):
        pager.hand_over(taker)
    pager.sweep()

    assert pager.rings(ticket_id) == [("phone_call", ana, None)]


def test_a_shift_that_is_given_to_nobody_rings_everyone(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.hand_over(None)
    pager.work(lambda attempt: "ringing")

    assert {who for _, who, _ in pager.rings(ticket_id)} == {ana, bob}
    assert "paged_everyone" in pager.world.journal(ticket_id)


def test_a_hand_over_rings_nobody_for_what_somebody_has(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Ana"))
    pager.hand_over(bob)
    pager.work()

    assert len(pager.rings(ticket_id)) == 1
    assert pager.state(ticket_id) == "acknowledged"


def test_a_hand_over_wakes_no_worker_where_nothing_rings(pager: Pager, ana: int, bob: int) -> None:
    pager.hand_over(bob)

    assert pager.world.queue("escalations") == []


def test_the_rings_of_somebody_who_left_are_skipped_and_said(pager: Pager, ana: int, bob: int) -> None:
    pager.policy(("everyone", "phone_call", 60))
    ticket_id = pager.escalated_report()
    attempt_id = next(a["id"] for a in pager.attempts(ticket_id) if a["engineer_id"] == bob)
    leave(pager, bob)

    assert pager.claim(attempt_id) == "gone"
    assert pager.attempt(attempt_id)["outcome"] == "skipped"
    assert pager.attempt(attempt_id)["detail"] == "the engineer is not active any more"
    assert pager.call_rows(ticket_id) == [("call_outcome", "phone_call", bob, "skipped")]
    pager.next_step(ticket_id)
    pager.next_step(ticket_id)
    assert [a["engineer_id"] for a in pager.attempts(ticket_id)][2:] == [ana]


def test_what_somebody_had_who_left_rings_again(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Bob"))
    leave(pager, bob)
    pager.work(lambda attempt: "ringing")

    assert pager.world.status(ticket_id) == "escalation_pending"
    assert pager.rings(ticket_id)[-1] == ("phone_call", ana, "ringing")
    assert pager.page(ticket_id)["acknowledged_by"] is None


def test_what_somebody_else_has_does_not(pager: Pager, ana: int, bob: int) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Ana"))
    leave(pager, bob)
    pager.work()

    assert pager.state(ticket_id) == "acknowledged"


def test_an_acknowledgement_of_somebody_who_left_is_loud_until_it_rings(
    pager: Pager, ana: int, bob: int
) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Bob"))
    leave(pager, bob)
    pager.world.do("alter table public.engineers disable trigger touch_updated_at")
    pager.world.do("update public.engineers set updated_at = now() - interval '2 minutes'")
    assert pager.stalled() == [(ticket_id, "whoever acknowledged has left the team")]
    pager.sweep()

    assert pager.stalled() == []


def test_the_one_on_call_cannot_leave(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    with refused("engineer_on_call_is_active") as refusal:
        leave(pager, ana)

    assert "Hand the shift over first" in refusal.hint
    assert pager.rings(ticket_id) == [("phone_call", ana, None)]


@pytest.mark.parametrize(
    ("column", "method", "reason"),
    [
        ("phone", "phone_call", "no phone number"),
        ("telegram_user_id", "telegram_message", "no Telegram user id"),
    ],
)
def test_what_was_taken_off_an_engineer_while_it_waits_is_not_rung(
    pager: Pager, ana: int, column: str, method: str, reason: str
) -> None:
    pager.policy(("on_call", method, 60), ("on_call", "email", 60))
    ticket_id = pager.escalated_report()
    pager.world.do(f"update public.engineers set {column} = null where id = %s", ana)
    attempt_id = pager.last_attempt(ticket_id)

    assert pager.claim(attempt_id) == "gone"
    assert pager.attempt(attempt_id)["detail"] == reason
    assert pager.rings(ticket_id) == [(method, ana, "skipped"), ("email", ana, None)]


def test_a_new_number_is_the_one_that_is_rung(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    pager.world.do("update public.engineers set phone = '+15559990000' where id = %s", ana)
    page = pager.world.value(
        "select page from private.claim_attempt(%s, 0, '{phone_call}', 35)", pager.last_attempt(ticket_id)
    )

    assert page["contact"]["phone"] == "+15559990000"


def test_an_engineer_with_attempts_is_never_deleted(pager: Pager, ana: int, bob: int) -> None:
    pager.policy(("everyone", "phone_call", 60))
    pager.escalated_report()
    with refused("escalation_attempts_engineer_id_fkey"):
        pager.world.do("delete from public.engineers where id = %s", bob)
