"""Acknowledging is one act whichever way it comes: the first wins, the others are told who, and only engineers can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import Connection, World, at_once, counted

EVERYBODY = (
    ("everyone", "phone_call", 0),
    ("everyone", "sms", 0),
    ("everyone", "telegram_message", 0),
    ("everyone", "slack_message", 0),
    ("everyone", "email", 600),
)


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True, is_admin=True)
    pager.engineer("Bob")
    pager.policy(*EVERYBODY)
    return pager


def ringing(pager: Pager) -> int:
    """A ticket at which everybody was rung by every way."""
    ticket_id = pager.escalated_report()
    for attempt in pager.attempts(ticket_id):
        assert pager.claim(attempt["id"]) == "claimed"
        outcome = "ringing" if attempt["method"] == "phone_call" else "delivered"
        pager.settle(attempt["id"], outcome, f"sid-{attempt['id']}")
    return ticket_id


def ways(pager: Pager, ticket_id: int) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Every attempt as the call its answer would make: who, query, arguments."""
    names = dict(pager.world.rows("select id, name from public.engineers"))
    people = {
        r[0]: r[1:]
        for r in pager.world.rows("select id, phone, telegram_user_id, slack_user_id from public.engineers")
    }
    made: list[tuple[str, str, tuple[Any, ...]]] = []
    for attempt in pager.attempts(ticket_id):
        number, person = attempt["id"], people[attempt["engineer_id"]]
        token, name = pager.token(number), names[attempt["engineer_id"]]
        match attempt["method"]:
            case "phone_call":
                query = "select outcome, holder from private.answer_call(%s, %s, %s, 0, '1')"
                made.append((name, query, (number, token, f"sid-{number}")))
            case "sms":
                query = "select outcome, holder from private.hear_sms(%s, %s, 'acknowledge', null)"
                made.append((name, query, (f"SM{number}", person[0])))
            case "telegram_message":
                query = "select outcome, holder from private.press_page(%s, 'acknowledge', 'telegram', %s)"
                made.append((name, query, (number, str(person[1]))))
            case "slack_message":
                query = "select outcome, holder from private.press_page(%s, 'acknowledge', 'slack', %s)"
                made.append((name, query, (number, person[2])))
            case _:
                query = "select outcome, holder from private.acknowledge_by_link(%s)"
                made.append((name, query, (token,)))
    return made


def test_of_twenty_ways_at_once_the_first_wins_and_the_others_hear_who(pager: Pager) -> None:
    for _ in range(5):
        ticket_id = ringing(pager)
        acts = ways(pager, ticket_id) * 2
        assert len(acts) == 20

        def act(conn: Connection, n: int, acts: list[tuple[str, str, tuple[Any, ...]]] = acts) -> Any:
            _, query, args = acts[n]
            return conn.execute(query.encode(), args).fetchone()

        results = at_once(pager.world.database, "shiftbot_ingest", 20, act)

        assert [r for r in results if isinstance(r, psycopg.Error)] == []
        page = pager.page(ticket_id)
        winner = pager.world.value("select name from public.engineers where id = %s", page["acknowledged_by"])
        assert pager.world.journal(ticket_id).count("acknowledged") == 1
        for (name, _, _), (outcome, holder) in zip(acts, results, strict=True):
            if outcome != "refused":  # a turn of a call that the same call has taken by then
                assert holder == winner
            expected = ("acknowledged", "extended", "already_acknowledged", "refused")
            assert outcome in (expected if name == winner else expected[2:])
        assert pager.world.value("select count(*) from public.replies where ticket_id = %s", ticket_id) == 1
        pager.world.append(ticket_id, "closed")


@pytest.mark.parametrize("number", range(10))
def test_each_way_acknowledges_by_itself(pager: Pager, number: int) -> None:
    ticket_id = ringing(pager)
    name, query, args = ways(pager, ticket_id)[number]
    outcome, holder = pager.world.row(query, *args, conn=pager.world.webhook)

    assert (outcome, holder) == ("acknowledged", name)
    assert pager.world.status(ticket_id) == "escalated"
    assigned = pager.world.value(
        "select e.name from public.tickets as t join public.engineers as e on e.id = t.assigned_engineer_id where t.id = %s",
        ticket_id,
    )
    assert assigned == name
    assert [o for _, _, o in pager.rings(ticket_id)].count("acknowledged") == 1


