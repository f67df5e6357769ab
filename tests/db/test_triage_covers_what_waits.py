"""Triage works on tickets: one lease at a time, one verdict for all that waits, and the database decides what it means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import claim, deliver, record, triage
from tests.db.world import World, at_once, counted, refused


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
    world.superuser.execute("update private.triage_state set lease_until = clock_timestamp() - interval '1 s'")

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


@pytest.mark.parametrize("change", ["message", "edited", "deleted"])
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


@pytest.mark.parametrize(
    ("source", "app", "severity", "escalate", "expected"),
    [
        (None, 0.7, 0.69, False, "triaged_answer"),
        (None, 0.7, 0.7, False, "triaged_escalate"),
        (None, 0.3, 0.3, False, "triaged_escalate"),
        (0.9, 0.3, 0.89, False, "triaged_answer"),
        (0.9, 0.3, 0.9, False, "triaged_escalate"),
        (0.0, 0.7, 0.0, False, "triaged_escalate"),
        (None, 0.7, 0.0, True, "triaged_escalate"),
    ],
)
def test_the_threshold_is_the_sources_or_else_the_one_of_all(
    world: World, source: float | None, app: float, severity: float, escalate: bool, expected: str
) -> None:
    ticket = reported(world, **({} if source is None else {"escalation_threshold": source}))
    world.do("update public.app_settings set escalation_threshold = %s", app)

    assert triage(world, ticket, severity=severity, escalate=escalate) == expected
    assert world.status(ticket) == {"triaged_answer": "auto_answered"}.get(expected, "escalation_pending")
    assert world.value("select severity::float from public.tickets") == severity


@pytest.mark.parametrize(
    ("mode", "verdict", "event", "status", "reply"),
    [
        ("auto", {}, "triaged_answer", "auto_answered", ("answer", "pending", "Please reload the page.")),
        ("auto", {"reply": ""}, "triaged_answer", "auto_answered", ("answer", "pending", "Thank you for the report")),
        ("auto", {"escalate": True}, "triaged_escalate", "escalation_pending", ("hand_off", "pending", "Please reload")),
        (
            *("auto", {"escalate": True, "reply": ""}),
            *("triaged_escalate", "escalation_pending", ("hand_off", "pending", "I am handing this")),
        ),
        ("draft", {}, "reply_drafted", "open", ("draft", "draft", "Please reload the page.")),
        ("draft", {"escalate": True}, "triaged_escalate", "escalation_pending", ("hand_off", "pending", "I am handing")),
        ("off", {}, "summarised", "open", None),
        ("off", {"escalate": True}, "triaged_escalate", "escalation_pending", None),
        ("auto", {"category": "noise"}, "triaged_ignore", "closed", None),
        ("draft", {"category": "noise"}, "triaged_ignore", "closed", None),
        ("off", {"category": "noise"}, "triaged_ignore", "closed", None),
        ("auto", {"category": "noise", "escalate": True}, "triaged_escalate", "escalation_pending", ("hand_off", "pending", "")),
    ],
)
def test_what_a_verdict_means(
    world: World, mode: str, verdict: dict[str, Any], event: str, status: str, reply: tuple[str, str, str] | None
) -> None:
    ticket = reported(world, reply_mode=mode)

    assert triage(world, ticket, **verdict) == event
    assert world.status(ticket) == status
    found = world.rows("select kind, state, body from public.replies")
    assert [row[:2] for row in found] == ([reply[:2]] if reply else [])
    assert all(row[2].startswith(reply[2]) for row in found if reply)
    assert len(world.queue("replies")) == (1 if reply and reply[1] == "pending" else 0)


def test_the_journal_says_who_decided_and_why(world: World) -> None:
    ticket = reported(world)
    triage(world, ticket, engine="model", model="m-1", reason="because", fallback_reason="", severity=0.25)
    actor, kind, action, body, payload = world.row(
        "select actor, actor_type::text, action_type::text, body, payload from public.ticket_actions where seq = 2"
    )

    assert (actor, kind, action, body) == ("bot:model", "bot", "llm_answer", "Please reload the page.")
    assert (payload["title"], payload["summary"], payload["reason"]) == (
        *("Site is down", "The site does not load.", "because"),
    )
    facts = payload["facts"]
    assert (facts["severity"], facts["model"], facts["answers_seq"], facts["category"]) == (0.25, "m-1", 1, "bug")
    assert not {"title", "summary", "reason", "reply", "fallback_reason"} & facts.keys()
    assert world.row("select title, summary, language from public.tickets") == (
        *("Site is down", "The site does not load.", "en"),
    )


@pytest.mark.parametrize("status", ["escalation_pending", "escalated"])
def test_while_a_human_has_it_the_bot_only_summarises(world: World, status: str) -> None:
    ticket = reported(world)
    triage(world, ticket, escalate=True)
    if status == "escalated":
        world.append(ticket, "acknowledged")
    deliver(world)
    world.says("And now?", message=2, thread_key="msg:1")

    assert triage(world, ticket, severity=1.0, escalate=True, title="Worse") == "summarised"
    assert world.status(ticket) == status
    assert world.queue("replies") == []
    assert world.row("select title, severity::float from public.tickets") == ("Worse", 1.0)


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
        "", event="deleted", external_id="telegram:-1001/3#deleted", refers_to="telegram:-1001/3", needs_ticket=True
    )
    triage(world, ticket)
    world.append(ticket, "note", "not for the model")
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


def test_an_engineers_words_are_an_engineers(world: World) -> None:
    world.engineer()
    ticket = reported(world)
    world.append(ticket, "public_reply", "Hello", conn=world.signed_in())

    assert conversation(world, ticket)[-1] == (2, "engineer", "Hello")


def test_erased_words_are_not_in_the_conversation(world: World) -> None:
    ticket = reported(world, 2)
    world.value("select private.erase_content(%s, 'asked', array[1])", ticket)

    assert conversation(world, ticket) == [(2, "customer", "Message 1")]


def test_the_threshold_of_the_environment_is_within_bounds(world: World) -> None:
    world.rows("select private.set_escalation_threshold(0.4)", conn=world.worker)
    with refused("escalation_threshold_is_between_0_and_1"):
        world.rows("select private.set_escalation_threshold(1.4)", conn=world.worker)

    assert world.value("select escalation_threshold::float from public.app_settings") == 0.4
