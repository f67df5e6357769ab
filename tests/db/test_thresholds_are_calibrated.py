"""What people did is what a threshold is measured by: each act labels the decision in force, and silence labels none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.db.conversation import verdict
from tests.db.world import World, refused

LABELS = (
    "select seq, label, is_needed, severity::float from ops.triage_labels where ticket_id = %s order by seq"
)


def decided(
    world: World, ticket: int, event: str, severity: float, escalate: bool = False, **facts: Any
) -> int:
    """A decision as record_verdict() journals it; its seq."""
    kept = {name: verdict()[name] for name in ("engine", "category", "model")} | facts
    return world.append(ticket, event, facts=kept | {"severity": severity, "escalate": escalate})[0]


def judged(
    world: World, event: str, severity: float, *acts: str, source: int | None = None, **facts: Any
) -> int:
    """A ticket with one decision and what people did then."""
    ticket = world.ticket(source_id=source)
    decided(world, ticket, event, severity, **facts)
    for act in acts:
        world.append(ticket, act, "words" if act == "reply_approved" else None)
    return ticket


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    world.engineer("Ana")
    world.source()


@pytest.mark.parametrize(
    ("event", "acts", "label"),
    [
        ("triaged_escalate", ("acknowledged",), ("acknowledged", True)),
        ("triaged_escalate", ("acknowledged", "page_not_needed"), ("not_needed", False)),
        ("triaged_escalate", ("acknowledged", "closed", "page_not_needed"), ("not_needed", False)),
        ("triaged_answer", ("human_requested",), ("human_called_for", True)),
        ("triaged_answer", ("reply_delivered", "feedback_negative"), ("human_called_for", True)),
        ("triaged_answer", ("escalated_manually",), ("human_called_for", True)),
        ("triaged_answer", ("human_requested", "acknowledged"), ("human_called_for", True)),
        ("triaged_answer", ("human_requested", "acknowledged", "page_not_needed"), ("not_needed", False)),
        ("triaged_answer", ("reply_delivered", "feedback_positive"), ("helped", False)),
        ("triaged_ignore", ("human_requested",), ("human_called_for", True)),
        ("reply_drafted", ("escalated_manually",), ("human_called_for", True)),
        # Silence, and what says something about somebody else.
        ("triaged_answer", ("reply_delivered", "feedback_timeout"), None),
        ("triaged_answer", ("reply_delivered", "closed"), None),
        ("triaged_escalate", (), None),
        ("triaged_escalate", ("deescalated",), None),
        ("triaged_escalate", ("acknowledged", "feedback_positive"), ("acknowledged", True)),
        ("triaged_answer", ("reply_failed", "acknowledged"), None),  # called because nothing could be said
        ("reply_drafted", ("reply_approved", "feedback_positive"), None),  # an engineer's words have helped
        ("triaged_answer", ("public_reply", "feedback_positive"), None),
    ],
)
def test_each_act_is_a_label_or_none(
    world: World, event: str, acts: tuple[str, ...], label: tuple[str, bool] | None
) -> None:
    ticket = judged(world, event, 0.4, *acts)

    assert world.rows(LABELS, ticket) == ([(1, *label, 0.4)] if label else [])


def test_what_was_not_decided_by_an_engine_has_no_label(world: World) -> None:
    ticket = world.ticket("escalation_pending")  # without a verdict
    world.append(ticket, "acknowledged")

    assert world.rows(LABELS, ticket) == []


def test_a_label_is_of_the_decision_in_force(world: World) -> None:
    ticket = judged(world, "triaged_answer", 0.2, "reply_delivered", "message")
    page = decided(world, ticket, "triaged_escalate", 0.8)
    world.append(ticket, "acknowledged")
    world.append(ticket, "deescalated")
    answer = decided(world, ticket, "triaged_answer", 0.3)
    world.append(ticket, "feedback_positive")
    world.append(ticket, "page_not_needed")  # of the page, although an answer came since

    assert world.rows(LABELS, ticket) == [(page, "not_needed", False, 0.8), (answer, "helped", False, 0.3)]


def calibration(world: World, **where: str) -> dict[float, tuple[Any, ...]]:
    wanted = {"source": "all", "engine": "all", "version": "all"} | where
    return {
        float(row[0]): row[1:]
        for row in world.rows(
            "select threshold, labelled, pages, true_positives, false_positives, true_negatives, false_negatives,"
            " precision, recall"
            " from ops.triage_calibration where source = %s and engine = %s and version = %s",
            *wanted.values(),
        )
    }


def test_precision_and_recall_at_each_threshold(world: World) -> None:
    judged(world, "triaged_escalate", 0.9, "acknowledged")
    judged(world, "triaged_escalate", 0.75, "acknowledged", "page_not_needed")
    judged(world, "triaged_answer", 0.5, "human_requested")
    judged(world, "triaged_answer", 0.35, "feedback_positive")
    judged(world, "triaged_escalate", 0.1, "acknowledged", escalate=True)  # pages at any threshold
    found = calibration(world)

    assert sorted(found) == [round(0.05 * n, 2) for n in range(1, 20)]
    assert found[0.35] == (5, 5, 3, 2, 0, 0, Decimal("0.600"), Decimal("1.000"))
    assert found[0.4] == (5, 4, 3, 1, 1, 0, Decimal("0.750"), Decimal("1.000"))
    assert found[0.5] == found[0.4]  # from the threshold on
    assert found[0.55] == (5, 3, 2, 1, 1, 1, Decimal("0.667"), Decimal("0.667"))
    assert found[0.8] == (5, 2, 2, 0, 2, 1, Decimal("1.000"), Decimal("0.667"))
    assert found[0.95] == (5, 1, 1, 0, 2, 2, Decimal("1.000"), Decimal("0.333"))


def test_sources_engines_and_versions_are_told_apart(world: World) -> None:
    other = world.source("-1002")
    judged(world, "triaged_escalate", 0.9, "acknowledged", rules_digest="aaaa")
    judged(
        world,
        "triaged_answer",
        0.2,
        "feedback_positive",
        source=other,
        engine="model",
        model="m",
        prompt_digest="bbbb",
    )

    assert {row[:3] for row in world.rows("select source, engine, version from ops.triage_calibration")} == {
        ("all", "all", "all"),
        ("telegram:source -1001", "all", "all"),
        ("telegram:source -1002", "all", "all"),
        ("all", "rules", "aaaa"),
        ("all", "model", "m bbbb"),
    }
    assert calibration(world)[0.5][0] == 2
    assert calibration(world, source="telegram:source -1002")[0.5][:2] == (1, 0)
    assert calibration(world, engine="rules", version="aaaa")[0.5][:2] == (1, 1)
    # Without anything to find there is no recall, and without a page no precision.
    assert calibration(world, engine="model", version="m bbbb")[0.5][-2:] == (None, None)


def test_without_labels_there_is_nothing(world: World) -> None:
    judged(world, "triaged_answer", 0.2)

    assert calibration(world) == {}


@pytest.mark.parametrize("view", ["triage_decisions", "triage_labels", "triage_calibration"])
def test_it_is_for_the_owner(world: World, view: str) -> None:
    conns = [world.database.connect(role) for role in ("anon", "service_role")]
    for conn in (world.signed_in("Ana"), world.worker, world.webhook, *conns):
        with refused("42501"):
            conn.execute(f"select from ops.{view}".encode())
    assert world.rows(f"select from ops.{view}") == []
