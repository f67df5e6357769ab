"""With a model, its verdict counts; when it fails, the rules decide; the journal says which of them did and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.customers import SlackCustomer, at_work
from tests.support.product import Product

pytestmark = pytest.mark.newest_postgres
BUG = "The export of my invoices fails with an error"
OUTAGE = "Production is down, nobody can log in, all customers affected!"


def decided(story: Product) -> tuple[str, str, str | None]:
    """Who decided, which engine the facts name, and why a fallback was needed."""
    query = """select actor, payload #>> '{facts,engine}', payload ->> 'fallback_reason'
               from public.ticket_actions where event like 'triaged%%' order by id"""
    ((actor, engine, reason),) = story.rows(query)
    return str(actor), str(engine), reason


def test_a_good_verdict_of_the_model_is_used(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story, enable_llm=True):
        alice.says(BUG)
        assert alice.hears()[0]["text"].startswith("Thank you for the report. Please try to sign in again")

    assert decided(story) == ("bot:model", "model", None)
    assert story.rows("select severity::float, title from public.tickets") == [(0.4, BUG)]
    facts = story.rows("select payload -> 'facts' from public.ticket_actions where seq = 2")[0][0]
    assert facts["model"] == "gpt-5-mini"
    assert facts["tokens_in"] > 0
    assert len(story.model.requests) == 1
    story.assert_sound()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refusal", "refusal"),
        ("invalid_json", "invalid_json"),
        ("prose", "invalid_json"),
        ("wrong_schema", "invalid_verdict"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("empty_choices", "empty"),
        ("rate_limited", "rate_limited"),
        ("insufficient_quota", "rate_limited"),
        ("server_error", "server_error"),
        ("timeout", "timeout"),
        ("drop_before_work", "unreachable"),
    ],
)
def test_a_model_that_fails_is_replaced_by_the_rules(story: Product, fault: str, kind: str) -> None:
    story.model.fault(fault, seconds=5)
    alice = SlackCustomer(story)
    with at_work(story, enable_llm=True, openai_timeout_seconds=1):
        alice.says(OUTAGE)
        alice.hears()

    who, engine, why = decided(story)
    assert (who, engine) == ("bot:rules", "rules")
    assert why is not None
    assert why.startswith(f"{kind}: ")
    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()


def test_without_a_model_the_rules_decide_and_nobody_is_asked(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story):
        alice.says(BUG)
        alice.hears()

    assert decided(story) == ("bot:rules", "rules", None)
    assert story.model.requests == []
    story.assert_sound()


def test_the_database_and_not_the_model_decides_who_is_called(story: Product) -> None:
    """A model that thinks it grave but says not to escalate: over the threshold a human is called all the same."""
    story.model.respond = answers(severity=0.9, escalate=False)
    alice = SlackCustomer(story)
    with at_work(story, enable_llm=True):
        alice.says(BUG)
        alice.hears()

    assert story.statuses() == ["escalation_pending"]
    story.assert_sound()


def test_a_model_cannot_wave_an_outage_away(story: Product) -> None:
    story.model.respond = answers(severity=0.0, escalate=False, category="noise", reply="")
    alice = SlackCustomer(story)
    with at_work(story, enable_llm=True):
        alice.says(OUTAGE)
        alice.hears()

    assert story.statuses() == ["escalation_pending"]
    assert decided(story)[0] == "bot:model"
    story.assert_sound()


def answers(**differs: Any) -> Any:
    verdict = {
        "title": "Export",
        "summary": "The export fails.",
        "severity": 0.4,
        "escalate": False,
        "reason": "a bug",
        "category": "bug",
        "reply": "Thank you, it is recorded.",
        "language": "en",
    }
    return lambda messages, response_format: verdict | differs
