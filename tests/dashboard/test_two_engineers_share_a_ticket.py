"""The ticket page in two browsers: what one does the other sees at once, what one is typing nobody disturbs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from shiftbot.sim.project import SupabaseSim
from tests.dashboard.conftest import Serve
from tests.db.conversation import triage
from tests.db.paging import Pager
from tests.db.world import World
from tests.support.dashboard import PHONE, Dashboard
from tests.support.live import live

pytestmark = pytest.mark.newest_postgres
SOON = 4000  # sooner than pages that only poll
HOSTILE = "<img src=x onerror=alert(1)> **bold** [a](javascript:alert(1)) $x^2$ :red[no] \u202eesrever\u202c a\u200bb"
PROBES = "404 (Not Found)"  # Streamlit asks for its routes below a deep link's path, too


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ada", on_call=True)
    pager.engineer("Ben")
    world.source()
    return pager


@pytest.fixture
def shown(pager: Pager, serve: Serve, project: SupabaseSim) -> Dashboard:
    return live(pager.world, project, serve, "Ada", "Ben")


def status(page: Page) -> Locator:
    return page.locator(".head .status")


def answer(page: Page) -> Locator:
    # What was sent lingers for a moment behind the fresh one.
    return page.locator(".st-key-write-reply textarea").first


def test_what_one_does_the_other_sees(pager: Pager, shown: Dashboard, browser: Browser) -> None:
    ticket = pager.escalated_report()
    ada = shown.sign_in(browser, "ada@example.com", f"/ticket?id={ticket}")
    ben = shown.sign_in(browser, "ben@example.com", f"/ticket?id={ticket}", dark=True)
    pager.ring(ticket)
    expect(ben.locator(".attempt").first).to_contain_text("ringing", timeout=SOON)
    answer(ben).press_sequentially("I am half way thr")

    ada.get_by_role("button", name="Acknowledge").click()
    expect(status(ben)).to_contain_text("Engineer has it", timeout=SOON)
    expect(ben.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(ben.locator(".standing")).to_contain_text("Ada has it")
    answer(ada).fill("We found it.")
    ada.get_by_role("button", name="Send reply").click()
    expect(ben.locator(".said.engineer")).to_contain_text("We found it.", timeout=SOON)
    expect(answer(ada)).to_have_value("", timeout=15_000)  # a new one: the old one goes when the run ends

    expect(answer(ben)).to_have_value("I am half way thr")
    answer(ben).press_sequentially("ough")
    expect(answer(ben)).to_have_value("I am half way through")
    ben.get_by_role("button", name="Send reply").click()  # Ada has answered since: he is shown it first
    expect(ben.locator(".said.engineer").last).to_contain_text("half way through")
    ada.locator(".st-key-close button").click()
    expect(status(ben)).to_contain_text("Closed", timeout=SOON)
    expect(ben.get_by_role("button", name="Reopen")).to_be_visible()
    expect(ben.get_by_text("Chain verified")).to_be_visible()


def test_at_three_in_the_morning(pager: Pager, shown: Dashboard, browser: Browser) -> None:
    ticket = pager.escalated_report()
    page = shown.sign_in(browser, "ada@example.com", f"/ticket?id={ticket}", size=PHONE, dark=True)
    button = page.get_by_role("button", name="Acknowledge")
    expect(button).to_be_in_viewport()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button.click()
    expect(status(page)).to_contain_text("Engineer has it")
    assert pager.world.status(ticket) == "escalated"


def test_the_verdict_is_laid_open(world: World, shown: Dashboard, browser: Browser) -> None:
    ticket = world.says("How do I export?").ticket_id
    assert ticket is not None
    triage(world, ticket, title="Export", severity=0.3, reply="Press Export.", reason="an ordinary question")
    page = shown.sign_in(browser, "ada@example.com", f"/ticket?id={ticket}")
    for words in ("0.30", "an ordinary question", "What it read"):
        expect(page.get_by_text(words).first).to_be_visible()
    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute("update public.ticket_actions set body = 'I never said that' where seq = 1")
    world.append(ticket, "note", "looks odd")
    flaw = page.get_by_role("alert").filter(has_text="The journal of this ticket is not intact.")
    expect(flaw).to_be_visible(timeout=SOON)


def test_hostile_words_are_words(world: World, shown: Dashboard, browser: Browser) -> None:
    ticket = world.says(f"{HOSTILE}\n{'x' * 20_000}", payload={"author_name": HOSTILE}).ticket_id
    assert ticket is not None
    world.do("update public.tickets set title = %s, summary = %s where id = %s", HOSTILE, HOSTILE, ticket)
    world.append(ticket, "note", HOSTILE)
    for size in ((1360, 900), PHONE):
        page = shown.sign_in(browser, "ada@example.com", f"/ticket?id={ticket}", size=size)
        expect(page.locator(".head h1")).to_have_text(HOSTILE)
        expect(page.locator(".said .words").first).to_contain_text("<img src=x onerror=alert(1)> **bold**")
        assert page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [said for said in shown.console if PROBES not in said] == []