def test_the_dashboard_races_the_buttons(pager: Pager) -> None:
    ticket_id = ringing(pager)
    acts = ways(pager, ticket_id)
    ana = pager.world.signed_in("Ana")
    insert = "insert into public.ticket_actions (ticket_id, event) values (%s, 'acknowledged')"

    def act(conn: Connection, n: int) -> Any:
        if n == 0:
            return ana.execute(insert, (ticket_id,)).rowcount
        _, query, args = acts[n]
        row = conn.execute(query.encode(), args).fetchone()
        return row and row[0]

    results = at_once(pager.world.database, "shiftbot_ingest", 10, act)

    taken = [r for r in results[1:] if r == "acknowledged"]
    # The loser of the race at the dashboard hears that the ticket is escalated already.
    assert (results[0] == 1) != bool(taken)
    if isinstance(results[0], psycopg.Error):
        assert results[0].diag.constraint_name == "ticket_transition_allowed"
    assert pager.world.journal(ticket_id).count("acknowledged") == 1


def test_nothing_unclaimed_is_claimed_after_an_acknowledgement(pager: Pager) -> None:
    for _ in range(10):
        ticket_id = pager.escalated_report()
        attempts = [a["id"] for a in pager.attempts(ticket_id)]
        button = next(a["id"] for a in pager.attempts(ticket_id) if a["method"] == "telegram_message")
        person = pager.world.value("select telegram_user_id from public.engineers where name = 'Ana'")

        def act(
            conn: Connection,
            n: int,
            attempts: list[int] = attempts,
            button: int = button,
            person: int = person,
        ) -> Any:
            if n == len(attempts):
                return pager.presses_button(button, person, conn=conn)[0]
            return pager.claim(attempts[n], conn=conn)

        results = at_once(pager.world.database, None, len(attempts) + 1, act)

        assert results[-1] == "acknowledged"
        assert set(results[:-1]) <= {"claimed", "gone"}
        left = [a for a in pager.attempts(ticket_id) if a["claimed_at"] is None]
        assert {a["outcome"] for a in left} <= {"cancelled"}
        for attempt_id in attempts:
            assert pager.claim(attempt_id) != "claimed"
        # What was under way when it was taken is brought up to date.
        for attempt_id in (a["id"] for a in pager.attempts(ticket_id) if a["claimed_at"]):
            assert pager.settle(attempt_id, "delivered") == "outdated"
        pager.world.append(ticket_id, "closed")
        pager.work()


def test_an_acknowledgement_races_the_next_step(pager: Pager) -> None:
    pager.policy(*ONE_BY_ONE)
    for _ in range(20):
        ticket_id = pager.escalated_report()
        call = pager.ring(ticket_id)
        token = pager.token(call)
        pager.world.do(
            "update public.escalations set due_at = clock_timestamp() where ticket_id = %s", ticket_id
        )

        def act(conn: Connection, n: int, call: int = call, token: str = token) -> Any:
            if n > 0:
                return conn.execute("select private.sweep()").fetchone()
            query = "select outcome from private.answer_call(%s, %s, %s, 0, '1')"
            row = conn.execute(query, (call, token, f"sid-{call}")).fetchone()
            return row and row[0]

        results = at_once(pager.world.database, None, 3, act)

        assert results[0] == "acknowledged"
        assert [a["id"] for a in pager.attempts(ticket_id) if a["outcome"] is None] == []
        pager.sweep()
        assert len(pager.attempts(ticket_id)) in (1, 2)
        assert pager.page(ticket_id)["due_at"] is None
        pager.world.append(ticket_id, "closed")


def test_the_call_in_which_the_key_was_pressed_is_not_hung_up(pager: Pager) -> None:
    pager.policy(("everyone", "phone_call", 60))
    ticket_id = pager.escalated_report()
    calls = [a["id"] for a in pager.attempts(ticket_id)]
    for call in calls:
        pager.claim(call)
        pager.settle(call, "ringing", f"sid-{call}")
    pager.presses_key(calls[0])

    told = [m["attempt_id"] for m in pager.world.queue("escalations") if m["kind"] == "catch_up"]
    assert told == [calls[1]]


