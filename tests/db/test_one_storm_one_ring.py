"""One storm, one ring: further serious tickets join the page that rings or was just acknowledged; none of them is lost."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from tests.db.paging import Pager
from tests.db.world import Connection, World, at_once

STORM = 30
ESCALATE = "insert into public.ticket_actions (ticket_id, event) values (%s, 'triaged_escalate')"


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Bob")
    pager.policy(("on_call", "phone_call", 60), ("on_call", "telegram_message", 60), ("everyone", "sms", 60))
    return pager


def storm(pager: Pager, size: int = STORM) -> list[int]:
    """So many tickets turn serious at once, each by its own connection."""
    tickets = [pager.world.ticket() for _ in range(size)]
    results = at_once(
        pager.world.database, None, size, lambda conn, n: conn.execute(ESCALATE, (tickets[n],)).rowcount
    )
    assert results == [1] * size
    return tickets


def leader(pager: Pager, tickets: list[int]) -> int:
    """The one ticket that rings."""
    found = [t for t in tickets if pager.state(t) == "ringing"]
    assert len(found) == 1, found
    return found[0]


def test_of_thirty_at_once_one_rings_and_none_is_hidden(pager: Pager) -> None:
    tickets = storm(pager)
    first = leader(pager, tickets)

    assert pager.states(tickets) == {"ringing": 1, "joined": STORM - 1}
    assert [m["ticket_id"] for m in pager.world.queue("escalations")] == [first]
    for ticket in tickets:
        expected = ["triaged_escalate"] if ticket == first else ["triaged_escalate", "page_joined"]
        assert pager.world.journal(ticket) == expected
    attempt_id = pager.last_attempt(first)
    page = pager.world.value("select page from private.claim_attempt(%s, 0, '{phone_call}', 35)", attempt_id)
    assert page["tickets"][0]["id"] == first
    assert sorted(ticket["id"] for ticket in page["tickets"]) == tickets
    assert pager.stalled() == []


def test_each_rings_by_itself_where_the_window_is_zero(pager: Pager) -> None:
    pager.settings(storm_window="0")
    tickets = storm(pager, 10)

    assert pager.states(tickets) == {"ringing": 10}
    assert [len(pager.attempts(ticket)) for ticket in tickets] == [1] * 10


def test_acknowledging_takes_all_of_the_page(pager: Pager) -> None:
    tickets = storm(pager)
    first = leader(pager, tickets)
    assert pager.presses_key(pager.ring(first)) == "acknowledged"
    pager.work()

    ana = pager.world.value("select id from public.engineers where name = 'Ana'")
    assert pager.states(tickets) == {"acknowledged": STORM}
    for ticket in tickets:
        assert pager.world.status(ticket) == "escalated"
        assert pager.page(ticket)["acknowledged_by"] == ana
        assert pager.world.journal(ticket).count("acknowledged") == 1
    assert pager.world.value("select count(*) from public.replies where kind = 'confirmation'") == STORM
    assert pager.stalled() == []


def test_a_sweep_takes_them_too_where_no_worker_does(pager: Pager) -> None:
    tickets = storm(pager, 5)
    pager.presses_key(pager.ring(leader(pager, tickets)))
    did = pager.sweep()

    assert did["pages_settled"] == 4
    assert pager.states(tickets) == {"acknowledged": 5}


def test_taking_one_that_joined_takes_the_page(pager: Pager) -> None:
    tickets = storm(pager, 5)
    joined = next(t for t in tickets if pager.state(t) == "joined")
    pager.world.append(joined, "acknowledged", conn=pager.world.signed_in("Bob"))
    pager.work()

    assert pager.states(tickets) == {"acknowledged": 5}
    assert [pager.world.journal(t).count("acknowledged") for t in tickets] == [1] * 5


def test_acknowledging_in_studio_takes_only_what_it_names(pager: Pager) -> None:
    """Nobody knows who that was; the others must reach a person."""
    tickets = storm(pager, 5)
    first = leader(pager, tickets)
    pager.world.do("update public.tickets set status = 'escalated' where id = %s", first)
    pager.work()

    assert pager.states(tickets) == {"acknowledged": 1, "ringing": 1, "joined": 3}
    assert pager.stalled() == []


def test_a_late_one_waits_quietly_with_a_notice_and_rings_after_the_window(pager: Pager) -> None:
    ana = pager.world.value("select id from public.engineers where name = 'Ana'")
    first = pager.escalated_report()
    pager.presses_key(pager.ring(first))
    late = pager.escalated_report()

    assert pager.attempts(late) == []
    assert pager.notices(late) == [("telegram_message", ana, None)]
    assert pager.page(late)["due_at"] - pager.page(first)["acknowledged_at"] == pager.world.value(
        "select storm_window from public.app_settings"
    )
    assert "page_joined" in pager.world.journal(late)
    pager.sweep()
    assert pager.attempts(late) == []
    pager.pass_time("11 minutes")
    pager.sweep()

    assert pager.rings(late) == [("phone_call", ana, None)]
    assert pager.page(late)["leader_id"] is None


def test_many_late_ones_ring_once_after_the_window(pager: Pager) -> None:
    first = pager.escalated_report()
    pager.presses_key(pager.ring(first))
    late = storm(pager, 12)
    assert [len(pager.notices(t)) for t in late] == [1] * 12
    pager.pass_time("11 minutes")
    pager.sweep()

    assert pager.states(late) == {"ringing": 1, "joined": 11}
    assert sum(len(pager.attempts(t)) for t in late) == 1
    assert pager.stalled() == []


def test_one_that_has_waited_does_not_wait_beside_the_next_page(pager: Pager) -> None:
    pager.presses_key(pager.ring(pager.escalated_report()))
    late = pager.escalated_report()
    pager.pass_time("9 minutes")
    # Another page, opened while nobody was just acknowledged, is taken right before the late one is due.
    other = pager.world.ticket()
    pager.settings(storm_window="0")
    pager.world.append(other, "triaged_escalate")
    pager.presses_key(pager.ring(other))
    pager.settings(storm_window="10 minutes")
    pager.pass_time("2 minutes", late)
    pager.sweep()

    assert len(pager.attempts(late)) == 1


def test_after_the_window_the_next_one_rings(pager: Pager) -> None:
    first = pager.escalated_report()
    pager.presses_key(pager.ring(first))
    pager.pass_time("11 minutes")
    later = pager.escalated_report()

    assert len(pager.attempts(later)) == 1
    assert pager.notices(later) == []


def test_a_late_one_waits_beside_nobody_who_left(pager: Pager) -> None:
    first = pager.escalated_report()
    bob = pager.world.value("select id from public.engineers where name = 'Bob'")
    pager.world.append(first, "acknowledged", conn=pager.world.signed_in("Bob"))
    waiting = pager.escalated_report()
    assert pager.attempts(waiting) == []
    pager.world.do("update public.engineers set is_active = false where id = %s", bob)
    later = pager.escalated_report()
    pager.sweep()

    assert sorted(pager.states([first, waiting, later]).items()) == [("joined", 2), ("ringing", 1)]
    assert pager.stalled() == []


@pytest.mark.parametrize("event", ["closed", "deescalated"])
def test_ending_the_leader_lets_the_others_ring_on_as_one(pager: Pager, event: str) -> None:
    tickets = storm(pager)
    first = leader(pager, tickets)
    pager.world.append(first, event)
    others = [t for t in tickets if t != first]
    pager.work()

    assert pager.states(others) == {"ringing": 1, "joined": STORM - 2}
    assert len(pager.attempts(leader(pager, others))) == 1
    assert pager.stalled() == []


def test_the_page_of_a_storm_that_expires_rings_once(pager: Pager) -> None:
    tickets = storm(pager)
    pager.presses_key(pager.ring(leader(pager, tickets)))
    pager.work()
    rings = sum(len(pager.attempts(t)) for t in tickets)
    pager.pass_time("61 minutes")
    did = pager.sweep()

    assert did["acks_expired"] == STORM
    assert pager.states(tickets) == {"ringing": 1, "joined": STORM - 1}
    assert sum(len(pager.attempts(t)) for t in tickets) == rings + 1
    assert pager.stalled() == []


def test_one_reminder_for_the_whole_storm(pager: Pager) -> None:
    tickets = storm(pager)
    pager.presses_key(pager.ring(leader(pager, tickets)))
    pager.work()
    pager.pass_time("51 minutes")
    for _ in range(3):
        pager.sweep()

    notices = [a for t in tickets for a in pager.attempts(t, "notice")]
    assert len(notices) == 1
    assert f"and {STORM - 1} more?" in notices[0]["note"]
    assert [pager.world.journal(t).count("ack_reminded") for t in tickets] == [1] * STORM


def test_a_sign_of_life_on_one_ticket_is_one_for_all_of_the_page(pager: Pager) -> None:
    tickets = storm(pager, 6)
    pager.presses_key(pager.ring(leader(pager, tickets)))
    pager.work()
    pager.pass_time("51 minutes")
    pager.world.append(tickets[2], "note", "still looking", conn=pager.world.signed_in("Ana"))
    pager.sweep()
    pager.pass_time("15 minutes")
    pager.sweep()
    assert pager.states(tickets) == {"acknowledged": 6}
    pager.pass_time("60 minutes")
    pager.sweep()

    assert pager.states(tickets) == {"ringing": 1, "joined": 5}


def test_a_report_that_joins_in_the_slow_pause_rings_at_once(pager: Pager) -> None:
    pager.settings(page_cycles=1, page_repeat="3 hours")
    first = pager.escalated_report()
    for _ in range(3):
        pager.work()
        pager.next_step(first)
    assert pager.page(first)["step"] == 0
    before = len(pager.attempts(first))
    pager.sweep()
    assert len(pager.attempts(first)) == before
    late = pager.escalated_report()
    pager.work()

    assert pager.state(late) == "joined"
    assert len(pager.attempts(first)) == before + 1


def test_joining_races_the_acknowledgement(pager: Pager) -> None:
    for _ in range(20):
        first = pager.escalated_report()
        call = pager.ring(first)
        token = pager.token(call)
        late = [pager.world.ticket() for _ in range(4)]

        def act(
            conn: Connection, n: int, late: list[int] = late, call: int = call, token: str = token
        ) -> Any:
            if n == 4:
                query = "select outcome from private.answer_call(%s, %s, %s, 0, '1')"
                row = conn.execute(query, (call, token, f"sid-{call}")).fetchone()
                return row and row[0]
            return conn.execute(ESCALATE, (late[n],)).rowcount

        results = at_once(pager.world.database, None, 5, act)
        pager.work()

        assert results == [1, 1, 1, 1, "acknowledged"]
        for ticket in late:
            page = pager.page(ticket)
            assert page["state"] == "acknowledged" or (page["due_at"] and page["leader_id"])
        assert pager.stalled() == []
        for ticket in [first, *late]:
            pager.world.append(ticket, "closed")
        pager.work()


def test_joining_races_the_closing_of_the_leader(pager: Pager) -> None:
    for _ in range(20):
        first = pager.escalated_report()
        late = [pager.world.ticket() for _ in range(4)]

        def act(conn: Connection, n: int, first: int = first, late: list[int] = late) -> Any:
            ticket, event = (first, "closed") if n == 4 else (late[n], "triaged_escalate")
            query = "insert into public.ticket_actions (ticket_id, event) values (%s, %s)"
            return conn.execute(query, (ticket, event)).rowcount

        results = at_once(pager.world.database, None, 5, act)
        pager.work()

        assert results == [1] * 5
        assert pager.states(late) == {"ringing": 1, "joined": 3}
        assert pager.stalled() == []
        for ticket in late:
            pager.world.append(ticket, "closed")
        pager.work()


def test_two_pages_that_ring_again_by_hand_do_not_wait_for_each_other(pager: Pager) -> None:
    """Each held its own page and wanted to look at the other's."""
    for _ in range(10):
        tickets = storm(pager, 6)
        for ticket in tickets:
            pager.world.append(ticket, "acknowledged", conn=pager.world.signed_in("Ana"))
        results = at_once(
            pager.world.database,
            None,
            6,
            lambda conn, n, tickets=tickets: (  # type: ignore[misc]
                conn.execute(
                    "update public.tickets set status = 'escalation_pending' where id = %s", (tickets[n],)
                ).rowcount
            ),
        )

        assert results == [1] * 6
        assert pager.states(tickets) == {"ringing": 1, "joined": 5}
        for ticket in tickets:
            pager.world.append(ticket, "closed")
        pager.work()


