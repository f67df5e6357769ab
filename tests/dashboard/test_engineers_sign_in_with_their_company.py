"""Signing in with a certified OpenID provider, in a real browser: in, refused, thrown out, and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from shiftbot.local.ports import free_port
from tests.dashboard.conftest import Serve
from tests.db.world import World
from tests.support.dashboard import HEADER, Dashboard
from tests.support.openid import authenticate, openid_provider

pytestmark = pytest.mark.newest_postgres
UNVERIFIED = "cleo@example.com"


@contextmanager
def company(serve: Serve) -> Iterator[Dashboard]:
    bind = f"127.0.0.1:{free_port()}"
    with openid_provider(f"http://{bind}", UNVERIFIED) as settings:
        yield serve(DASHBOARD_BIND=bind, **settings)


def arrive(shown: Dashboard, browser: Browser, email: str) -> Page:
    """Opens the dashboard and signs in as that address."""
    page = browser.new_context().new_page()
    page.goto(shown.url)
    page.get_by_role("button", name="Sign in with your company account").click()
    authenticate(page, email)
    return page


def test_in_and_out_again(world: World, serve: Serve, browser: Browser) -> None:
    ada = world.engineer("Ada")
    with company(serve) as shown:
        page = arrive(shown, browser, "ada@example.com")
        expect(page.locator(HEADER)).to_contain_text("Ada")
        page.reload()  # the cookie outlives the page
        expect(page.locator(HEADER)).to_contain_text("Ada")

        world.do("update public.engineers set is_active = false where id = %s", ada)
        expect(page.get_by_text("This address belongs to no active engineer.")).to_be_visible(timeout=15_000)
        world.do("update public.engineers set is_active = true where id = %s", ada)
        expect(page.locator(HEADER)).to_be_visible(timeout=15_000)

        page.locator("summary").click()
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Yes, sign me out").click()  # the provider asks as well
        expect(page.get_by_role("button", name="Sign in with your company account")).to_be_visible()
        page.reload()
        expect(page.locator(HEADER)).to_have_count(0)


def test_an_address_nobody_vouches_for_is_refused(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Cleo")
    with company(serve) as shown:
        page = arrive(shown, browser, UNVERIFIED)

        expect(page.get_by_text(f"does not vouch for the address {UNVERIFIED}")).to_be_visible()
        expect(page.locator(HEADER)).to_have_count(0)


def test_who_is_no_engineer_is_told_whom_to_ask(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    with company(serve) as shown:
        page = arrive(shown, browser, "mallory@example.com")

        expect(page.get_by_text("This address belongs to no active engineer. Ask an admin")).to_be_visible()
        expect(page.locator(HEADER)).to_have_count(0)


def test_the_page_without_passwords_is_not_there(world: World, serve: Serve, browser: Browser) -> None:
    world.engineer("Ada")
    with company(serve) as shown:
        page = browser.new_context().new_page()
        page.goto(f"{shown.url}/sign-in")  # any path is Streamlit's
        expect(page.get_by_text("Who are you today?")).to_have_count(0)
        page.context.add_cookies(
            [{"name": "shiftbot_local_engineer", "value": "ada@example.com", "url": shown.url}]
        )
        page.goto(shown.url)
        expect(page.get_by_role("button", name="Sign in with your company account")).to_be_visible()
