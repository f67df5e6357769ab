"""/healthz, /readyz and /metrics, with the database there and away."""

from __future__ import annotations

import re

import pytest

from shiftbot.database_metrics import GAUGES
from shiftbot.queue import QUEUES
from tests.support.web import Web, update

pytestmark = pytest.mark.newest_postgres
OK = {"status": "ok"}
PROCESS = "00000000-0000-4000-8000-000000000001"


def test_healthy_and_ready(served: Web) -> None:
    sign_of_life(served)

    health, ready = served.http.get("/healthz"), served.http.get("/readyz")

    assert (health.status_code, health.get_json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.get_json()) == (
        200,
        {"status": "ready", "checks": dict.fromkeys(("database", "migrations", "queues", "workers"), OK)},
    )


def test_without_workers_the_webhooks_stay_in_rotation(served: Web) -> None:
    sign_of_life(served, "replies")

    ready = served.http.get("/readyz")

    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    assert ready.get_json()["checks"]["workers"] == {
        "status": "degraded",
        "reason": "no worker alive for: attachments, deliveries, escalations, triage",
    }


def test_a_queue_that_does_not_move_is_said(served: Web) -> None:
    sign_of_life(served)
    served.telegram(update(1))
    served.conn.execute("update pgmq.q_triage set vt = vt - interval '90 seconds'")

    ready = served.http.get("/readyz")

    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    assert re.fullmatch(
        r"triage: the oldest message is due for 9\d s", ready.get_json()["checks"]["queues"]["reason"]
    )


@pytest.mark.parametrize(
    "older",
    [
        "delete from supabase_migrations.schema_migrations where version = (select max(version) from"
        " supabase_migrations.schema_migrations)",
        "drop function private.readiness(text)",
    ],
    ids=["not applied", "much older"],
)
def test_an_older_database_takes_the_host_out_of_rotation(served: Web, older: str) -> None:
    served.conn.execute(older)  # type: ignore[call-overload]

    ready = served.http.get("/readyz")

    assert (ready.status_code, ready.get_json()["status"]) == (503, "unready")
    assert ready.get_json()["checks"]["migrations"] == {
        "status": "failed",
        "reason": "the database lacks what this version needs: run `shiftbot migrate`",
    }


def test_alive_but_not_ready_while_the_database_is_away(served: Web) -> None:
    with served.outage():
        health, ready = served.http.get("/healthz"), served.http.get("/readyz")

    assert health.status_code == 200
    assert (ready.status_code, ready.get_json()) == (
        503,
        {
            "status": "unready",
            "checks": {"database": {"status": "failed", "reason": "the database does not answer"}},
        },
    )
    assert served.http.get("/readyz").status_code == 200


def test_what_was_dropped_and_recorded_is_among_the_metrics(served: Web) -> None:
    served.telegram(b"no json")
    served.telegram(update(1))

    text = served.http.get("/metrics").get_data(as_text=True)

    assert 'shiftbot_events_dropped_total{platform="telegram",reason="not_json"}' in text
    assert 'shiftbot_events_recorded_total{outcome="created",platform="telegram"}' in text
    assert 'url_rule="/webhooks/telegram"' in text


def test_inactive_and_unlisted_sources_are_ignored_and_counted(served: Web) -> None:
    served.conn.execute("update public.sources set is_active = false where external_id = '-1001987654321'")
    served.telegram(update(1))
    served.telegram(update(2, chat={"id": -100777, "type": "supergroup", "title": "Elsewhere"}))

    text = served.http.get("/metrics").get_data(as_text=True)

    assert served.journal() == []
    for reason in ("inactive_source", "unlisted_source"):
        assert f'shiftbot_events_dropped_total{{platform="telegram",reason="{reason}"}}' in text


def test_who_is_on_call_is_among_the_metrics(served: Web) -> None:
    served.conn.execute(
        "insert into public.engineers (name, email, is_on_call) values ('Ana', 'ana@example.com', true)"
    )
    text = served.http.get("/metrics").get_data(as_text=True)
    assert "shiftbot_on_call_engineers 1.0\n" in text
    assert "shiftbot_on_call_gap_seconds 0.0\n" in text

    served.conn.execute("update public.engineers set is_on_call = false")
    text = served.http.get("/metrics").get_data(as_text=True)
    assert "shiftbot_on_call_engineers 0.0\n" in text
    assert "shiftbot_on_call_gap_seconds 604800.0\n" in text


def test_metrics_outlive_the_database(served: Web) -> None:
    served.telegram(b"no json")
    with served.outage():
        answer = served.http.get("/metrics")

    assert answer.status_code == 200
    assert "shiftbot_events_dropped_total" in answer.get_data(as_text=True)
    assert "shiftbot_database_up 0.0\n" in answer.get_data(as_text=True)
    assert "\nshiftbot_on_call_engineers " not in answer.get_data(as_text=True)
    assert "shiftbot_database_up 1.0\n" in served.http.get("/metrics").get_data(as_text=True)


def test_how_tickets_queues_and_workers_are_is_among_the_metrics(served: Web) -> None:
    sign_of_life(served, "triage")
    served.telegram(update(1))
    served.telegram(update(2, chat={"id": -1002233445566, "type": "supergroup", "title": "Other"}))
    served.conn.execute("insert into public.ticket_actions (ticket_id, event) values (1, 'triaged_escalate')")
    served.conn.execute("insert into public.ticket_actions (ticket_id, event) values (1, 'acknowledged')")
    served.conn.execute(
        'select pgmq.send(\'replies_dead\', \'{"reason": "a test", "attempts": 5, "message": {}}\')'
    )

    text = served.http.get("/metrics").get_data(as_text=True)

    for line in (
        'shiftbot_tickets_last_hour{platform="telegram",source="-1001987654321",status="escalated"} 1.0',
        'shiftbot_tickets_last_hour{platform="telegram",source="-1002233445566",status="open"} 1.0',
        'shiftbot_tickets_unclosed{status="open"} 1.0',
        "shiftbot_untriaged_tickets 1.0",
        'shiftbot_queue_messages{queue="triage",state="due"} 2.0',
        'shiftbot_dead_letters{queue="replies"} 1.0',
        'shiftbot_escalations_last_hour{state="acknowledged"} 1.0',
        "shiftbot_pages_acknowledged 1.0",
        'shiftbot_workers_alive{queue="triage"} 1.0',
        'shiftbot_workers_alive{queue="replies"} 0.0',
    ):
        assert line in text.splitlines()
    assert 'shiftbot_acknowledge_seconds{quantile="0.9"}' in text
    assert 'shiftbot_queue_oldest_seconds{queue="triage"}' in text


def test_every_gauge_of_the_database_is_explained(served: Web) -> None:
    served.telegram(update(1))
    names = {name for (name,) in served.rows("select distinct metric from private.metrics()")}

    assert names - set(GAUGES) == set()
    assert set(GAUGES) - names == {"rings_last_hour", "escalations_last_hour", "acknowledge_seconds"}


def sign_of_life(served: Web, *queues: str) -> None:
    for queue in queues or QUEUES:
        served.conn.execute("select private.sign_of_life(%s, %s, 'host', 1)", (PROCESS, queue))
