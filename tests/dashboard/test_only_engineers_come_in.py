"""Who gets in, what the others read, and that being sent away works at once."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.conftest import Serve
from tests.db.world import World
from tests.support.dashboard import HEADER

pytestmark = pytest.mark.newest_postgres


def test_an_engineer_sees_the_board_and_who_is_on_call(world: World, serve: Serve, browser: Browser) -> None:
    ada = world.engineer("Ada")
    shown = serve("ada@example.com")
    page = shown.sign_in(browser, "ada@example.com")

    expect(page.get_by_role("alert")).to_have_text("Nobody is on call")
    world.do("select private.hand_over(%s, 'the test')", ada)
    expect(page.locator(".duty")).to_contain_text("Ada")
    assert shown.console == []


def test_who_is_no_engineer_is_told_whom_to_ask(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com", "mallory@example.com")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shown.url}/sign-in")
    page.get_by_role("button", name="mallory@example.com").click()

    expect(page.get_by_text("This address belongs to no active engineer.")).to_be_visible()
    expect(page.locator(HEADER)).to_have_count(0)


def test_an_engineer_who_is_deactivated_is_shown_out(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    ben = world.engineer("Ben")
    shown = serve("ben@example.com")
    page = shown.sign_in(browser, "ben@example.com")
    world.do("update public.engineers set is_active = false where id = %s", ben)

    expect(page.get_by_text("This address belongs to no active engineer.")).to_be_visible(timeout=15_000)
    world.do("update public.engineers set is_active = true where id = %s", ben)
    expect(page.locator(HEADER)).to_be_visible(timeout=15_000)


def test_nobody_reads_anything_without_signing_in(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com")
    page = browser.new_context().new_page()
    page.goto(shown.url)
    expect(page.get_by_role("link", name="Choose an engineer")).to_be_visible()

    page.context.add_cookies(
        [{"name": "shiftbot_local_engineer", "value": "ada@example.com.forged.x", "url": shown.url}]
    )
    page.reload()
    expect(page.get_by_role("link", name="Choose an engineer")).to_be_visible()
    assert json.loads(shown.health())["status"] == "ok"


def test_signing_out_forgets_the_engineer(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com")
    page = shown.sign_in(browser, "ada@example.com")
    page.locator("summary").click()
    page.get_by_role("link", name="Sign out").click()
    page.goto(shown.url)

    expect(page.get_by_role("link", name="Choose an engineer")).to_be_visible()
