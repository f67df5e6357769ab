"""Part of the soak: an engineer who has the board open in a browser all the while, and takes what waits there."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from playwright.sync_api import Browser, Error, Page

from tests.soak.stage import Stage
from tests.support.browser import chromium
from tests.support.dashboard import HEADER

EMAIL = "ben@example.com"
EVERY_SECONDS = 1.0
SOON = 10_000  # milliseconds until a board that can be drawn is


@dataclass
class Watcher:
    """How often the board was there for him and how often it was not, while its process was killed."""

    stage: Stage
    seen: int = 0
    away: int = 0

    def run(self, stop: threading.Event) -> None:
        """Until told to stop. The dashboard may die in the middle of anything he does."""
        with chromium() as browser:
            page: Page | None = None
            while not stop.wait(EVERY_SECONDS):
                try:
                    page = page or self._sign_in(browser)
                    self._look(page)
                    self.seen += 1
                except Error:
                    self.away += 1
                    page = None  # he opens a new window and signs in again
                    for context in browser.contexts:
                        context.close()

    def __str__(self) -> str:
        taken = self.stage.rows(_TAKEN)[0][0]
        return f"saw the board {self.seen} times, {self.away} times not, acknowledged {taken} pages"

    def _sign_in(self, browser: Browser) -> Page:
        page = browser.new_context().new_page()
        page.goto(f"{self.stage.environment['DASHBOARD_URL']}/sign-in")
        page.get_by_role("button", name=EMAIL).click(timeout=SOON)
        return page

    def _look(self, page: Page) -> None:
        page.goto(self.stage.environment["DASHBOARD_URL"])
        page.wait_for_selector(HEADER, timeout=SOON)
        waiting = page.get_by_role("button", name="Acknowledge").first
        if waiting.is_visible():
            waiting.click(timeout=SOON)


_TAKEN = (
    "select count(*) from public.ticket_actions where event = 'acknowledged' and written_by = 'authenticated'"
)
