"""What the dashboard answers tells browsers to guess nothing and to let nobody else frame it."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.headers import Hardened
from tests.dashboard.conftest import Serve
from tests.db.world import World

pytestmark = pytest.mark.newest_postgres
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}


def test_pages_come_with_headers_and_still_work(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com")
    shown.sign_in(browser, "ada@example.com")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in ("/", "/healthz", "/sign-in"):
        with direct.open(f"{shown.url}{path}") as answer:
            assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
            assert answer.headers["Strict-Transport-Security"] is None

    assert shown.console == []


@pytest.mark.parametrize(("is_https", "expected"), [(True, "max-age=31536000"), (False, None)])
def test_https_is_asked_for_where_there_is_https(is_https: bool, expected: Any) -> None:
    answer = TestClient(Hardened(Starlette(), is_https)).get("/missing")

    assert answer.status_code == 404
    assert answer.headers.get("Strict-Transport-Security") == expected