EVENTS = ("closed", "triaged_escalate", "human_requested", "message")
QUERIES = {
    "sweep": "select private.sweep()",
    "hand_over": "select private.hand_over(%s, 'x')",
    "acknowledge": "select private.press_page(%s, 'acknowledge', 'telegram', %s)",
    "pass_on": "select private.press_page(%s, 'pass_on', 'telegram', %s)",
    "expire": "update public.escalations set ack_expires_at = clock_timestamp() - interval '1 second' where id ="
    " (select id from public.escalations where state = 'acknowledged' order by id limit 1 for update skip locked)",
}


def act(conn: Connection, what: str, args: tuple[Any, ...]) -> str:
    if what == "work":
        for msg_id, body in conn.execute(
            "select msg_id, message from private.read_queue('escalations', 30, 5)"
        ).fetchall():
            handle(conn, msg_id, body)
    elif what in EVENTS:
        conn.execute("insert into public.ticket_actions (ticket_id, event) values (%s, %s)", (*args, what))
    else:
        conn.execute(QUERIES[what].encode(), args)
    return what


def handle(conn: Connection, msg_id: int, body: dict[str, Any]) -> None:
    if body["kind"] == "attempt":
        claim = "select outcome from private.claim_attempt(%s, %s, '{phone_call,telegram_message,sms}', 35)"
        row = conn.execute(claim, (body["attempt_id"], msg_id)).fetchone()
        if row and row[0] == "claimed":
            outcome = ("no_answer", "delivered", "failed", "ringing")[msg_id % 4]
            conn.execute(
                "select private.settle_attempt(%s, %s, %s, null)", (body["attempt_id"], msg_id, outcome)
            )
    elif body["kind"] == "settle":
        conn.execute("select private.settle_joined(%s, %s)", (body["escalation_id"], body.get("taken_with")))
    conn.execute("select private.archive_message('escalations', %s)", (msg_id,))


