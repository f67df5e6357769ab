"""The health page: good is calm, trouble is loud and says what to do, a dead letter goes back to work with one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard.conftest import Serve
from tests.db.world import World
from tests.support.dashboard import PHONE

pytestmark = pytest.mark.newest_postgres
DEAD = '{"reason": "the platform said <b>no</b>", "attempts": 8, "message": {"ticket_id": %s}}'


def panel(page: Page, title: str) -> Locator:
    return page.locator("section.panel", has=page.locator("h3", has_text=title))


def test_a_quiet_product_says_so(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com")
    page = shown.sign_in(browser, "ada@example.com", "/health")

    expect(panel(page, "Stalled pages")).to_contain_text("Every page rings, or somebody has it.")
    expect(panel(page, "Replies of unknown outcome")).to_contain_text("Nothing waits for a decision.")
    expect(panel(page, "Sources")).to_be_visible()
    expect(panel(page, "Time to acknowledge")).to_contain_text("None in the last 24 hours.")
    expect(page.get_by_text("Dead letters")).to_have_count(0)


def test_trouble_is_loud_and_says_what_to_do(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    shown = serve("ada@example.com")
    page = shown.sign_in(browser, "ada@example.com", "/health", dark=True)

    workers = panel(page, "Workers")
    expect(workers).to_have_class("panel bad ")
    expect(workers).to_contain_text("Nobody serves escalations, replies, triage: start shiftbot worker.")


def test_a_dead_letter_goes_back_to_work(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    ticket = world.ticket()
    world.do("select pgmq.send('replies_dead', (%s)::jsonb)", DEAD % ticket)
    shown = serve("ada@example.com")
    page = shown.sign_in(browser, "ada@example.com", "/health")
    other = shown.sign_in(browser, "ada@example.com", "/health", size=PHONE)

    expect(page.get_by_text("the platform said <b>no</b>")).to_be_visible()  # as text
    page.get_by_role("button", name="Requeue").click()
    expect(page.get_by_role("button", name="Requeue")).to_have_count(0)
    expect(other.get_by_role("button", name="Requeue")).to_have_count(0, timeout=15_000)
    assert world.journal(ticket)[-1] == "requeued"
    assert world.value("select count(*) from pgmq.q_replies_dead") == 0
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
