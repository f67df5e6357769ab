"""The simulated authorization server of the local rung, asked as the API asks it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from shiftbot.settings import Settings
from shiftbot.sim.oauth import AUDIENCE, CLIENT, SECRET, AuthorizationSim
from webhooks.api.introspection import Introspector, Unavailable


@pytest.fixture
def sim() -> Iterator[AuthorizationSim]:
    with AuthorizationSim(first=("ada@example.com", "first-token")) as it:
        yield it


def asker(sim: AuthorizationSim, secret: str = SECRET) -> Introspector:
    return Introspector(
        Settings.load(
            database_url="postgresql://nowhere",
            oauth_introspection_url=sim.introspection_url,
            oauth_client_id=CLIENT,
            oauth_client_secret=secret,
            oauth_audience=AUDIENCE,
        )
    )


def test_a_token_is_its_persons(sim: AuthorizationSim) -> None:
    issued = httpx.post(
        f"{sim.url}/sim/issue", json={"email": "ben@example.com", "scope": "tickets:read"}
    ).json()
    asked = asker(sim)

    assert asked.introspect_token("first-token")["email"] == "ada@example.com"
    assert asked.introspect_token(issued)["scope"] == "tickets:read"
    assert asked.introspect_token("guessed") == {"active": False}
    asked.close()


def test_what_was_taken_back_is_not_active(sim: AuthorizationSim) -> None:
    httpx.post(f"{sim.url}/revoke", data={"token": "first-token"}, auth=(CLIENT, SECRET))
    asked = asker(sim)

    assert asked.introspect_token("first-token") == {"active": False}
    assert asked.introspect_token(sim.issue("ada@example.com", seconds=-1)) == {"active": False}
    asked.close()


def test_strangers_may_not_ask(sim: AuthorizationSim) -> None:
    asked = asker(sim, "guessed")
    with pytest.raises(Unavailable):
        asked.introspect_token("first-token")
    asked.close()