def test_the_others_are_told_and_the_reporter_once(pager: Pager) -> None:
    ana = pager.world.value("select id from public.engineers where name = 'Ana'")
    ticket_id = ringing(pager)
    button = pager.last_attempt(ticket_id, "telegram_message")
    bob_number = pager.world.value("select telegram_user_id from public.engineers where name = 'Bob'")
    assert pager.presses_button(button, bob_number) == ("acknowledged", "Bob")

    told = [
        pager.attempt(m["attempt_id"]) for m in pager.world.queue("escalations") if m["kind"] == "catch_up"
    ]
    texts = [(a["method"], a["engineer_id"]) for a in told if a["method"] in ("sms", "email")]
    assert sorted(texts) == [("email", ana), ("sms", ana)]
    assert pager.world.rows("select kind, cause_seq is not null from public.replies") == [
        ("confirmation", True)
    ]


def test_the_same_engineer_again_extends_it(pager: Pager) -> None:
    ticket_id = ringing(pager)
    button = pager.last_attempt(ticket_id, "telegram_message")
    number = pager.world.value("select telegram_user_id from public.engineers where name = 'Bob'")
    pager.presses_button(button, number)
    pager.pass_time("30 minutes")
    before = pager.page(ticket_id)["ack_expires_at"]

    assert pager.presses_button(button, number) == ("extended", "Bob")
    assert pager.page(ticket_id)["ack_expires_at"] - before >= timedelta(minutes=29)
    assert pager.world.journal(ticket_id)[-1] == "ack_extended"


def test_somebody_else_does_not_extend_it(pager: Pager) -> None:
    ticket_id = ringing(pager)
    acts = ways(pager, ticket_id)
    telegram = [act for act in acts if "press_page" in act[1] and "telegram" in act[1]]
    pager.world.row(telegram[0][1], *telegram[0][2], conn=pager.world.webhook)
    before = pager.page(ticket_id)["ack_expires_at"]
    outcome, holder = pager.world.row(telegram[1][1], *telegram[1][2], conn=pager.world.webhook)

    assert (outcome, holder) == ("already_acknowledged", telegram[0][0])
    assert pager.page(ticket_id)["ack_expires_at"] == before


def taken_by(pager: Pager, name: str) -> int:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in(name))
    return ticket_id


def test_it_runs_out_after_one_reminder_and_rings_again(pager: Pager) -> None:
    bob = pager.world.value("select id from public.engineers where name = 'Bob'")
    ticket_id = taken_by(pager, "Bob")
    pager.pass_time("49 minutes")
    pager.sweep()
    assert pager.notices(ticket_id) == []
    pager.pass_time("2 minutes")
    for _ in range(3):
        pager.sweep()
    assert pager.notices(ticket_id) == [("telegram_message", bob, None)]
    rings = len(pager.attempts(ticket_id))
    pager.pass_time("10 minutes")
    pager.sweep()

    assert pager.world.status(ticket_id) == "escalation_pending"
    assert pager.world.journal(ticket_id)[-2:] == ["ack_reminded", "ack_expired"]
    assert pager.state(ticket_id) == "ringing"
    assert len(pager.attempts(ticket_id)) > rings
    assert pager.world.value("select count(*) from public.replies") == 1
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Ana"))
    assert pager.world.value("select count(*) from public.replies") == 1  # the reporter has been told


def test_it_rings_again_at_once_also_beside_a_page_that_was_just_taken(pager: Pager) -> None:
    ticket_id = taken_by(pager, "Bob")
    pager.settings(storm_window="0")
    other = pager.escalated_report()
    pager.pass_time("55 minutes", ticket_id)
    pager.world.append(other, "acknowledged", conn=pager.world.signed_in("Ana"))
    pager.settings(storm_window="10 minutes")
    rings = len(pager.attempts(ticket_id))
    pager.pass_time("6 minutes", ticket_id)
    pager.sweep()

    assert len(pager.attempts(ticket_id)) > rings
    assert pager.page(ticket_id)["leader_id"] is None