def test_mixed_traffic_neither_deadlocks_nor_loses_a_page(pager: Pager) -> None:
    """Twenty rounds of everything at once, and then everybody who waits still has a page that rings."""
    world, dice = pager.world, random.Random(20)  # noqa: S311  # a test
    people = world.rows("select id, telegram_user_id::text from public.engineers order by id")
    tickets = [world.ticket("escalation_pending") for _ in range(8)]
    done: list[str] = []
    for number in range(20):
        attempts = world.rows("select id from public.escalation_attempts order by id desc limit 5")
        serious = [t for t in tickets if world.status(t) in ("escalation_pending", "escalated")]
        tickets.append(world.ticket())
        plan: list[tuple[str, tuple[Any, ...]]] = [
            ("sweep", ()),
            ("sweep", ()),
            ("work", ()),
            ("work", ()),
            ("expire", ()),
            ("hand_over", (people[number % 2][0],)),
            ("triaged_escalate", (tickets[-1],)),
            ("human_requested", (dice.choice(tickets[:-1]),)),
            ("message", (dice.choice(serious or tickets),)),
            ("closed", (dice.choice(serious or tickets),)),
            ("acknowledge", (dice.choice(attempts)[0], dice.choice(people)[1])),
            ("pass_on", (dice.choice(attempts)[0], dice.choice(people)[1])),
        ]
        dice.shuffle(plan)
        results = at_once(
            world.database,
            None,
            len(plan),
            lambda conn, n, plan=plan: act(conn, *plan[n]),  # type: ignore[misc]
        )
        # What the law of a ticket's life refuses is no deadlock: somebody else was first.
        refused = [r for r in results if isinstance(r, psycopg.Error)]
        assert {e.diag.constraint_name for e in refused} <= {"ticket_transition_allowed"}, refused
        done += [r for r in results if isinstance(r, str)]
    for _ in range(3):
        pager.sweep()
        pager.work()

    assert len(done) > 220
    waiting = [t for t in tickets if world.status(t) == "escalation_pending"]
    assert len(waiting) > 0
    for page in [pager.page(ticket) for ticket in waiting]:
        rings = page["id"] if page["state"] == "ringing" else page["leader_id"]
        state, due_at = world.row("select state, due_at from public.escalations where id = %s", rings)
        assert (state, due_at is not None) == ("ringing", True)
    assert pager.stalled() == []
    assert world.rows("select * from ops.status_drift", conn=world.superuser) == []
    assert world.rows("select * from ops.verify_journal()", conn=world.superuser) == []


