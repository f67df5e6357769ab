"""Triage works on tickets: one lease at a time, one verdict for all that waits, and the database decides what it means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import claim, record, triage
from tests.db.world import World, at_once, counted


def reported(world: World, messages: int = 1, **settings: Any) -> int:
    world.source(**settings)
    first = world.says("Message 0", message=1)
    for n in range(1, messages):
        world.says(f"Message {n}", message=n + 1, thread_key="msg:1")
    assert first.ticket_id is not None
    return first.ticket_id


def events(world: World, ticket: int) -> list[str]:
    return [event for event in world.journal(ticket) if event != "message"]


def archived(world: World) -> int:
    count: int = world.value("select count(*) from pgmq.a_triage", conn=world.superuser)
    return count


def test_five_waiting_messages_cost_one_verdict(world: World) -> None:
    ticket = reported(world, 5)
    messages = [number for number, _, _ in world.take("triage")]

    assert claim(world, ticket, messages[0]) == ("claimed", 5)
    assert claim(world, ticket, messages[1]) == ("covered", None)
    assert claim(world, ticket, messages[2]) == ("covered", None)
    assert record(world, ticket, messages[0], 5) == "triaged_answer"
    assert claim(world, ticket, messages[3]) == ("nothing_to_do", None)
    assert claim(world, ticket, messages[4]) == ("nothing_to_do", None)
    assert events(world, ticket) == ["triaged_answer"]
    assert (world.queue("triage"), archived(world)) == ([], 5)
    assert world.rows("select * from ops.untriaged_tickets") == []


def test_of_many_claims_at_once_one_wins(world: World) -> None:
    ticket = reported(world, 10)
    messages = [number for number, _, _ in world.take("triage")]
    results = at_once(
        world.database,
        "shiftbot_worker",
        10,
        lambda conn, n: conn.execute(
            "select outcome from private.claim_triage(%s, %s, 60)", (ticket, messages[n])
        ).fetchone()[0],  # type: ignore[index]
    )

    assert counted(results) == {"claimed": 1, "covered": 9}


def test_the_same_message_claims_again_after_its_worker_died(world: World) -> None:
    ticket = reported(world)
    ((number, _, _),) = world.take("triage")

    assert claim(world, ticket, number) == ("claimed", 1)
    assert claim(world, ticket, number) == ("claimed", 1)
    assert record(world, ticket, number, 1) == "triaged_answer"


def test_a_lease_that_ran_out_is_taken_over_and_the_first_is_superseded(world: World) -> None:
    ticket = reported(world, 2)
    (first, _, _), (second, _, _) = world.take("triage")
    assert claim(world, ticket, first) == ("claimed", 2)
    world.superuser.execute(
        "update private.triage_state set lease_until = clock_timestamp() - interval '1 s'"
    )

    assert claim(world, ticket, second) == ("claimed", 2)
    assert record(world, ticket, first, 2) == "superseded"
    assert events(world, ticket) == []
    assert record(world, ticket, second, 2) == "triaged_answer"
    assert events(world, ticket) == ["triaged_answer"]


def test_a_message_that_was_buried_covers_nothing(world: World) -> None:
    ticket = reported(world)
    ((number, _, _),) = world.take("triage")
    claim(world, ticket, number, lease=3600)
    world.do("update public.app_settings set queue_max_attempts = 1")
    assert world.value("select private.fail_message('triage', %s, 'boom')", number) == "dead"
    assert world.value("select private.requeue_dead('triage')") == 1
    ((again, _, _),) = world.take("triage")

    assert claim(world, ticket, again) == ("claimed", 1)


def test_a_message_that_was_put_off_covers_nothing(world: World) -> None:
    ticket = reported(world)
    ((number, _, _),) = world.take("triage")
    claim(world, ticket, number, lease=3600)
    world.rows("select private.postpone_message('triage', %s, 5)", number, conn=world.worker)
    world.superuser.execute("update pgmq.q_triage set vt = clock_timestamp()")
    ((again, _, _),) = world.take("triage")

    assert claim(world, ticket, again) == ("claimed", 1)


def test_a_ticket_nobody_knows_has_nothing_to_do(world: World) -> None:
    number = world.value("select private.enqueue('triage', '{\"ticket_id\": 404}')")

    assert claim(world, 404, number) == ("nothing_to_do", None)
    assert world.queue("triage") == []


def test_a_closed_ticket_has_nothing_to_do(world: World) -> None:
    ticket = reported(world)
    world.append(ticket, "closed")
    ((number, _, _),) = world.take("triage")

    assert claim(world, ticket, number) == ("nothing_to_do", None)


@pytest.mark.parametrize("change", ["message", "edited"])
def test_a_verdict_on_what_has_changed_is_outdated(world: World, change: str) -> None:
    ticket = reported(world)
    ((number, _, _),) = world.take("triage")
    _, upto = claim(world, ticket, number)
    more: dict[str, Any] = (
        {"thread_key": "msg:1"}
        if change == "message"
        else {"external_id": "telegram:-1001/1#change", "refers_to": "telegram:-1001/1", "needs_ticket": True}
    )
    world.says("More", event=change, **more)

    assert record(world, ticket, number, upto, severity=0.99, language="de") == "outdated"
    assert world.status(ticket) == "open"
    assert world.row("select severity, language from public.tickets") == (None, None)
    assert events(world, ticket)[-1] == "triage_discarded"
    assert world.rows("select * from public.replies") == []
    assert [row[0] for row in world.rows("select ticket_id from ops.untriaged_tickets")] == [ticket]
    # It is on the queue again, whether or not the change called for triage itself.
    ids = [number for number, _, _ in world.take("triage")]
    assert claim(world, ticket, ids[0]) == ("claimed", 2)
    assert record(world, ticket, ids[0], 2) == "triaged_answer"


def conversation(world: World, ticket: int) -> list[tuple[Any, ...]]:
    said = world.value("select private.conversation(%s)", ticket)
    return [(item["seq"], item["role"], item["text"]) for item in said]


def test_the_conversation_is_what_stands_today(world: World) -> None:
    ticket = reported(world, 3)
    for n, text in ((1, "First try"), (2, "Second try")):
        world.says(
            text,
            event="edited",
            external_id=f"telegram:-1001/2#edit:{n}",
            refers_to="telegram:-1001/2",
            needs_ticket=True,
        )
    world.says(
        "",
        event="deleted",
        external_id="telegram:-1001/3#deleted",
        refers_to="telegram:-1001/3",
        needs_ticket=True,
    )
    triage(world, ticket)
    world.append(ticket, "note", "not for the model")
    world.do("update public.replies set state = 'delivered', finished_at = now()")
    world.append(ticket, "public_reply", "Hello from Ana")
    world.do("update public.tickets set status = 'awaiting_feedback' where id = %s", ticket)
    world.do("update public.tickets set status = 'open' where id = %s", ticket)

    assert conversation(world, ticket) == [
        (1, "customer", "Message 0"),
        (2, "customer", "Second try"),
        (7, "bot", "Please reload the page."),
        (9, "bot", "Hello from Ana"),
    ]


def test_the_claim_holds_the_conversation_with_its_attachments(world: World) -> None:
    world.source()
    ticket = world.says("Look", message=1, payload={"attachments": [{"kind": "photo"}]}).ticket_id
    ((number, _, _),) = world.take("triage")
    platform, source, said = world.row(
        "select platform::text, source_name, conversation from private.claim_triage(%s, %s, 60)",
        *(ticket, number),
        conn=world.worker,
    )

    assert (platform, source) == ("telegram", "source -1001")
    assert said[0]["attachments"] == [{"kind": "photo"}]
    assert (said[0]["author"], said[0]["role"], said[0]["text"]) == ("telegram:7", "customer", "Look")


def test_what_the_customer_took_back_is_answered_by_nobody(world: World) -> None:
    ticket = reported(world)
    ((number, _, _),) = world.take("triage")
    _, upto = claim(world, ticket, number)
    gone = {"external_id": "telegram:-1001/1#deleted", "refers_to": "telegram:-1001/1", "needs_ticket": True}
    world.says("", event="deleted", **gone)

    assert record(world, ticket, number, upto) == "outdated"

    ((again, _, _),) = world.take("triage")

    assert claim(world, ticket, again) == ("nothing_to_do", None)
    assert events(world, ticket) == ["deleted", "triage_discarded", "triaged_ignore"]
    assert world.status(ticket) == "closed"
    assert (world.queue("triage"), world.rows("select * from public.replies")) == ([], [])
    assert world.rows("select * from ops.untriaged_tickets") == []


def test_an_engineers_words_are_an_engineers(world: World) -> None:
    world.engineer()
    ticket = reported(world)
    world.append(ticket, "public_reply", "Hello", conn=world.signed_in())

    assert conversation(world, ticket)[-1] == (2, "engineer", "Hello")


def test_erased_words_are_not_in_the_conversation(world: World) -> None:
    ticket = reported(world, 2)
    world.value("select private.erase_content(%s, 'asked', array[1])", ticket)

    assert conversation(world, ticket) == [(2, "customer", "Message 1")]
