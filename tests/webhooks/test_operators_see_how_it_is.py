"""/healthz, /readyz and /metrics, with the database there and away."""

from __future__ import annotations

import pytest

from tests.support.web import Web, update

pytestmark = pytest.mark.newest_postgres


def test_healthy_and_ready(served: Web) -> None:
    health, ready = served.http.get("/healthz"), served.http.get("/readyz")

    assert (health.status_code, health.get_json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.get_json()) == (200, {"status": "ready"})


def test_alive_but_not_ready_while_the_database_is_away(served: Web) -> None:
    with served.outage():
        health, ready = served.http.get("/healthz"), served.http.get("/readyz")

    assert health.status_code == 200
    assert (ready.status_code, ready.get_json()) == (
        503,
        {"status": "unready", "reason": "the database does not answer"},
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
    assert "shiftbot_on_call_engineers" not in answer.get_data(as_text=True)
