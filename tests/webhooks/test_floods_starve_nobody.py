"""Limits per address: forgeries and guesses are cut off, what a platform signed never is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY
from werkzeug.test import TestResponse

from shiftbot.sources import sync
from tests.support.postgres import Database
from tests.support.web import Web, envelope, update, web
from tests.webhooks.conftest import SOURCES
from webhooks.app import MAX_BODY_BYTES

pytestmark = pytest.mark.newest_postgres
FORGED = {"X-Telegram-Bot-Api-Secret-Token": "guessed"}
TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": "t" * 32, "twilio_from_number": "+15550100000"}
BASE = {"public_base_url": "https://bot.example", **TWILIO}


@pytest.fixture
def door(database: Database) -> Iterator[Web]:
    with web(database, requests_per_minute=40, trusted_proxies=1, **BASE) as it:
        sync(it.conn, SOURCES)
        yield it


def limited(what: str) -> float:
    return REGISTRY.get_sample_value("shiftbot_requests_limited_total", {"what": what}) or 0


def ask(
    door: Web, path: str, method: str = "GET", address: str = "198.51.100.7", **more: object
) -> TestResponse:
    headers = {"X-Forwarded-For": address} | dict(more.pop("headers", {}))  # type: ignore[call-overload]
    return door.http.open(path, method=method, headers=headers, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/webhooks/telegram", 401),
        ("/webhooks/slack/events", 401),
        ("/webhooks/slack/interactions", 401),
        ("/webhooks/slack/commands", 401),
        ("/webhooks/twilio/voice", 403),
        ("/webhooks/twilio/status", 403),
        ("/webhooks/twilio/sms", 403),
    ],
)
def test_forgeries_are_cut_off_and_counted(door: Web, path: str, first: int) -> None:
    before = limited("forgeries")
    answers = [ask(door, path, "POST", headers=FORGED, data=b"{}") for _ in range(32)]

    assert [a.status_code for a in answers] == [first] * 30 + [429] * 2
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert limited("forgeries") - before == 2
    assert ask(door, path, "POST", "203.0.113.9", headers=FORGED, data=b"{}").status_code == first
    assert door.journal() == []


def test_what_a_platform_signed_passes_through_a_flood_from_its_own_address(door: Web) -> None:
    flood = [door.telegram(b"{}", secret="guessed").status_code for _ in range(60)]
    storm = [door.telegram(update(n)).status_code for n in range(100)]
    slack = [door.slack(envelope(f"17600000{n:02}.000100")).status_code for n in range(60)]

    assert flood == [401] * 30 + [429] * 30
    assert set(storm + slack) == {200}
    assert len(door.rows("select from public.ticket_actions where event = 'message'")) == 160


@pytest.mark.parametrize("path", ["/calendar/{}.ics", "/acknowledge/{}"])
def test_guesses_are_cut_off_before_the_database(door: Web, path: str) -> None:
    before = limited("guesses")
    guesses = [ask(door, path.format(f"{n:064x}")).status_code for n in range(31)]

    assert guesses == [404] * 30 + [429]
    assert limited("guesses") - before == 1
    with door.outage():
        assert ask(door, path.format("a" * 64)).status_code == 429
        assert ask(door, path.format("a" * 64), address="203.0.113.9").status_code == 503


def test_whoever_has_the_secret_is_no_guesser(door: Web) -> None:
    engineer = door.rows(
        "insert into public.engineers (name, email) values ('Ada', 'ada@example.com') returning id"
    )[0][0]
    (token,) = door.rows("select private.make_calendar_token(%s)", engineer)[0]

    assert {ask(door, f"/calendar/{token}.ics").status_code for _ in range(39)} == {200}


def test_every_route_has_a_limit(door: Web) -> None:
    """A route that is added later is limited without anybody thinking of it."""
    for number, rule in enumerate(door.http.application.url_map.iter_rules()):  # type: ignore[attr-defined]
        signed, of_a_wheel = ("telegram", "slack", "twilio"), rule.endpoint.split(".")[-1] == "static"
        if rule.endpoint.split(".")[0] in signed or of_a_wheel:
            continue
        method = next(m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if m in rule.methods)
        path = rule.rule.replace("<token>", "0" * 64)
        codes = [ask(door, path, method, address=f"192.0.2.{number}").status_code for _ in range(42)]

        assert codes[-1] == 429, rule.rule


def test_addresses_behind_a_proxy_are_the_clients_and_not_what_they_claim(door: Web) -> None:
    codes = [ask(door, "/healthz", address=f"10.0.0.{n}, 198.51.100.8").status_code for n in range(41)]

    assert codes == [200] * 40 + [429]
    assert ask(door, "/healthz", address="198.51.100.9").status_code == 200


def test_without_trusted_proxies_a_claimed_address_is_not_believed(database: Database) -> None:
    with web(database, requests_per_minute=5) as it:
        codes = [ask(it, "/healthz", address=f"198.51.100.{n}").status_code for n in range(6)]

    assert codes == [200] * 5 + [429]


def test_an_ipv6_subscriber_is_one_client(door: Web) -> None:
    codes = [ask(door, "/healthz", address=f"2001:db8:1:2::{n:x}").status_code for n in range(41)]

    assert codes[-1] == 429
    assert ask(door, "/healthz", address="2001:db8:1:3::1").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/webhooks/telegram",
            "/webhooks/slack/events",
            "/webhooks/slack/interactions",
            "/webhooks/twilio/sms",
        ),
        *("/acknowledge/" + "a" * 64, "/healthz"),
    ],
)
def test_large_bodies_are_refused(door: Web, path: str) -> None:
    content = b"x" * (MAX_BODY_BYTES + 1)

    assert ask(door, path, "POST", data=content, headers=FORGED).status_code in (413, 405)
    assert door.slack(content).status_code == 413
    assert door.telegram(content).status_code == 413
    assert door.journal() == []
