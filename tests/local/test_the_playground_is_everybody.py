"""The playground of a running demo: a newcomer is the customer, watches the board beside it, and answers the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shiftbot.local import env_file
from shiftbot.local.home import Home
from shiftbot.local.rung import running
from tests.support.browser import chromium
from tests.support.dashboard import HEADER

pytestmark = pytest.mark.newest_postgres
SLOW = 60_000  # milliseconds: triage, policy and ring, on a machine that does much else


def test_an_outage_is_reported_rung_and_acknowledged(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("demo"))
    with chromium() as browser, running(home, fresh=True, tell=print) as settings:
        page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
        page.goto(f"{settings['DASHBOARD_URL']}/sign-in")
        page.get_by_role("button", name="ada@example.com").click()
        page.wait_for_selector(HEADER)
        page.locator(HEADER).get_by_role("link", name="Playground").click()
        page.get_by_role("button", name="Report an outage").click()

        ticket, bot = page.locator("li.ticket").first, page.locator("li.said.bot")
        expect(page.locator("li.said.mine")).to_contain_text("Production is down")
        expect(ticket).to_contain_text("Production is down", timeout=SLOW)
        expect(bot.first).to_contain_text("an engineer is being called", timeout=SLOW)
        expect(page.locator("li.rings:not(.ticket)")).to_contain_text("phone rings", timeout=SLOW)
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text("Press 1 to acknowledge")
        page.get_by_role("button", name="1 I have it").click()
        expect(ticket).to_contain_text("has it", timeout=SLOW)
        expect(bot.last).to_contain_text("An engineer has this now", timeout=SLOW)

        chooser = page.get_by_role("combobox", name="Where")
        chooser.click()
        page.get_by_role("option", name="(Slack)").first.click()
        page.get_by_placeholder("Write as Mia").fill("How do I invite a colleague?")
        page.get_by_placeholder("Write as Mia").press("Enter")
        expect(page.locator("li.said.bot.threaded")).to_be_visible(timeout=SLOW)
        page.get_by_role("button", name="This helped").first.click()
        expect(ticket).to_contain_text("Closed", timeout=SLOW)
    assert not env_file.read(home.env_file)
