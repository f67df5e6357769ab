"""The dashboard as a process of its own around a test's database, and people who look at it in a browser."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page
from psycopg import sql

from shiftbot.local.ports import free_port
from tests.support.postgres import Database
from tests.support.waiting import eventually
from tests.support.warm import Warm

PASSWORD = "password-of-the-dashboards-login"
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HEADER = "header.top"  # ours: a page is drawn once it is there
WIDE, PHONE = (1360, 900), (390, 844)


@dataclass
class Dashboard:
    """A running dashboard."""

    url: str
    log: Path
    process: Warm
    console: list[str] = field(default_factory=list)  # errors of every page that was opened

    def sign_in(
        self,
        browser: Browser,
        email: str,
        path: str = "/",
        size: tuple[int, int] = WIDE,
        dark: bool = False,
    ) -> Page:
        """A fresh browser profile in which that engineer has chosen themselves; `path` is drawn when this returns."""
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        page = context.new_page()
        page.on("console", lambda said: self.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.goto(f"{self.url}/sign-in")
        page.get_by_role("button", name=email).click()
        page.wait_for_selector(HEADER)
        if path != "/":
            self.go(page, path)
        return page

    def go(self, page: Page, path: str) -> None:
        """As by typing the address."""
        page.goto(f"{self.url}{path}")
        page.wait_for_selector(HEADER)

    def health(self) -> bytes:
        """What /healthz says."""
        with _DIRECTLY.open(f"{self.url}/healthz", timeout=5) as answer:
            return bytes(answer.read())


@contextmanager
def dashboard(database: Database, log: Path, *engineers: str, **settings: str) -> Iterator[Dashboard]:
    """Runs `shiftbot dashboard` as an operator does, with the settings of the local rung unless others are given."""
    bind = settings.get("DASHBOARD_BIND") or f"127.0.0.1:{free_port()}"
    with database.connect() as conn:
        conn.execute(sql.SQL("alter role shiftbot_dashboard login password {}").format(sql.Literal(PASSWORD)))
    url = f"http://{bind}"
    environment = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")
    } | {
        "DASHBOARD_DATABASE_URL": (
            f"postgresql://shiftbot_dashboard:{PASSWORD}@127.0.0.1:{database.server.port}/{database.name}"
        ),
        "DASHBOARD_COOKIE_SECRET": "c" * 40,
        "DASHBOARD_BIND": bind,
        "DASHBOARD_URL": url,
        "DASHBOARD_LOCAL_ENGINEERS": ",".join(engineers),
    }
    process = Warm(environment | settings, log)
    running = Dashboard(url, log, process)
    try:
        assert eventually(lambda: _answers(running) or process.poll() is not None), log.read_text()
        assert process.poll() is None, log.read_text()
        yield running
    finally:
        process.terminate()
        process.wait(15)


def _answers(running: Dashboard) -> bool:
    try:
        return bool(running.health())
    except OSError:
        return False
