"""How the last hours went: tickets, first answers, acknowledgements, rings and verdicts. Time passes by moving rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from dashboard.database import Connection
from dashboard.queries import health
from tests.db.conversation import answered, deliver, triage
from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def pass_time(world: World, interval: str, where: str = "true") -> None:
    """Moves everything that was written so far into the past."""
    world.superuser.execute("set session_replication_role = replica")
    for table, columns, key in (
        ("tickets", ("created_at", "updated_at"), "id"),
        ("ticket_actions", ("created_at",), "ticket_id"),
        ("replies", ("created_at", "finished_at"), "ticket_id"),
    ):
        moved = ", ".join(f"{column} = {column} - interval '{interval}'" for column in columns)
        world.do(
            f"update public.{table} set {moved} where {where.replace('ticket', key)}", conn=world.superuser
        )


def hours(paces: Iterable[health.Pace]) -> list[datetime | None]:
    return [pace.hour for pace in paces]


def test_tickets_are_counted_by_the_hour(world: World, ana: Connection) -> None:
    world.source()
    first = world.says(author="telegram:8").ticket_id
    world.says(author="telegram:9")
    pass_time(world, "3 hours")
    world.says("more", author="telegram:10")
    now = world.value("select date_trunc('hour', now(), 'UTC')")

    counted = {hour.hour: hour.tickets for hour in health.tickets_per_hour(ana)}
    assert first is not None
    assert len(counted) == 24
    assert {hour: n for hour, n in counted.items() if n} == {now - timedelta(hours=3): 2, now: 1}
    assert list(counted) == sorted(counted)
    assert [h.tickets for h in health.tickets_per_hour(ana, 2)] == [0, 1]


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (1, 1), (168, 168), (10**6, 168)])
def test_no_more_than_a_week_is_looked_at(world: World, ana: Connection, asked: int, given: int) -> None:
    assert len(health.tickets_per_hour(ana, asked)) == given


def test_the_first_answer_counts_from_the_ticket_to_its_delivery(world: World, ana: Connection) -> None:
    world.source()
    for n, seconds in enumerate((10, 20, 30, 40, 100)):
        ticket = answered(world, author=f"telegram:{n}", answer=9100 + n)
        world.do(
            "update public.replies as r set finished_at = t.created_at + make_interval(secs => %s)"
            " from public.tickets as t where t.id = r.ticket_id and t.id = %s",
            *(seconds, ticket),
        )

    found = health.response_times(ana)
    assert found.first_answer == health.Pace(None, 5, 30.0, pytest.approx(76.0))
    assert sum(pace.tickets for pace in found.first_answer_by_hour) == 5
    assert found.acknowledgement is None


def test_only_the_first_delivered_answer_counts(world: World, ana: Connection) -> None:
    world.source()
    ticket = answered(world)
    world.do("update public.replies set finished_at = finished_at - interval '1 second'")
    world.append(ticket, "public_reply", "And this", conn=ana)
    deliver(world, "telegram:-1001/9002")
    handed = world.says(author="telegram:8").ticket_id or 0
    triage(world, handed, severity=0.9)  # "a human was called" is no answer
    deliver(world, "telegram:-1001/9003")
    waits = world.says(author="telegram:9").ticket_id or 0
    triage(world, waits)

    found = health.response_times(ana)
    assert found.first_answer is not None
    assert found.first_answer.tickets == 1


def test_what_is_over_is_not_counted(world: World, ana: Connection) -> None:
    world.source()
    answered(world)
    world.append(world.ticket("escalation_pending"), "acknowledged", conn=ana)
    pass_time(world, "5 hours")

    assert health.response_times(ana, 4) == health.ResponseTimes(None, None, (), ())
    found = health.response_times(ana, 6)
    assert (found.first_answer is not None, found.acknowledgement is not None) == (True, True)
    assert len(found.first_answer_by_hour) == len(found.acknowledgement_by_hour) == 1


def move(world: World, ticket_id: int, event: str, interval: str) -> None:
    """Puts an action so much before its ticket's newest."""
    world.superuser.execute("set session_replication_role = replica")
    world.do(
        "update public.ticket_actions as a set created_at = t.updated_at - %s::interval from public.tickets as t"
        " where t.id = a.ticket_id and t.id = %s and a.event = %s",
        *(interval, ticket_id, event),
        conn=world.superuser,
    )


def test_an_acknowledgement_counts_from_when_the_ticket_began_to_wait(world: World, ana: Connection) -> None:
    ticket = world.ticket("escalation_pending")
    world.append(ticket, "note", "who has it?")
    world.append(ticket, "acknowledged", conn=ana)
    move(world, ticket, "triaged_escalate", "7 minutes")
    move(world, ticket, "note", "2 minutes")

    found = health.response_times(ana)
    assert found.acknowledgement == health.Pace(None, 1, pytest.approx(420), pytest.approx(420))
    assert hours(found.acknowledgement_by_hour) == [world.value("select date_trunc('hour', now(), 'UTC')")]


