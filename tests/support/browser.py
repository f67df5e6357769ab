"""A real browser: Debian's Chromium where it is installed, else the one that Playwright brings."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_REMEDY = (
    "No browser for the dashboard's tests: apt-get install chromium, or python -m playwright install chromium"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser, headless. Fails the test with one line that says what to install."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, _NAMES)), None)
        try:
            browser = playwright.chromium.launch(executable_path=found or _playwrights_own(), args=_OPTIONS)
        except Error:
            pytest.fail(_REMEDY, pytrace=False)
        try:
            yield browser
        finally:
            browser.close()


def _playwrights_own() -> None:
    """Fetches it where it can be fetched; launching says whether it is there."""
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True
    )
