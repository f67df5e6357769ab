"""The health page knows of every queue, dead letter, worker, source and alarm, and of the journal's proof."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from dashboard.database import Connection
from dashboard.queries import health
from tests.db.conversation import claim_part, finish, settle, triage
from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def queue(conn: Connection, name: str) -> health.Queue:
    (found,) = [q for q in health.queues(conn) if q.name == name]
    return found


def test_an_empty_queue_says_that_nothing_waits(world: World, ana: Connection) -> None:
    assert queue(ana, "triage") == health.Queue("triage", 0, 0, 0, 0, False, None, None)
    assert {"triage", "replies", "escalations"} <= {q.name for q in health.queues(ana)}


def test_what_waits_is_in_hand_is_put_off_or_dead_is_told_apart(world: World, ana: Connection) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    for n in range(6):
        world.rows("select private.enqueue('triage', %s)", f'{{"ticket_id": {n}}}')
    world.rows("select private.enqueue('triage', '{}', 600)")
    dead, _in_hand = (message for message, _, _ in world.take("triage", quantity=2))
    world.rows("select private.fail_message('triage', %s, 'why')", dead)

    found = queue(ana, "triage")
    assert (found.waiting, found.in_hand, found.delayed, found.dead, found.is_capped) == (4, 1, 1, 1, False)


def test_a_queue_says_since_when_the_oldest_is_there_and_is_due(world: World, ana: Connection) -> None:
    for _ in range(2):
        world.rows("select private.enqueue('triage', '{}')")
    oldest, newest = world.rows("select msg_id from pgmq.q_triage order by msg_id", conn=world.superuser)
    move = "update pgmq.q_triage set enqueued_at = now() - %s, vt = now() + %s where msg_id = %s"
    world.do(move, timedelta(minutes=20), timedelta(minutes=5), *oldest, conn=world.superuser)
    world.do(move, timedelta(minutes=10), timedelta(minutes=-3), *newest, conn=world.superuser)

    found = queue(ana, "triage")
    now = world.value("select now()")
    assert found.oldest_at is not None
    assert found.due_since is not None
    assert timedelta(minutes=20) <= now - found.oldest_at < timedelta(minutes=21)
    assert timedelta(minutes=3) <= now - found.due_since < timedelta(minutes=4)


def test_a_queue_of_a_hundred_thousand_is_counted_to_ten_thousand(world: World, ana: Connection) -> None:
    for name in ("triage", "triage_dead"):
        world.do(
            f"insert into pgmq.q_{name} (vt, message)"
            " select now() - interval '1 second', '{}' from generate_series(1, 100000)",
            conn=world.superuser,
        )

    found = queue(ana, "triage")
    assert (found.waiting, found.dead, found.is_capped) == (10_000, 10_000, True)


def test_a_queue_that_is_added_is_seen(world: World, ana: Connection) -> None:
    world.do("select pgmq.create('extra'), pgmq.create('extra_dead')")
    world.do("insert into private.queues (name) values ('extra')")
    world.rows("select private.enqueue('extra', '{}')")

    assert queue(ana, "extra").waiting == 1
    assert health.dead_letters(ana) == ()


def test_a_dead_letter_is_shown_and_put_back(world: World, ana: Connection) -> None:
    world.do("update public.app_settings set queue_max_attempts = 1")
    ticket = world.ticket()
    world.rows("select private.enqueue('triage', %s)", f'{{"ticket_id": {ticket}}}')
    ((message, _, _),) = world.take("triage")
    world.rows("select private.fail_message('triage', %s, 'KeyError: x')", message)

    (letter,) = health.dead_letters(ana)
    assert (letter.queue, letter.reason, letter.attempts, letter.ticket_id, letter.message) == (
        *("triage", "KeyError: x", 1, ticket),
        {"ticket_id": ticket},
    )
    assert health.requeue(ana, letter.queue, letter.msg_id) is True
    assert health.requeue(ana, letter.queue, letter.msg_id) is False
    assert health.dead_letters(ana) == ()
    assert queue(ana, "triage").waiting == 1


def test_workers_are_shown_with_how_long_they_have_been_silent(world: World, ana: Connection) -> None:
    world.rows("select private.sign_of_life(%s, 'triage', 'here', 7)", uuid4(), conn=world.worker)
    world.rows("select private.sign_of_life(%s, 'replies', 'there', 8)", uuid4(), conn=world.worker)
    world.do("update private.workers set seen_at = seen_at - interval '1 minute' where host = 'there'")

    here, there = health.workers(ana)
    assert (here.host, here.pid, here.queues, here.is_alive) == ("here", 7, ["triage"], True)
    assert (there.host, there.is_alive) == ("there", False)
    assert 60 <= there.silent_seconds < 120


def activity(conn: Connection) -> dict[str, health.SourceActivity]:
    return {source.name: source for source in health.source_activity(conn)}


def test_a_source_says_when_a_customer_last_did_something(world: World, ana: Connection) -> None:
    world.source()
    world.source("-1002")
    world.says()
    at = world.value("select created_at from public.ticket_actions")

    assert activity(ana)["source -1001"].last_event_at == at
    assert activity(ana)["source -1002"].last_event_at is None


def test_a_busy_source_is_written_now_and_then_only(world: World, ana: Connection) -> None:
    world.source()
    for _ in range(2):
        world.says()
    first, second = (at for (at,) in world.rows("select created_at from public.ticket_actions order by id"))
    assert activity(ana)["source -1001"].last_event_at == first
    world.do("update private.source_activity set last_event_at = last_event_at - interval '11 seconds'")
    world.says()

    last_event_at = activity(ana)["source -1001"].last_event_at
    assert last_event_at is not None
    assert last_event_at > second


def test_what_the_bot_and_engineers_do_is_no_event_of_a_source(world: World, ana: Connection) -> None:
    world.append(world.ticket("awaiting_feedback"), "note", "hm", conn=ana)

    assert activity(ana)["source -1001"].last_event_at is None


def test_nobody_waits_for_the_row_of_a_busy_source(world: World, ana: Connection) -> None:
    world.source()
    world.says()
    world.do("update private.source_activity set last_event_at = last_event_at - interval '11 seconds'")
    before = world.value("select last_event_at from private.source_activity")
    with world.database.connect() as holder:
        holder.execute("begin")
        holder.execute("update private.source_activity set last_event_at = last_event_at")
        world.webhook.execute("set lock_timeout = '5s'")

        assert world.says(author="telegram:8").outcome == "created"
        assert activity(ana)["source -1001"].last_event_at == before
        holder.execute("rollback")


def test_nothing_is_alarming_where_nothing_is_stuck(world: World, ana: Connection) -> None:
    nothing = health.Alarm(0, None, (), ())

    assert health.alarms(ana) == health.Alarms(nothing, nothing, nothing)


def test_a_ticket_that_no_triage_has_covered_is_alarming(world: World, ana: Connection) -> None:
    world.source()
    tickets = [world.says(author=f"telegram:{n}").ticket_id for n in range(25)]
    triage(world, tickets[0] or 0)

    found = health.alarms(ana).untriaged_tickets
    assert (found.tickets, found.ticket_ids) == (24, tuple(tickets[1:21]))
    assert found.since == world.value("select updated_at from public.tickets where id = %s", tickets[1])


@pytest.mark.parametrize("state", ["unknown", "pending"])
def test_a_reply_of_unknown_outcome_is_alarming(world: World, ana: Connection, state: str) -> None:
    """Also while the platform is still being asked."""
    world.source()
    ticket = world.says().ticket_id or 0
    triage(world, ticket)
    ((message, _, body),) = world.take("replies")
    settle(world, claim_part(world, body["reply_id"])["attempt_id"], "unknown", error="timed out")
    if state == "unknown":
        finish(world, body["reply_id"], message, "unknown", "timed out")

    found = health.alarms(ana).unknown_replies
    assert (found.tickets, found.ticket_ids, found.reasons) == (1, (ticket,), ("timed out",))
    assert world.value("select count(*) from ops.unknown_replies") == 1


def test_a_stalled_page_is_alarming(world: World, ana: Connection) -> None:
    pager = Pager(world)
    pager.engineer("Ben", on_call=True)
    pager.policy(*ONE_BY_ONE)
    ticket = pager.escalated_report()
    assert health.alarms(ana).stalled_pages.tickets == 0
    pager.pass_time("10 minutes", ticket)

    found = health.alarms(ana).stalled_pages
    assert (found.tickets, found.ticket_ids) == (1, (ticket,))
    assert found.reasons == ("a step is due and no worker begins it",)


def test_the_journal_says_when_it_was_verified(world: World, ana: Connection) -> None:
    ticket = world.ticket("escalated")
    assert health.journal(ana) == health.Journal(None, None, None)
    world.rows("select private.checkpoint_journal()")
    assert world.rows("select * from ops.check_journal()") == []
    checked, kept = world.row(
        "select checked_at, (select max(taken_at) from public.journal_checkpoints) from private.journal_checks"
    )

    assert health.journal(ana) == health.Journal(checked, 0, kept)
    world.superuser.execute("set session_replication_role = replica")
    world.do("update public.ticket_actions set actor = 'x' where seq = 1", conn=world.superuser)
    ((bad, _, _),) = world.rows("select * from ops.check_journal()")
    assert bad == ticket
    assert health.journal(ana).bad_tickets == 1
