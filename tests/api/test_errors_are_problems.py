"""Every error is a problem document (RFC 9457) that says what is wrong and leaks nothing."""

from __future__ import annotations

import json
import logging

import pytest
from werkzeug.test import TestResponse

from tests.support.api import Api

pytestmark = pytest.mark.newest_postgres
KEY = {"Authorization": "Bearer ada", "Idempotency-Key": "a-key-of-the-test"}


def problem(answer: TestResponse, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    told: dict[str, object] = json.loads(answer.text)
    assert told["status"] == status
    assert told.keys() <= {"type", "title", "status", "detail", "constraint", "hint", "errors"}
    return told


def test_what_is_not_there(served: Api) -> None:
    problem(served.get("/nothing"), 404)
    problem(served.get("/tickets/0"), 422)
    problem(served.get("/tickets/nine"), 422)
    for path in ("/tickets/999", "/tickets/999/timeline", "/engineers/999", "/shifts/999", "/sources/999"):
        problem(served.get(path), 404)
    problem(served.post("/tickets/999/close"), 404)


def test_a_method_that_is_not_says_which_are(served: Api) -> None:
    refused = served.http.delete("/api/v1/tickets")

    problem(refused, 405)
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_bodies_that_cannot_be_read(served: Api) -> None:
    path, limit = "/api/v1/tickets", 2 * 1024 * 1024
    for body, kind, status in (
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'"{}"', "application/json", 422),
        (b"null", "application/json", 422),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b" " * (limit + 1), "application/json", 413),
        (b"", "application/json", 422),
    ):
        problem(served.http.post(path, data=body, content_type=kind, headers=KEY), status)


def test_what_is_wrong_is_named_and_not_repeated(served: Api) -> None:
    sent = {"source_id": "1", "body": "secret words\0", "colour": "red"}
    told = problem(served.post("/tickets", sent), 422)

    assert {each["field"] for each in told["errors"]} == {"source_id", "body", "colour"}  # type: ignore[attr-defined]
    assert "secret words" not in json.dumps(told)


def test_an_outage_asks_to_come_again(served: Api) -> None:
    served.world.superuser.execute("alter role shiftbot_api nologin")
    served.world.superuser.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shiftbot_api'"
    )
    refused = served.get("/tickets")

    problem(refused, 503)
    assert int(refused.headers["Retry-After"]) > 0


def test_what_nobody_expected_is_logged_and_told_nobody(
    served: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    served.world.superuser.execute("alter table public.tickets rename column severity to how_bad")
    told = problem(served.get("/tickets"), 500)

    assert told["detail"] == "Something went wrong. It is in the log of the service."
    assert "the database refuses an API request" in caplog.text


def test_the_webhooks_keep_their_own_errors(served: Api) -> None:
    assert served.http.get("/nothing").mimetype == "text/html"
    assert served.http.get("/apiary").status_code == 404
