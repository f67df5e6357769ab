"""POST /tickets: reports of other systems go the way of every message, once each, and are answered in their timeline."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from dashboard.queries.ticket_talk import talk
from tests.db.world import refused
from tests.support.api import Api


def report(served: Api, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = served.post("/tickets", {"source_id": served.source, "body": "Disk is full"} | more, token="ben")
    assert answer.json is not None
    return answer.status_code, answer.json


def test_a_report_is_a_ticket_that_waits_for_triage(served: Api) -> None:
    status, raised = report(served, title="db-1")

    assert (status, raised["outcome"]) == (201, "created")
    ticket = served.get(f"/tickets/{raised['ticket_id']}").json
    assert ticket is not None
    assert (ticket["platform"], ticket["status"], ticket["title"]) == ("api", "open", "db-1")
    assert ticket["opened_by"] == f"engineer:{served.ben}"  # read from the token, never passed
    assert [message["ticket_id"] for message in served.world.queue("triage")] == [raised["ticket_id"]]


def test_the_same_report_is_recorded_once(served: Api) -> None:
    _, first = report(served, external_id="alert-7")
    status, again = report(served, external_id="alert-7")

    assert (status, again["outcome"], again["ticket_id"]) == (200, "duplicate", first["ticket_id"])
    assert served.world.value("select count(*) from public.ticket_actions") == 1


def test_reports_of_one_thread_are_one_ticket_until_it_is_closed(served: Api) -> None:
    _, first = report(served, thread="db-1")
    status, second = report(served, thread="db-1", body="Still full")
    served.post(f"/tickets/{first['ticket_id']}/close")
    _, third = report(served, thread="db-1", body="Full again")

    assert (status, second["outcome"], second["ticket_id"]) == (200, "appended", first["ticket_id"])
    assert third["outcome"] == "created_linked"
    ticket = served.get(f"/tickets/{third['ticket_id']}").json
    assert ticket is not None
    assert ticket["parent_ticket_id"] == first["ticket_id"]


def test_a_serious_one_pages_and_nothing_is_sent_into_a_thread(served: Api) -> None:
    _, raised = report(served)
    ticket, world = raised["ticket_id"], served.world
    ((msg_id, _, _),) = world.take("triage")
    world.rows("select * from private.claim_triage(%s, %s, 60)", ticket, msg_id, conn=world.worker)
    verdict = {
        "severity": 0.9,
        "escalate": True,
        "category": "bug",
        "reply": "A human is called.",
        "summary": "Full",
    }
    event = world.value(
        "select private.record_verdict(%s, %s, 1, %s)", ticket, msg_id, Jsonb(verdict), conn=world.worker
    )

    assert event == "triaged_escalate"
    assert world.status(ticket) == "escalation_pending"
    assert world.value("select count(*) from public.escalations where ticket_id = %s", ticket) == 1
    assert served.post(f"/tickets/{ticket}/acknowledge").status_code == 201
    assert served.post(f"/tickets/{ticket}/replies", {"body": "Cleaned up"}).status_code == 201
    said = world.rows("select kind, state from public.replies where ticket_id = %s", ticket)
    assert said == [("public_reply", "delivered")]  # by standing in the timeline
    assert world.queue("replies") == []
    timeline = served.get(f"/tickets/{ticket}/timeline", token="ben").json
    assert timeline is not None
    assert "Cleaned up" in [each["body"] for each in timeline["items"]]
    assert world.rows("select * from ops.verify_journal()") == []


def test_the_dashboard_shows_report_and_answer(served: Api) -> None:
    _, raised = report(served)
    served.post(f"/tickets/{raised['ticket_id']}/replies", {"body": "Cleaned up"})
    shown = talk(served.world.signed_in("Ada"), raised["ticket_id"])

    assert [(each.who, each.text) for each in shown.said] == [("Ben", "Disk is full"), ("Ada", "Cleaned up")]
    assert [each.state for each in shown.replies] == ["delivered"]


def test_a_small_one_waits_for_an_engineer(served: Api) -> None:
    _, raised = report(served)
    world = served.world
    ((msg_id, _, _),) = world.take("triage")
    world.rows(
        "select * from private.claim_triage(%s, %s, 60)", raised["ticket_id"], msg_id, conn=world.worker
    )
    verdict = {"severity": 0.1, "escalate": False, "category": "bug", "reply": "Thanks.", "summary": "Small"}
    query = "select private.record_verdict(%s, %s, 1, %s)"
    event = world.value(query, raised["ticket_id"], msg_id, Jsonb(verdict), conn=world.worker)

    assert (event, world.status(raised["ticket_id"])) == ("summarised", "open")


def test_a_chat_takes_no_reports_of_systems(served: Api) -> None:
    chat = served.world.value("select id from public.sources where platform = 'telegram'")
    status, problem = report(served, source_id=chat)

    assert (status, problem["constraint"]) == (409, "ticket_is_raised_in_an_api_source")
    served.world.do("update public.sources set is_active = false where id = %s", served.source)
    assert report(served)[0] == 409


def test_a_source_of_the_api_answers_nowhere(served: Api) -> None:
    with refused("api_source_answers_in_its_timeline"):
        served.world.source("other", "api", reply_mode="auto")


def test_reports_at_once_are_one_ticket(served: Api) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda n: report(served, external_id=f"alert-{n % 2}", thread="db-1"), range(8))
        )

    assert len({raised["ticket_id"] for _, raised in found}) == 1
    assert served.world.value("select count(*) from public.ticket_actions") == 2
