"""supabase-js, which is not ours, talks to the simulated project as it would to a real one: it hears what RLS lets it hear."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from shiftbot.sim.project import PUBLISHABLE_KEY, SupabaseSim
from tests.db.world import World
from tests.support.node import line_with, node
from tests.support.postgres import Database

pytestmark = pytest.mark.newest_postgres
PROGRAM = "realtime_client.mjs"


@pytest.fixture
def project(database: Database) -> Iterator[SupabaseSim]:
    users = {"ada@example.com": "of Ada", "mallory@example.com": "of Mallory"}
    with SupabaseSim(database.admin_dsn, users) as sim:
        yield sim


def test_an_engineer_hears_which_ticket_moved(world: World, project: SupabaseSim) -> None:
    world.engineer("Ada")
    with node(PROGRAM, project.url, PUBLISHABLE_KEY, "ada@example.com", "of Ada", "tickets") as client:
        assert json.loads(line_with(client, "state")) == {"state": "SUBSCRIBED", "failure": None}
        world.source()
        ticket = world.says("The export fails").ticket_id
        heard = json.loads(line_with(client, "event"))
    assert heard["payload"]["ticket_id"] == ticket
    assert "The export fails" not in json.dumps(heard)


def test_who_is_no_engineer_hears_nothing(world: World, project: SupabaseSim) -> None:
    world.engineer("Ada")
    with node(
        PROGRAM, project.url, PUBLISHABLE_KEY, "mallory@example.com", "of Mallory", "tickets"
    ) as client:
        said = json.loads(line_with(client, "state"))
    assert said["state"] == "CHANNEL_ERROR"
    assert "Unauthorized" in said["failure"]


def test_a_wrong_password_is_refused(project: SupabaseSim) -> None:
    with node(PROGRAM, project.url, PUBLISHABLE_KEY, "ada@example.com", "guessed", "tickets") as client:
        assert json.loads(line_with(client, "refused")) == {"refused": "Invalid login credentials"}