def test_one_that_ran_out_counts_anew(world: World, ana: Connection) -> None:
    ticket = world.ticket("escalated")
    world.append(ticket, "ack_expired")
    world.append(ticket, "acknowledged", conn=ana)
    for event, ago in (("triaged_escalate", "3 hours"), ("ack_expired", "30 seconds")):
        move(world, ticket, event, ago)

    found = health.response_times(ana).acknowledgement
    assert found is not None
    assert found.tickets == 2
    assert found.p90_seconds <= 10_800


def test_a_ticket_that_waits_from_its_first_row_counts_from_it(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    world.do("update public.tickets set status = 'escalation_pending' where id = %s", ticket)
    world.append(ticket, "acknowledged", conn=ana)
    move(world, ticket, "escalated_manually", "1 minute")

    assert health.response_times(ana).acknowledgement == health.Pace(
        None, 1, pytest.approx(60), pytest.approx(60)
    )


def test_rings_are_counted_by_what_became_of_them(world: World, ana: Connection) -> None:
    pager = Pager(world)
    pager.engineer("Ben", on_call=True)
    pager.engineer("Silent", phone=None)
    pager.policy(("on_call", "phone_call", 60), ("everyone", "phone_call", 60))
    pager.settings(storm_window="0")
    first, second = pager.escalated_report(), pager.escalated_report()
    attempt = pager.ring(first)
    pager.hears(attempt, "answered")
    pager.presses_key(attempt)
    pager.ring(second)
    world.rows("select private.open_test_page((select id from public.engineers where name = 'Ben'))")
    pager.work()
    pager.next_step(second)

    outcomes = {(o.method, o.outcome): o.rings for o in health.ring_outcomes(ana)}
    assert outcomes[("phone_call", "acknowledged")] == 1
    assert outcomes[("phone_call", "skipped")] >= 1
    journaled = world.value(
        "select count(distinct payload #>> '{facts,attempt_id}') from public.ticket_actions where event like 'call_%%'"
    )
    assert sum(outcomes.values()) == journaled
    pass_time(world, "30 hours")
    assert health.ring_outcomes(ana) == ()


def test_no_ring_is_no_outcome(world: World, ana: Connection) -> None:
    pager = Pager(world)
    pager.policy(*ONE_BY_ONE)

    assert health.ring_outcomes(ana) == ()


def test_verdicts_are_counted_by_engine_with_latency_and_tokens(world: World, ana: Connection) -> None:
    world.source()
    cost = {"engine": "model", "model": "gpt-x", "tokens_in": 500, "tokens_out": 20}
    for n, latency in enumerate((100, 200, 300)):
        ticket = world.says(author=f"telegram:{n}").ticket_id or 0
        triage(world, ticket, latency_ms=latency, **cost)
    failed = world.says(author="telegram:9").ticket_id or 0
    triage(world, failed, fallback_reason="timeout: over 20 s", latency_ms=2)
    ignored = world.says(author="telegram:10").ticket_id or 0
    triage(world, ignored, category="noise")

    by_model, model_hour, by_rules, rules_hour = health.verdicts(ana)
    assert by_model == health.Verdicts("model", None, 3, 0, ["gpt-x"], 200.0, pytest.approx(290), 1500, 60)
    assert (by_rules.engine, by_rules.verdicts, by_rules.fallbacks, by_rules.models) == ("rules", 2, 1, [])
    assert (model_hour.verdicts, rules_hour.verdicts) == (3, 2)
    assert model_hour.hour == world.value("select date_trunc('hour', now(), 'UTC')")


def test_why_the_model_failed_is_counted_by_kind(world: World, ana: Connection) -> None:
    world.source()
    for n, why in enumerate(
        ("timeout: over 20 s", "timeout: over 21 s", "model skipped: 5 failures in a row", "")
    ):
        triage(world, world.says(author=f"telegram:{n}").ticket_id or 0, fallback_reason=why)

    assert [(f.kind, f.failures) for f in health.model_failures(ana)] == [
        ("timeout", 2),
        ("model skipped", 1),
    ]
    assert health.model_failures(ana)[1].last_at == world.value(
        "select max(created_at) from public.ticket_actions where payload ->> 'fallback_reason' like 'model%%'"
    )


def test_what_the_database_decides_by_itself_is_no_verdict(world: World, ana: Connection) -> None:
    world.source()
    ticket = world.says(message=7).ticket_id
    gone = {"external_id": "telegram:-1001/7#deleted", "refers_to": "telegram:-1001/7", "needs_ticket": True}
    world.says("", event="deleted", **gone)
    for msg_id, _, body in world.take("triage"):
        world.rows("select private.claim_triage(%s, %s, 60)", body["ticket_id"], msg_id, conn=world.worker)

    assert world.journal(ticket or 0)[-1] == "triaged_ignore"
    assert health.verdicts(ana) == ()


def test_where_nothing_happened_nothing_is_told(world: World, ana: Connection) -> None:
    assert health.response_times(ana) == health.ResponseTimes(None, None, (), ())
    assert health.verdicts(ana) == health.model_failures(ana) == health.ring_outcomes(ana) == ()
    assert {hour.tickets for hour in health.tickets_per_hour(ana)} == {0}
