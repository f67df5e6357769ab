"""What engineers do to tickets, done over the API; the database's own rules refuse."""

from __future__ import annotations

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.newest_postgres


def test_a_ticket_is_read_with_its_timeline(served: Api) -> None:
    ticket = served.world.says("The export fails").ticket_id
    shown = served.get(f"/tickets/{ticket}")

    assert shown.status_code == 200
    assert shown.json is not None
    assert shown.json["status"] == "open"
    assert shown.headers["ETag"] == '"1"'
    timeline = served.get(f"/tickets/{ticket}/timeline").json
    assert timeline is not None
    assert [(each["event"], each["body"]) for each in timeline["items"]] == [("message", "The export fails")]


def test_an_illegal_move_names_the_rule_and_the_legal_ones(served: Api) -> None:
    ticket = served.world.ticket("closed")
    refused = served.post(f"/tickets/{ticket}/acknowledge")

    assert refused.status_code == 409
    assert refused.mimetype == "application/problem+json"
    assert refused.json is not None
    assert refused.json["constraint"] == "ticket_transition_allowed"
    assert refused.json["hint"].startswith("Legal from closed: ")
    assert "reopened" in refused.json["hint"]


def test_a_ticket_goes_its_way(served: Api) -> None:
    ticket = served.world.ticket("escalation_pending")
    ways = (
        ("acknowledge", "escalated"),
        ("deescalate", "open"),
        ("escalate", "escalation_pending"),
        ("close", "closed"),
        ("reopen", "open"),
    )
    for act, status in ways:
        done = served.post(f"/tickets/{ticket}/{act}", {"reason": "as planned"}, token="ben")
        assert done.json is not None
        assert (done.status_code, done.json["status"]) == (201, status), act
    acted = served.world.rows(
        "select distinct actor from public.ticket_actions where ticket_id = %s and actor_type = 'engineer'",
        ticket,
    )

    assert acted == [(f"engineer:{served.ben}",)]


def test_a_page_that_was_not_needed_is_marked_once(served: Api) -> None:
    ticket = served.world.ticket("escalated")
    marked = served.post(f"/tickets/{ticket}/not-needed", {"reason": "a planned restart"}, token="ben")
    again = served.post(f"/tickets/{ticket}/not-needed", token="ben")

    assert marked.json is not None
    assert (marked.status_code, marked.json["event"], marked.json["status"]) == (
        *(201, "page_not_needed", "escalated"),
    )
    assert again.json is not None
    assert (again.status_code, again.json["constraint"]) == (409, "acknowledgement_is_marked_once")
    assert served.world.rows(
        "select actor, body from public.ticket_actions where event = 'page_not_needed'"
    ) == [(f"engineer:{served.ben}", "a planned restart")]


def test_a_ticket_that_never_rang_is_not_marked(served: Api) -> None:
    for status, rule in (
        ("escalation_pending", "ticket_transition_allowed"),
        ("closed", "only_an_acknowledged_page_was_not_needed"),
    ):
        refused = served.post(f"/tickets/{served.world.ticket(status)}/not-needed")

        assert refused.json is not None
        assert (refused.status_code, refused.json["constraint"]) == (409, rule)
