"""Every answer tells browsers to guess nothing, frame nothing and keep nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import Database
from tests.support.web import Web, web

pytestmark = pytest.mark.newest_postgres
HTTPS = "https://bot.example"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def door(database: Database) -> Iterator[Web]:
    with web(database, public_base_url=HTTPS) as it:
        yield it


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/nothing/here", 404),
        ("GET", "/calendar/" + "a" * 64 + ".ics", 404),
        ("GET", "/acknowledge/" + "a" * 64, 404),
        ("POST", "/webhooks/telegram", 401),
        ("POST", "/webhooks/slack/events", 401),
        ("DELETE", "/webhooks/telegram", 405),
    ],
)
def test_all_answers(door: Web, method: str, path: str, status: int) -> None:
    answer = door.http.open(path, method=method)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_of_a_link_keeps_the_policy_of_its_style(door: Web) -> None:
    policy = door.http.get("/acknowledge/" + "a" * 64).headers["Content-Security-Policy"]

    assert "style-src 'sha256-" in policy
    assert "script-src" not in policy


def test_a_calendar_is_kept_by_its_reader_alone(door: Web) -> None:
    engineer = door.rows(
        "insert into public.engineers (name, email) values ('Ada', 'ada@example.com') returning id"
    )[0][0]
    (token,) = door.rows("select private.make_calendar_token(%s)", engineer)[0]
    answer = door.http.get(f"/calendar/{token}.ics")

    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_plain_http_promises_no_https(database: Database) -> None:
    with web(database, public_base_url="http://localhost:8080") as it:
        assert "Strict-Transport-Security" not in it.http.get("/healthz").headers
