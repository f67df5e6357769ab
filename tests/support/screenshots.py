"""The pictures of the README: python -m tests.support.screenshots FOLDER, or make screenshots.

Runs the demo's play in a home of its own and photographs every page as an engineer sees it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Page

from shiftbot.local import conversations, team
from shiftbot.local.home import Home
from shiftbot.local.people import Slack, Telegram
from shiftbot.local.reader import Reader
from shiftbot.local.rest import Rest
from shiftbot.local.rung import running
from tests.support.browser import chromium
from tests.support.dashboard import HEADER, PHONE

WIDE, TALL = (1280, 800), (1280, 1060)
_REST_SECONDS = 120.0


def main(folder: Path) -> None:
    """Writes one picture a page, the board in the dark and on a phone too."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="shiftbot-screenshots-") as home,
        chromium() as browser,
        running(Home(Path(home)), fresh=True, tell=_tell) as settings,
    ):
        _play(settings)
        _plan(settings)
        serious = _let_it_ring(settings)
        for name, path, size, dark in (
            ("playground", "/playground", WIDE, False),  # first, while the phone rings
            ("board", "/", WIDE, False),
            ("board-dark", "/", WIDE, True),
            ("board-phone", "/", PHONE, False),
            ("ticket", f"/ticket?id={serious}", WIDE, False),
            ("on-call", "/on-call", WIDE, False),
            ("health", "/health", TALL, False),
        ):
            page = _page(browser, settings["DASHBOARD_URL"], path, size, dark)
            page.screenshot(path=folder / f"{name}.png")
            page.context.close()
            _tell(str(folder / f"{name}.png"))


def _play(settings: dict[str, str]) -> None:
    """Every conversation of the demo, until all tickets rest."""
    stage = conversations.Stage(Telegram(settings["TELEGRAM_SIM_URL"]), Slack(settings["SLACK_SIM_URL"]))
    count = len(conversations.PLAY)
    with team.awake(settings), Reader(settings["DATABASE_URL"], 30.0) as reader:
        with ThreadPoolExecutor(count) as pool:
            problems = [
                problem
                for story in [pool.submit(conversations.play, stage, number) for number in range(count)]
                if (problem := story.result())
            ]
        if problems:
            raise SystemExit("\n".join(problems))
        rest, deadline = Rest(reader, stage.telegram), time.monotonic() + _REST_SECONDS
        while not rest.is_reached():
            if time.monotonic() > deadline:
                raise SystemExit("the play did not come to rest")
            time.sleep(0.2)


def _plan(settings: dict[str, str]) -> None:
    """A rota with an override in it."""
    with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as conn:
        conn.execute(
            "insert into public.rotations (name, engineer_ids, shift_days, time_zone, starts_on)"
            " select 'three days each', array_agg(id order by is_on_call desc, id), 3, 'Europe/Berlin', current_date"
            " from public.engineers where is_active"
        )
        conn.execute(
            "select private.override_shift(id, now() + interval '50 hours', now() + interval '62 hours', 'a swap')"
            " from public.engineers where not is_on_call and is_active order by id limit 1"
        )


def _let_it_ring(settings: dict[str, str]) -> int:
    """One more report that nobody acknowledges yet; its ticket."""
    with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as conn:
        conn.execute("update public.app_settings set storm_window = interval '0'")
        telegram = Telegram(settings["TELEGRAM_SIM_URL"])
        telegram.enter(7_700_001, "Mira")
        telegram.do(
            "say", chat=7_700_001, user=7_700_001, text="Production is down, nobody of us can log in!"
        )
        for _ in range(300):
            row = conn.execute(
                "select ticket_id from ops.pages where state = 'ringing' order by ticket_id desc limit 1"
            ).fetchone()
            if row:
                return int(row[0])
            time.sleep(0.1)
    raise SystemExit("nobody was rung")


def _page(browser: Browser, url: str, path: str, size: tuple[int, int], dark: bool) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size is PHONE else 1,
        color_scheme="dark" if dark else "light",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="ben@example.com").click()
    page.wait_for_selector(HEADER)
    page.goto(f"{url}{path}")
    page.wait_for_selector(HEADER)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # drawn, and its highlights faded
    return page


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