def test_the_button_of_a_notice_takes_the_late_one(pager: Pager) -> None:
    ana = pager.world.value("select telegram_user_id from public.engineers where name = 'Ana'")
    first = pager.escalated_report()
    pager.presses_key(pager.ring(first))
    late = pager.escalated_report()
    notice = pager.attempts(late, "notice")[0]["id"]
    assert pager.claim(notice) == "claimed"
    pager.settle(notice, "delivered")

    assert pager.presses_button(notice, ana) == ("acknowledged", "Ana")
    pager.work()
    assert pager.states([first, late]) == {"acknowledged": 2}
    assert pager.attempts(late) == []


def test_a_notice_is_not_sent_of_what_somebody_took_meanwhile(pager: Pager) -> None:
    pager.presses_key(pager.ring(pager.escalated_report()))
    late = pager.escalated_report()
    pager.world.append(late, "acknowledged", conn=pager.world.signed_in("Bob"))

    assert [outcome for _, _, outcome in pager.notices(late)] == ["cancelled"]
    assert pager.claim(pager.attempts(late, "notice")[0]["id"]) == "gone"


def test_leaving_races_joining_and_expiring(pager: Pager) -> None:
    """Who leaves touches only the own row; the pages follow by the sweep."""
    pager.settings(storm_window="1 hour", ack_timeout="30 minutes")
    for number in range(10):
        name = f"Eve{number}"
        eve = pager.engineer(name)
        held = storm(pager, 3)
        for ticket in held:
            pager.world.append(ticket, "acknowledged", conn=pager.world.signed_in(name))
        pager.pass_time("31 minutes")
        late = pager.world.ticket()

        def one(conn: Connection, n: int, eve: int = eve, late: int = late, held: list[int] = held) -> Any:
            if n == 0:
                query = "update public.engineers set is_active = false where id = %s"
                return conn.execute(query, (eve,)).rowcount
            if n == 1:
                return conn.execute(ESCALATE, (late,)).rowcount
            if n == 2:
                query = "update public.tickets set status = 'escalation_pending' where id = %s and status = 'escalated'"
                return conn.execute(query, (held[0],)).rowcount is not None
            return pager.sweep(conn) is not None

        results = at_once(pager.world.database, None, 5, one)
        assert [r for r in results if isinstance(r, psycopg.Error)] == []
        pager.sweep()

        assert pager.states([*held, late]) == {"ringing": 1, "joined": 3}
        assert pager.stalled() == []
        for ticket in [*held, late]:
            pager.world.append(ticket, "closed")
        pager.work()