@pytest.mark.parametrize("event", ["note", "public_reply", "assigned"])
def test_what_the_engineer_does_extends_it(pager: Pager, event: str) -> None:
    ticket_id = taken_by(pager, "Bob")
    pager.pass_time("59 minutes")
    pager.sweep()
    pager.world.append(ticket_id, event, "looking", conn=pager.world.signed_in("Bob"))
    pager.pass_time("40 minutes")
    pager.sweep()

    assert pager.world.status(ticket_id) == "escalated"
    assert pager.page(ticket_id)["reminded_at"] is None


def test_what_others_do_does_not(pager: Pager) -> None:
    ticket_id = taken_by(pager, "Bob")
    pager.pass_time("59 minutes")
    pager.world.append(ticket_id, "note", "any news?", conn=pager.world.signed_in("Ana"))
    pager.world.append(ticket_id, "message", "any news?")
    pager.pass_time("2 minutes")
    pager.sweep()

    assert pager.world.status(ticket_id) == "escalation_pending"


def test_without_a_timeout_it_holds_for_ever(pager: Pager) -> None:
    pager.settings(ack_timeout=None)
    ticket_id = taken_by(pager, "Bob")
    pager.pass_time("1000 days")
    pager.sweep()

    assert pager.world.status(ticket_id) == "escalated"
    assert pager.stalled() == []


def test_a_reminder_longer_than_the_timeout_waits_for_half_of_it(pager: Pager) -> None:
    pager.settings(ack_timeout="8 minutes", ack_reminder="10 minutes")
    ticket_id = taken_by(pager, "Bob")
    pager.sweep()
    assert pager.notices(ticket_id) == []
    pager.pass_time("5 minutes")
    pager.sweep()

    assert len(pager.notices(ticket_id)) == 1


@pytest.mark.parametrize(
    ("platform", "person"),
    [
        ("telegram", "404"),
        ("slack", "U404"),
        ("telegram", "inactive"),
        ("telegram", "slack id of Bob"),
        ("slack", "telegram id of Bob"),
    ],
)
def test_whoever_is_no_active_engineer_is_refused_and_journaled_once(
    pager: Pager, platform: str, person: str
) -> None:
    gone = pager.engineer("Gone")
    known = {
        "inactive": "select telegram_user_id::text from public.engineers where name = 'Gone'",
        "slack id of Bob": "select slack_user_id from public.engineers where name = 'Bob'",
        "telegram id of Bob": "select telegram_user_id::text from public.engineers where name = 'Bob'",
    }
    number = pager.world.value(known[person]) if person in known else person
    pager.world.do("update public.engineers set is_active = false where id = %s", gone)
    ticket_id = ringing(pager)
    button = pager.last_attempt(ticket_id, f"{platform}_message")
    for verb in ("acknowledge", "pass_on", "acknowledge"):
        assert pager.presses_button(button, number, verb, platform) == ("refused", None)

    assert pager.world.status(ticket_id) == "escalation_pending"
    assert pager.world.journal(ticket_id).count("ack_refused") == 1
    assert pager.presses_button(button, "405", platform=platform) == ("refused", None)
    assert pager.world.journal(ticket_id).count("ack_refused") == 2


def test_strangers_who_press_at_once_are_journaled_once(pager: Pager) -> None:
    ticket_id = ringing(pager)
    button = pager.last_attempt(ticket_id, "telegram_message")
    results = at_once(
        pager.world.database,
        "shiftbot_ingest",
        10,
        lambda conn, n: pager.presses_button(button, 404, conn=conn),
    )

    assert counted(results) == {("refused", None): 10}
    assert pager.world.journal(ticket_id).count("ack_refused") == 1


def test_a_button_of_no_page_is_unknown(pager: Pager) -> None:
    number = pager.world.value("select telegram_user_id from public.engineers where name = 'Bob'")

    assert pager.presses_button(404, number) == ("unknown", None)


