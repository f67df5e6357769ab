"""Live: Realtime says what moved, open pages show it; cut off, they say so, and nothing is missed when it is back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from shiftbot.sim.project import SupabaseSim
from tests.dashboard.conftest import Serve
from tests.db.world import World
from tests.support.dashboard import Dashboard, dashboard
from tests.support.live import LISTENER, PASSWORD, goes_live, listening, live
from tests.support.postgres import TestServer

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def shown(world: World, serve: Serve, project: SupabaseSim) -> Dashboard:
    """A dashboard that listens, with Ada and Ben."""
    world.engineer("Ada")
    world.engineer("Ben")
    return live(world, project, serve, "Ada", "Ben")


def sees_on_call(page: Page, name: str) -> None:
    # Sooner than the pages that only poll: this was pushed.
    expect(page.locator(".duty")).to_contain_text(name, timeout=4000)


def test_every_open_screen_shows_it(world: World, shown: Dashboard, browser: Browser) -> None:
    assert goes_live(shown)
    ada = shown.sign_in(browser, "ada@example.com")
    ben = shown.sign_in(browser, "ben@example.com", "/health")
    expect(ada.locator(".live")).to_have_text("Live")
    for name in ("Ada", "Ben"):
        world.do("select private.hand_over(id, 'the test') from public.engineers where name = %s", name)
        sees_on_call(ada, name)
        sees_on_call(ben, name)


def test_cut_off_it_says_so_and_misses_nothing(
    world: World, shown: Dashboard, project: SupabaseSim, browser: Browser
) -> None:
    assert goes_live(shown)
    page = shown.sign_in(browser, "ada@example.com")
    project.cut()
    expect(page.locator(".live")).to_contain_text("Offline, as of", timeout=15_000)
    world.do("select private.hand_over(id, 'the test') from public.engineers where name = 'Ada'")
    expect(page.locator(".duty")).to_contain_text("Ada", timeout=15_000)  # it looks by itself meanwhile

    project.open()
    assert goes_live(shown)
    expect(page.locator(".live")).to_have_text("Live", timeout=10_000)
    world.do("select private.hand_over(id, 'the test') from public.engineers where name = 'Ben'")
    sees_on_call(page, "Ben")


def test_an_ear_that_may_not_hear_is_not_live(
    world: World, shown: Dashboard, project: SupabaseSim, browser: Browser
) -> None:
    assert goes_live(shown)
    world.do("update public.app_settings set listener_email = null")
    project.realtime.drop_all()
    page = shown.sign_in(browser, "ada@example.com")

    expect(page.locator(".live")).to_contain_text("Offline, as of", timeout=15_000)


def test_twenty_sessions_at_once(world: World, shown: Dashboard, browser: Browser) -> None:
    assert goes_live(shown)
    pages = [shown.sign_in(browser, f"{name}@example.com") for name in ("ada", "ben") * 10]
    world.do("select private.hand_over(id, 'the test') from public.engineers where name = 'Ada'")
    for page in pages:
        expect(page.locator(".duty")).to_contain_text("Ada", timeout=10_000)
    assert json.loads(shown.health())["sessions"] == 20
    for page in pages:
        page.context.close()


def test_the_database_restarts_under_an_open_page(
    own_server: TestServer, browser: Browser, tmp_path: Path
) -> None:
    with (
        own_server.clone() as database,
        SupabaseSim(database.admin_dsn, {LISTENER: PASSWORD}) as project,
        dashboard(database, tmp_path / "log", "ada@example.com", **listening(project)) as shown,
    ):
        world = World(database)
        world.engineer("Ada")
        world.do("update public.app_settings set listener_email = %s", LISTENER)
        assert goes_live(shown)
        page = shown.sign_in(browser, "ada@example.com")
        expect(page.get_by_role("alert")).to_have_text("Nobody is on call")

        own_server.server._pg_ctl("stop", "-m", "immediate")
        expect(page.locator(".live")).to_contain_text("Offline, as of", timeout=15_000)
        expect(page.get_by_role("alert")).to_have_text("Nobody is on call")  # what was read is still shown

        own_server.server.start()
        with database.connect() as conn:
            conn.execute("select private.hand_over(id, 'the test') from public.engineers")
        expect(page.locator(".duty")).to_contain_text("Ada", timeout=30_000)
        assert goes_live(shown)
        expect(page.locator(".live")).to_have_text("Live", timeout=10_000)
