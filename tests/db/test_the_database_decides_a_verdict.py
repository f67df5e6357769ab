"""The engine proposes; threshold, source settings and status decide which event a verdict is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.conversation import deliver, triage
from tests.db.world import World, refused


def reported(world: World, messages: int = 1, **settings: Any) -> int:
    world.source(**settings)
    first = world.says("Message 0", message=1)
    for n in range(1, messages):
        world.says(f"Message {n}", message=n + 1, thread_key="msg:1")
    assert first.ticket_id is not None
    return first.ticket_id


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
        (
            "auto",
            {"reply": ""},
            "triaged_answer",
            "auto_answered",
            ("answer", "pending", "Thank you for the report"),
        ),
        (
            "auto",
            {"escalate": True},
            "triaged_escalate",
            "escalation_pending",
            ("hand_off", "pending", "Please reload"),
        ),
        (
            *("auto", {"escalate": True, "reply": ""}),
            *("triaged_escalate", "escalation_pending", ("hand_off", "pending", "I am handing this")),
        ),
        ("draft", {}, "reply_drafted", "open", ("draft", "draft", "Please reload the page.")),
        (
            "draft",
            {"escalate": True},
            "triaged_escalate",
            "escalation_pending",
            ("hand_off", "pending", "I am handing"),
        ),
        ("off", {}, "summarised", "open", None),
        ("off", {"escalate": True}, "triaged_escalate", "escalation_pending", None),
        ("auto", {"category": "noise"}, "triaged_ignore", "closed", None),
        ("draft", {"category": "noise"}, "triaged_ignore", "closed", None),
        ("off", {"category": "noise"}, "triaged_ignore", "closed", None),
        (
            *("auto", {"category": "noise", "escalate": True}),
            *("triaged_escalate", "escalation_pending", ("hand_off", "pending", "")),
        ),
    ],
)
def test_what_a_verdict_means(
    world: World,
    mode: str,
    verdict: dict[str, Any],
    event: str,
    status: str,
    reply: tuple[str, str, str] | None,
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
    assert (facts["severity"], facts["model"], facts["answers_seq"], facts["category"]) == (
        0.25,
        "m-1",
        1,
        "bug",
    )
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
        deliver(world, "telegram:-1001/9000")  # that an engineer has it
    deliver(world)
    world.says("And now?", message=2, thread_key="msg:1")

    assert triage(world, ticket, severity=1.0, escalate=True, title="Worse") == "summarised"
    assert world.status(ticket) == status
    assert world.queue("replies") == []
    assert world.row("select title, severity::float from public.tickets") == ("Worse", 1.0)


def test_the_threshold_of_the_environment_is_within_bounds(world: World) -> None:
    world.rows("select private.set_escalation_threshold(0.4)", conn=world.worker)
    with refused("escalation_threshold_is_between_0_and_1"):
        world.rows("select private.set_escalation_threshold(1.4)", conn=world.worker)

    assert world.value("select escalation_threshold::float from public.app_settings") == 0.4