def test_a_text_from_a_stranger_or_somebody_inactive_is_refused(pager: Pager) -> None:
    gone = pager.engineer("Gone", phone="+15550009999")
    pager.world.do("update public.engineers set is_active = false where id = %s", gone)
    ticket_id = ringing(pager)
    for phone in ("+15550009999", "+4917012345678"):
        assert pager.texts(phone, ticket_id=ticket_id) == ("refused", None)

    assert pager.world.status(ticket_id) == "escalation_pending"
    assert pager.world.journal(ticket_id).count("ack_refused") == 2


def test_a_text_that_comes_twice_acts_once(pager: Pager) -> None:
    ticket_id = ringing(pager)
    phone = pager.world.value("select phone from public.engineers where name = 'Bob'")
    answers = [pager.texts(phone, message="SM1") for _ in range(2)]
    pager.world.append(ticket_id, "closed")
    later = ringing(pager)

    assert answers == [("acknowledged", "Bob")] * 2
    assert pager.texts(phone, message="SM1") == ("acknowledged", "Bob")
    assert pager.world.status(later) == "escalation_pending"


def link(pager: Pager, ticket_id: int) -> str:
    return pager.token(pager.last_attempt(ticket_id, "email"))


def look(pager: Pager, token: str) -> str:
    return str(
        pager.world.value("select outcome from private.look_at_link(%s)", token, conn=pager.world.webhook)
    )


def follow(pager: Pager, token: str) -> str:
    query = "select outcome from private.acknowledge_by_link(%s)"
    return str(pager.world.value(query, token, conn=pager.world.webhook))


def test_looking_at_a_link_changes_nothing(pager: Pager) -> None:
    ticket_id = ringing(pager)
    before = (pager.page(ticket_id), pager.attempts(ticket_id), pager.world.journal(ticket_id))
    assert [look(pager, link(pager, ticket_id)) for _ in range(3)] == ["waits"] * 3

    assert (pager.page(ticket_id), pager.attempts(ticket_id), pager.world.journal(ticket_id)) == before


def test_a_link_works_once(pager: Pager) -> None:
    ticket_id = ringing(pager)
    token = link(pager, ticket_id)
    assert follow(pager, token) == "acknowledged"
    assert follow(pager, token) == "already_acknowledged"
    pager.pass_time("61 minutes")
    pager.sweep()
    assert pager.world.status(ticket_id) == "escalation_pending"

    assert follow(pager, token) == "expired"
    assert pager.world.status(ticket_id) == "escalation_pending"


def test_a_link_expires_after_a_day(pager: Pager) -> None:
    ticket_id = ringing(pager)
    token = link(pager, ticket_id)
    pager.pass_time("23 hours")
    assert look(pager, token) == "waits"
    pager.pass_time("2 hours")

    assert follow(pager, token) == "expired"
    assert pager.world.status(ticket_id) == "escalation_pending"


def test_a_link_of_somebody_inactive_or_of_nobody_is_unknown(pager: Pager) -> None:
    ticket_id = ringing(pager)
    token = link(pager, ticket_id)
    pager.world.do("update public.engineers set is_active = false where name = 'Bob'")

    assert [follow(pager, token), follow(pager, "x" * 64), follow(pager, "")] == ["unknown"] * 3


def test_the_secret_of_a_call_opens_no_link(pager: Pager) -> None:
    ticket_id = ringing(pager)

    assert follow(pager, pager.token(pager.last_attempt(ticket_id, "phone_call"))) == "unknown"


def test_the_secret_of_a_mail_answers_no_call(pager: Pager) -> None:
    ticket_id = ringing(pager)
    mail = pager.last_attempt(ticket_id, "email")

    assert pager.presses_key(mail) == "refused"


@pytest.fixture
def call(pager: Pager) -> int:
    """A call that rings at Ana's."""
    pager.policy(*ONE_BY_ONE)
    return pager.ring(pager.escalated_report())


