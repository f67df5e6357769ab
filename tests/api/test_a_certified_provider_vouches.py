"""Tokens of a certified provider (npm oidc-provider): a program's, a person's, of another audience, and a revoked one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from shiftbot.local.ports import free_port
from tests.support.api import AUDIENCE, Api, api, settings
from tests.support.node import line_with, node
from tests.support.postgres import Database
from webhooks.api.introspection import KNOWN_SECONDS, Introspector

pytestmark = pytest.mark.newest_postgres
CONSOLE = ("console", "secret-of-the-console")
BRIEF_SECONDS = 60  # that a token of the program "brief" is good for (tests/node/authorization_server.mjs)
REDIRECT = "http://127.0.0.1:1/come-back"


@dataclass
class Provider:
    """The real one; `http` speaks to it."""

    url: str
    http: httpx.Client

    def program(self, name: str, scope: str, audience: str = AUDIENCE) -> str:
        """What a program gets that signs in by itself."""
        form = {"grant_type": "client_credentials", "scope": scope, "resource": audience}
        return self._token(form, (name, "secret-of-the-program"))

    def person(self, login: str, scope: str) -> str:
        """What a person's console gets, by the forms that a browser would show."""
        self.http.cookies.clear()  # whoever was here before has left
        asked = {
            "client_id": "console",
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "resource": AUDIENCE,
        }
        page = self.http.get(f"{self.url}/auth", params=asked | {"scope": f"openid {scope}"})
        for form in ({"prompt": "login", "login": login, "password": "any"}, {"prompt": "consent"}):
            page = self._on(page)
            action = re.search(r'action="([^"]+)"', page.text)
            assert action
            page = self.http.post(urljoin(self.url, action[1]), data=form)
        page = self._on(page)
        (code,) = parse_qs(urlsplit(page.headers["Location"]).query)["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "resource": AUDIENCE,
        }
        return self._token(form, CONSOLE)

    def revoke(self, token: str, name: str) -> None:
        done = self.http.post(
            f"{self.url}/token/revocation", data={"token": token}, auth=(name, "secret-of-the-program")
        )
        assert done.status_code == 200

    def _token(self, form: dict[str, str], client: tuple[str, str]) -> str:
        given = self.http.post(f"{self.url}/token", data=form, auth=client)
        assert given.status_code == 200, given.text
        token: str = given.json()["access_token"]
        return token

    def _on(self, page: httpx.Response) -> httpx.Response:
        """Follows redirects until a form, or until it leads back to the console."""
        while page.is_redirect and not page.headers["Location"].startswith(REDIRECT):
            page = self.http.get(urljoin(self.url, page.headers["Location"]))
        return page


@contextmanager
def certified() -> Iterator[Provider]:
    port = free_port()
    with node("authorization_server.mjs", str(port), AUDIENCE, REDIRECT) as process, httpx.Client() as http:
        line_with(process, "listening")
        yield Provider(f"http://127.0.0.1:{port}", http)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with certified() as it:
        yield it


@pytest.fixture
def served(database: Database, provider: Provider) -> Iterator[Api]:
    with api(database, oauth_introspection_url=f"{provider.url}/token/introspection") as it:
        it.world.engineer("Robot")
        it.world.do("update public.engineers set auth_subject = 'client:ci' where name = 'Robot'")
        yield it


def test_programs_and_people_come_in_as_themselves(served: Api, provider: Provider) -> None:
    robot = provider.program("ci", "tickets:read tickets:write")
    ticket = served.world.ticket()
    assert served.post(f"/tickets/{ticket}/notes", {"body": "Deployed"}, token=robot).status_code == 201
    ada = provider.person("ada", "tickets:read tickets:write")
    assert served.post(f"/tickets/{ticket}/notes", {"body": "Thanks"}, token=ada).status_code == 201
    wrote = served.world.rows(
        "select actor from public.ticket_actions where ticket_id = %s order by seq", ticket
    )

    robots = served.world.value("select id from public.engineers where name = 'Robot'")
    assert wrote == [(f"engineer:{robots}",), (f"engineer:{served.ada}",)]
    assert served.get("/dead-letters", token=ada).status_code == 403  # the scope was not asked for
    assert served.get("/tickets", token=provider.person("mallory", "tickets:read")).status_code == 403


def test_a_token_for_somebody_else_is_refused(served: Api, provider: Provider) -> None:
    other = provider.program("ci", "tickets:read", audience="https://elsewhere.example/api")

    assert served.get("/tickets", token=other).status_code == 401
    assert served.get("/tickets", token=provider.program("ci", "tickets:read")).status_code == 200


def test_revoked_and_expired_ones_are_refused(served: Api, provider: Provider) -> None:
    clock = [time.time()]
    given = settings(served.world.database, served.world, f"{provider.url}/token/introspection")
    token = provider.program("ci", "tickets:read")
    brief = provider.program("brief", "tickets:read")
    with closing(Introspector(given, lambda: clock[0])) as asked:
        assert asked.introspect_token(token)["active"] is True
        assert asked.introspect_token(brief)["active"] is True
        provider.revoke(token, "ci")
        clock[0] += max(KNOWN_SECONDS, BRIEF_SECONDS) + 0.1

        assert asked.introspect_token(token) == {"active": False}
        assert asked.introspect_token(brief) == {"active": False}
    assert served.get("/tickets", token=token).status_code == 401


def test_our_own_secret_must_be_right(database: Database, provider: Provider) -> None:
    wrong = {
        "oauth_introspection_url": f"{provider.url}/token/introspection",
        "oauth_client_secret": "guessed",
    }
    with api(database, **wrong) as served:
        assert served.get("/tickets", token=provider.program("ci", "tickets:read")).status_code == 503
