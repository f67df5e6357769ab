"""Law 9: an attempt is claimed before the request and settled after it; late news moves it forward, never back."""

from __future__ import annotations

import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World, at_once, counted, refused

OUTCOMES = (
    "delivered",
    "ringing",
    "answered",
    "voicemail",
    "declined",
    "no_answer",
    "busy",
    "failed",
    "unknown",
)
QUIET_WAYS = ["telegram_message", "slack_message", "sms", "email"]


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Bob")
    pager.policy(*ONE_BY_ONE)
    return pager


@pytest.fixture
def ana(pager: Pager) -> int:
    return int(pager.world.value("select id from public.engineers where name = 'Ana'"))


def message(pager: Pager) -> int:
    """The queue message of the only attempt that waits."""
    taken = pager.world.take("escalations")
    assert len(taken) == 1
    return taken[0][0]


def test_a_claim_gives_the_worker_all_it_needs(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    page = pager.world.value(
        "select page from private.claim_attempt(%s, 0, '{phone_call}', 35)",
        attempt_id,
        conn=pager.world.worker,
    )

    assert page["contact"]["engineer_id"] == ana
    assert page["contact"]["phone"].startswith("+1555")
    assert page["token"] == pager.token(attempt_id)
    assert (page["method"], page["state"], page["kind"]) == ("phone_call", "ringing", "ring")
    assert [t["id"] for t in page["tickets"]] == [ticket_id]
    attempt = pager.attempt(attempt_id)
    assert (attempt["outcome"], attempt["tries"]) == ("attempted", 1)
    in_hand = (attempt["in_hand_until"] - attempt["claimed_at"]).total_seconds()
    assert round(in_hand) == 35  # each of the two is the moment it was written


def test_of_ten_claims_at_once_one_wins(pager: Pager) -> None:
    attempt_id = pager.last_attempt(pager.escalated_report())
    results = at_once(
        pager.world.database, "shiftbot_worker", 10, lambda conn, n: pager.claim(attempt_id, conn=conn)
    )

    assert counted(results) == {"claimed": 1, "wait": 9}


def test_a_worker_that_died_leaves_unknown_and_the_page_goes_on(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    msg_id = message(pager)
    pager.claim(attempt_id, msg_id)
    pager.pass_time("36 seconds")
    assert pager.claim(attempt_id, msg_id) == "gone"  # the queue hands it to another worker

    assert pager.rings(ticket_id) == [("phone_call", ana, "unknown"), ("sms", ana, None)]
    assert pager.call_rows(ticket_id)[-1] == ("call_outcome", "phone_call", ana, "unknown")
    assert [m["kind"] for m in pager.world.queue("escalations")] == ["attempt"]  # its own message is archived


def test_where_no_worker_comes_back_the_sweep_finds_out(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    pager.claim(pager.last_attempt(ticket_id))
    pager.pass_time("36 seconds")
    assert pager.sweep()["attempts_unknown"] == 1

    assert pager.rings(ticket_id) == [("phone_call", ana, "unknown"), ("sms", ana, None)]


def test_a_worker_that_is_not_late_is_not_given_up(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    pager.claim(attempt_id)
    pager.pass_time("30 seconds")
    pager.sweep()

    assert pager.attempt(attempt_id)["outcome"] == "attempted"
    assert pager.claim(attempt_id) == "wait"


def test_a_call_whose_end_is_never_told_is_unknown(pager: Pager, ana: int) -> None:
    pager.policy(("on_call", "phone_call", 600), ("on_call", "sms", 600))
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id, outcome="ringing")
    pager.pass_time("89 seconds")
    pager.sweep()
    assert len(pager.rings(ticket_id)) == 1
    pager.pass_time("2 seconds")
    pager.sweep()

    assert pager.rings(ticket_id) == [("phone_call", ana, "unknown"), ("sms", ana, None)]


@pytest.mark.parametrize("late", ["delivered", "answered", "voicemail", "no_answer", "busy", "failed"])
def test_the_truth_may_come_after_unknown(pager: Pager, late: str) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.ring(ticket_id, outcome="unknown")

    assert pager.hears(attempt_id, late) == "recorded"
    assert pager.attempt(attempt_id)["outcome"] == late
    assert [outcome for _, method, _, outcome in pager.call_rows(ticket_id) if method == "phone_call"][
        -2:
    ] == [
        "unknown",
        late,
    ]


def test_a_call_that_rings_after_unknown_owes_its_end_again(pager: Pager) -> None:
    attempt_id = pager.ring(pager.escalated_report(), outcome="unknown")
    pager.hears(attempt_id, "ringing")
    assert pager.attempt(attempt_id)["outcome"] == "ringing"
    pager.pass_time("2 minutes")
    pager.sweep()

    assert pager.attempt(attempt_id)["outcome"] == "unknown"


def test_a_key_after_unknown_still_acknowledges(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.ring(ticket_id, outcome="unknown")

    assert pager.presses_key(attempt_id) == "acknowledged"
    assert pager.world.status(ticket_id) == "escalated"


@pytest.mark.parametrize(
    ("first", "then", "last"),
    [
        ("busy", "ringing", "busy"),
        ("answered", "ringing", "answered"),
        ("answered", "delivered", "answered"),
        ("no_answer", "answered", "no_answer"),
        ("failed", "delivered", "failed"),
        ("voicemail", "answered", "voicemail"),
        ("voicemail", "no_answer", "voicemail"),
        ("delivered", "unknown", "delivered"),
        ("answered", "unknown", "answered"),
        ("busy", "unknown", "busy"),
    ],
)
def test_news_out_of_order_moves_nothing_back(pager: Pager, first: str, then: str, last: str) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.ring(ticket_id, outcome="attempted")
    pager.hears(attempt_id, first)
    rows = len(pager.call_rows(ticket_id))

    assert pager.hears(attempt_id, then) == "ignored"
    assert pager.attempt(attempt_id)["outcome"] == last
    assert len(pager.call_rows(ticket_id)) == rows


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_in_the_journal_with_method_and_person(pager: Pager, ana: int, outcome: str) -> None:
    ticket_id = pager.escalated_report()
    pager.ring(ticket_id, outcome=outcome)

    assert pager.call_rows(ticket_id)[:2] == [
        ("call_placed", "phone_call", ana, "attempted"),
        ("call_outcome", "phone_call", ana, outcome),
    ]


def test_the_same_news_twice_is_journaled_once(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.ring(ticket_id, outcome="ringing")
    assert [pager.hears(attempt_id, "busy") for _ in range(3)] == ["recorded", "ignored", "ignored"]

    assert [o for _, m, _, o in pager.call_rows(ticket_id) if m == "phone_call"] == [
        "attempted",
        "ringing",
        "busy",
    ]


def test_news_that_comes_before_the_worker_s_own_is_kept(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    pager.claim(attempt_id)
    pager.hears(attempt_id, "busy")
    pager.settle(attempt_id, "ringing", f"sid-{attempt_id}")

    attempt = pager.attempt(attempt_id)
    assert (attempt["outcome"], attempt["in_hand_until"]) == ("busy", None)


@pytest.mark.parametrize(
    ("attempt", "token", "call"),
    [(0, "wrong", "sid"), (0, "right", "of another call"), (1, "right", "sid")],
)
def test_news_from_somebody_else_is_refused(pager: Pager, attempt: int, token: str, call: str) -> None:
    attempt_id = pager.ring(pager.escalated_report(), outcome="ringing")
    said = pager.world.value(
        "select private.hear_call_status(%s, %s, %s, 'busy', null)",
        *(attempt_id + attempt, pager.token(attempt_id) if token == "right" else "x" * 64),
        f"sid-{attempt_id}" if call == "sid" else "CA-other",
        conn=pager.world.webhook,
    )

    assert said == "refused"
    assert pager.attempt(attempt_id)["outcome"] == "ringing"


def retry(pager: Pager, attempt_id: int, msg_id: int, after: float | None = None) -> str:
    return str(
        pager.world.value(
            "select private.retry_attempt(%s, %s, %s::numeric, 'busy here')",
            *(attempt_id, msg_id, after),
            conn=pager.world.worker,
        )
    )


def test_what_surely_failed_for_now_is_tried_again(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id, msg_id = pager.last_attempt(ticket_id), message(pager)
    pager.claim(attempt_id, msg_id)

    assert retry(pager, attempt_id, msg_id) == "postponed"
    assert pager.attempt(attempt_id)["outcome"] is None
    assert pager.claim(attempt_id) == "claimed"
    assert pager.attempt(attempt_id)["tries"] == 2
    assert len(pager.rings(ticket_id)) == 1


def test_retrying_ends_after_three_tries_and_the_page_goes_on(pager: Pager, ana: int) -> None:
    pager.policy(("on_call", "phone_call", 600), ("on_call", "sms", 600))
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    said = []
    for _ in range(3):
        assert pager.claim(attempt_id) == "claimed"
        said.append(retry(pager, attempt_id, 0))

    assert said == ["postponed", "postponed", "recorded"]
    assert pager.rings(ticket_id) == [("phone_call", ana, "failed"), ("sms", ana, None)]


def test_a_retry_that_would_outlast_its_step_is_none(pager: Pager, ana: int) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    pager.claim(attempt_id)

    assert retry(pager, attempt_id, 0, after=61) == "recorded"
    assert pager.rings(ticket_id) == [("phone_call", ana, "failed"), ("sms", ana, None)]


def test_a_retry_of_what_somebody_has_by_now_is_none(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    attempt_id = pager.last_attempt(ticket_id)
    pager.claim(attempt_id)
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Bob"))

    assert retry(pager, attempt_id, 0) == "outdated"
    assert pager.claim(attempt_id) == "gone"
    assert len(pager.rings(ticket_id)) == 1


def test_a_ring_that_nobody_made_in_time_gives_way_to_the_later_one(pager: Pager) -> None:
    """The workers were away for three rounds: the phone does not ring three times at once."""
    pager.policy(("on_call", "phone_call", 60))
    ticket_id = pager.escalated_report()
    for _ in range(4):
        pager.next_step(ticket_id)
    waiting = [a["id"] for a in pager.attempts(ticket_id)]
    assert len(waiting) == 3

    assert [pager.claim(number) for number in waiting] == ["gone", "gone", "claimed"]
    assert [o for _, _, o in pager.rings(ticket_id)] == ["skipped", "skipped", "attempted"]


def notice(pager: Pager, key: str = "k", escalation_id: int | None = None) -> int | None:
    found: int | None = pager.world.value(
        "select private.send_notice((select id from public.engineers where name = 'Ana'), 'test', 'Hello', %s, %s)",
        *(key, escalation_id),
    )
    return found


def test_a_notice_is_said_once(pager: Pager) -> None:
    results = at_once(
        pager.world.database,
        None,
        10,
        lambda conn, n: pager.world.value(
            "select private.send_notice((select id from public.engineers where name = 'Ana'), 'test', 'Hello', 'k')",
            conn=conn,
        ),
    )

    assert len([r for r in results if r is not None]) == 1
    assert notice(pager, "another") is not None
    assert pager.world.value("select count(*) from public.escalation_attempts where kind = 'notice'") == 2


def test_a_notice_to_nobody_active_is_none(pager: Pager) -> None:
    pager.hand_over(None)
    pager.world.do("update public.engineers set is_active = false")

    assert notice(pager) is None
    assert pager.world.queue("escalations") == []


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_notice_that_fails_goes_the_next_quiet_way(pager: Pager, outcome: str) -> None:
    attempt_id = notice(pager)
    assert attempt_id is not None
    ways = []

    def ring(attempt: dict[str, object]) -> str:
        ways.append(attempt["method"])
        return outcome

    pager.work(ring)

    assert ways == QUIET_WAYS
    assert pager.attempt(attempt_id)["outcome"] == outcome
    assert notice(pager) is None


def test_a_notice_that_arrived_goes_no_further(pager: Pager) -> None:
    attempt_id = notice(pager)
    assert attempt_id is not None
    done = pager.work()

    assert done == [("attempt", "recorded")]
    assert pager.attempt(attempt_id)["method"] == "telegram_message"


def test_a_notice_goes_only_ways_that_reach_the_person(pager: Pager) -> None:
    pager.world.do("update public.engineers set telegram_user_id = null, slack_user_id = null, phone = null")
    attempt_id = notice(pager)
    assert attempt_id is not None

    assert pager.attempt(attempt_id)["method"] == "email"


def test_a_notice_that_would_wait_for_long_goes_another_way(pager: Pager) -> None:
    attempt_id = notice(pager)
    assert attempt_id is not None
    pager.claim(attempt_id)
    assert retry(pager, attempt_id, 0, after=3600) == "recorded"

    assert pager.attempt(attempt_id)["method"] == "slack_message"
    assert pager.attempt(attempt_id)["outcome"] is None


def test_late_news_of_a_way_that_was_left_does_not_stop_the_next(pager: Pager) -> None:
    pager.world.do("update public.engineers set telegram_user_id = null, slack_user_id = null")
    attempt_id = notice(pager)
    assert attempt_id is not None
    pager.claim(attempt_id)
    pager.settle(attempt_id, "unknown", "SM1")
    assert pager.attempt(attempt_id)["method"] == "email"

    assert pager.hears(attempt_id, "failed", "SM1") == "ignored"
    assert pager.claim(attempt_id) == "claimed"


def test_a_notice_rings_no_page_and_is_in_no_journal(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    notice(pager, escalation_id=pager.page(ticket_id)["id"])
    pager.world.do("update public.escalations set due_at = now() + interval '1 hour'")
    rows = len(pager.call_rows(ticket_id))
    attempt_id = pager.attempts(ticket_id, "notice")[0]["id"]
    pager.claim(attempt_id)
    pager.settle(attempt_id, "delivered")

    assert len(pager.attempts(ticket_id)) == 1
    assert len(pager.call_rows(ticket_id)) == rows


@pytest.mark.parametrize(
    ("rule", "column", "value"),
    [
        ("attempt_kind_is_ring_or_notice", "kind", "'shout'"),
        ("attempt_outcome_is_known", "outcome", "'fine'"),
        ("ring_belongs_to_an_escalation", "escalation_id", "null"),
        ("attempt_reaches_somebody", "engineer_id", "null"),
    ],
)
def test_an_attempt_that_makes_no_sense_is_refused(pager: Pager, rule: str, column: str, value: str) -> None:
    pager.escalated_report()
    with refused(rule):
        pager.world.do(f"update public.escalation_attempts set {column} = {value}")


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("escalation_state_is_known", "state = 'lost'"),
        ("escalation_is_of_a_ticket_or_a_test", "ticket_id = null"),
        ("ringing_escalation_knows_when_next", "due_at = null"),
        ("joined_escalation_has_a_leader", "state = 'joined'"),
        ("escalation_does_not_lead_itself", "leader_id = id"),
        ("acknowledged_escalation_knows_when", "state = 'acknowledged'"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(pager: Pager, rule: str, change: str) -> None:
    pager.escalated_report()
    with refused(rule):
        pager.world.do(f"update public.escalations set {change}")
