"""OAuth 2 introspection: whom a token lets in, for what, and that no doubt lets anybody in."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest

from tests.support.api import ALL, Api, settings
from webhooks.api.introspection import KNOWN_SECONDS, REFUSED_SECONDS, Introspector
from webhooks.api.problems import Problem
from webhooks.api.routing import Room

pytestmark = pytest.mark.newest_postgres


def test_without_a_token_nobody_comes_in(served: Api) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nobody-knows-it"}):
        refused = served.http.get("/api/v1/tickets", headers=headers)

        assert refused.status_code == 401
        assert refused.mimetype == "application/problem+json"
        assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="shift-bot"')


NOT_VALID: tuple[dict[str, Any], ...] = (
    {"active": False},
    {"aud": "https://elsewhere.example"},
    {"aud": []},
    {"exp": 1000},
    {"nbf": 4_000_000_000},
)


def test_what_is_not_for_us_or_not_now_is_refused(served: Api) -> None:
    for number, said in enumerate(NOT_VALID):
        token = served.provider.knows(f"odd-{number}", **{"sub": "ada"} | said)

        assert served.get("/tickets", token=token).status_code == 401, said


def test_every_route_names_its_scopes_and_keeps_to_them(served: Api) -> None:
    document = served.http.get("/api/v1/openapi.json").json
    assert document is not None
    allowed = {"tickets:read", "tickets:write", "oncall:write", "admin"}
    seen = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            wanted = {scope for each in operation["security"] for scope in each["bearer"]}
            assert wanted
            assert wanted <= allowed
            seen |= wanted
            token = served.provider.knows(
                f"lacks-{operation['operationId']}", sub="ada", scope=" ".join(allowed - wanted)
            )
            where = path.replace("{queue}", "triage").replace("{id}", "1").replace("{msg_id}", "1")
            refused = served.http.open(where, method=method, headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 403, (method, path)
            assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert seen == allowed


NOBODY: tuple[dict[str, Any], ...] = (
    {"sub": "stranger"},
    {"sub": "stranger", "email": "ada@example.com"},  # nobody vouches for the address
    {"sub": "stranger", "email": "ada@example.com", "email_verified": True},  # Ada's row has a subject
    {"sub": "client:ada"},
    {"sub": None},
)


def test_a_token_of_nobody_here_is_refused(served: Api) -> None:
    for number, said in enumerate(NOBODY):
        token = served.provider.knows(f"odd-{number}", **said)

        assert served.get("/tickets", token=token).status_code == 403, said
        assert served.post("/on-call/hand-over", {"to_engineer_id": None}, token).status_code == 403, said


def test_a_vouched_address_is_enough_where_no_subject_is_recorded(served: Api) -> None:
    served.world.engineer("Cleo")
    served.provider.knows("cleo", sub="auth0|7", email="Cleo@example.com", email_verified=True)

    assert served.get("/tickets", token="cleo").status_code == 200
    served.world.do("update public.engineers set is_active = false where name = 'Cleo'")
    assert served.get("/tickets", token="cleo").status_code == 403


TROUBLE = (
    (500, b"oops"),
    (401, b'{"active": true}'),  # our own secret is wrong
    (302, b""),
    (200, b"<html>"),
    (200, b"[]"),
    (200, b"{}"),
    (200, b'{"active": "true"}'),
    (200, b'{"active": true, "aud": 7}'),
    (200, b'{"active": true, "aud": "https://bot.example/api", "exp": "soon"}'),
    (200, b"[" * 60_000),
    (200, b" " * 100_000 + b'{"active": true}'),
)


def test_a_provider_in_trouble_opens_nothing(served: Api) -> None:
    for answer in TROUBLE:
        served.provider.answers = answer
        refused = served.get("/tickets")

        assert refused.status_code == 503, answer[1][:40]
        assert int(refused.headers["Retry-After"]) > 0
    served.provider.answers = None
    assert served.get("/tickets").status_code == 200  # and what failed is not remembered


def test_a_provider_that_is_away_opens_nothing(served: Api) -> None:
    asked = Introspector(settings(served.world.database, served.world, "http://127.0.0.1:1/introspect"))
    with pytest.raises(Exception, match="ConnectError"):
        asked.introspect_token("any")
    asked.close()


def test_what_is_known_is_asked_again_within_30_seconds(served: Api) -> None:
    now = time.time()
    clock = [now]
    asked = Introspector(settings(served.world.database, served.world, served.provider.url), lambda: clock[0])
    served.provider.knows("short", exp=now + 5)
    for token, known in (("ada", KNOWN_SECONDS), ("short", 5.0), ("nobody", REFUSED_SECONDS)):
        clock[0] = now
        served.provider.asked.clear()
        for seconds in (0.0, known - 0.1, known + 0.1):
            clock[0] = now + seconds
            asked.introspect_token(token)
        assert served.provider.asked == [token, token]
    assert KNOWN_SECONDS < 25
    assert asked.introspect_token("short") == {"active": False}
    asked.close()


def test_there_is_room_for_so_many_and_the_next_one_is_told(served: Api) -> None:
    """So that a slow provider does not take the threads that platforms' messages need."""
    room = Room(2)
    contexts = [served.http.application.app_context() for _ in range(3)]
    for context in contexts[:2]:
        with context:
            room.enter()
    with contexts[2], pytest.raises(Problem) as refused:
        room.enter()
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers


def test_tokens_are_in_no_log(served: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = served.provider.knows("very-secret-token", sub="ada")
    served.get("/tickets", token=token)
    served.provider.answers = (500, token.encode())
    served.get("/tickets", token="other-secret-token")

    assert "introspected" in caplog.text
    assert "secret-token" not in caplog.text


def test_without_a_provider_the_api_says_that_it_is_off(served: Api) -> None:
    from shiftbot.db import open_pool
    from shiftbot.settings import Settings
    from webhooks.app import create_app

    pool = open_pool(served.world.database.dsn, "shiftbot_ingest", 1, "webhooks")
    app = create_app(Settings.load(database_url=served.world.database.dsn), pool)
    refused = app.test_client().get("/api/v1/tickets", headers={"Authorization": "Bearer ada"})
    app.extensions["shiftbot_api"].close()
    pool.close()

    assert refused.status_code == 503
    assert refused.json is not None
    assert refused.json["detail"] == "The API is not set up here."


def test_the_scopes_of_the_tests_are_all_there_are(served: Api) -> None:
    from webhooks.api.routing import SCOPES

    assert set(ALL.split()) == set(SCOPES)