def answer(pager: Pager, attempt_id: int, **wrong: Any) -> str:
    given = {
        "attempt": attempt_id,
        "token": pager.token(attempt_id),
        "call": f"sid-{attempt_id}",
        "turn": 0,
    } | wrong
    query = "select outcome from private.answer_call(%(attempt)s, %(token)s, %(call)s, %(turn)s, '1')"
    row = pager.world.webhook.execute(query.encode(), given).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    "wrong", [{"token": "x" * 64}, {"call": "CA-other"}, {"turn": 1}, {"turn": -1}, {"attempt": 404}]
)
def test_a_turn_that_is_not_this_call_s_is_refused(pager: Pager, call: int, wrong: dict[str, Any]) -> None:
    assert answer(pager, call, **wrong) == "refused"
    assert pager.attempt(call)["outcome"] == "ringing"
    assert answer(pager, call) == "acknowledged"


@pytest.mark.parametrize("ended", ["no_answer", "busy", "failed"])
def test_a_call_that_has_ended_has_no_keys(pager: Pager, call: int, ended: str) -> None:
    pager.hears(call, ended)

    assert pager.presses_key(call) == "refused"


def test_a_call_that_was_hung_up_has_no_keys(pager: Pager, call: int) -> None:
    pager.presses_key(call, "")
    pager.hears(call, "no_answer")

    assert pager.presses_key(call) == "refused"


def test_a_recorded_turn_cannot_be_played_again(pager: Pager, call: int) -> None:
    for digits in ("", "2", "2"):
        pager.presses_key(call, digits)

    assert pager.presses_key(call, "1", turn=0) == "refused"
    pager.pass_time("31 seconds")
    assert pager.presses_key(call, "1", turn=2) == "refused"
    assert pager.presses_key(call, "1", turn=3) == "acknowledged"


def test_the_same_key_delivered_twice_counts_once(pager: Pager, call: int) -> None:
    assert [pager.presses_key(call, "1", turn=0) for _ in range(2)] == ["acknowledged"] * 2

    ticket_id = pager.world.value("select ticket_id from public.escalations")
    assert pager.world.journal(ticket_id).count("acknowledged") == 1


def test_a_key_is_stronger_than_the_machine_detector(pager: Pager, call: int) -> None:
    pager.hears(call, "voicemail")

    assert pager.presses_key(call) == "acknowledged"


def test_nobody_acknowledges_for_an_engineer_who_left(pager: Pager, call: int) -> None:
    pager.hand_over(None)
    pager.world.do("update public.engineers set is_active = false where name = 'Ana'")

    assert pager.presses_key(call) == "refused"


def test_key_9_goes_to_the_next_step_at_once(pager: Pager, call: int) -> None:
    ticket_id = pager.world.value("select ticket_id from public.escalations")
    ana = pager.world.value("select id from public.engineers where name = 'Ana'")
    assert pager.presses_key(call, "9") == "passed_on"
    assert pager.presses_key(call, "9", turn=0) == "passed_on"  # delivered twice

    assert pager.rings(ticket_id) == [("phone_call", ana, "declined"), ("sms", ana, None)]
    assert pager.world.status(ticket_id) == "escalation_pending"


def test_key_9_does_not_wait_for_the_others(pager: Pager) -> None:
    pager.policy(("everyone", "phone_call", 600), ("on_call", "sms", 600))
    ticket_id = pager.escalated_report()
    calls = [a["id"] for a in pager.attempts(ticket_id)]
    for number in calls:
        pager.claim(number)
        pager.settle(number, "ringing", f"sid-{number}")
    pager.presses_key(calls[0], "9")

    assert [(m, o) for m, _, o in pager.rings(ticket_id)] == [
        ("phone_call", "declined"),
        ("phone_call", "ringing"),
        ("sms", None),
    ]


def test_passing_on_what_is_over_says_so(pager: Pager, call: int) -> None:
    ticket_id = pager.world.value("select ticket_id from public.escalations")
    pager.world.append(ticket_id, "closed")

    assert pager.presses_key(call, "9") == "over"
    assert pager.world.status(ticket_id) == "closed"


def test_programs_cannot_name_the_engineer(pager: Pager, call: int) -> None:
    """Law 8: who acknowledges is whoever the channel has verified."""
    for role in ("shiftbot_ingest", "shiftbot_worker", "authenticated", "anon"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pager.world.database.connect(role).execute("select private.take_page(1, 2, null, 'me')")

    assert pager.attempt(call)["outcome"] == "ringing"
