"""The board in a browser: it moves by itself, is steered by keyboard, address and thumb, and shows anybody's words as words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from shiftbot.sim.project import SupabaseSim
from tests.dashboard.conftest import Serve
from tests.db.paging import Pager
from tests.db.world import World
from tests.support.dashboard import PHONE, Dashboard
from tests.support.live import live

pytestmark = pytest.mark.newest_postgres
SOON = 4000  # sooner than pages that only poll
HOSTILE = "<img src=x onerror=alert(1)> **bold** [a](javascript:alert(1)) $x^2$ :red[no] \u202eesrever\u202c a\u200bb"


@pytest.fixture
def shown(world: World, serve: Serve, project: SupabaseSim) -> Dashboard:
    pager = Pager(world)
    pager.engineer("Ada", on_call=True)
    pager.engineer("Ben")
    world.source()
    return live(world, project, serve, "Ada", "Ben")


def reported(world: World, number: int, body: str = "It is down") -> int:
    """A ticket of a customer of its own."""
    ticket = world.says(body, message=number, author=f"telegram:{number}").ticket_id
    assert ticket is not None
    return ticket


def row(page: Page, ticket: int) -> Locator:
    return page.locator("li.ticket", has=page.locator(".number", has_text=re.compile(f"^#{ticket}$")))


def numbers(page: Page) -> list[str]:
    return page.locator("li.ticket .number").all_text_contents()


def top(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"]


def search(page: Page) -> Locator:
    return page.get_by_placeholder("Search titles")


def test_a_ticket_that_moves_does_so_on_every_open_screen(
    world: World, shown: Dashboard, browser: Browser
) -> None:
    tickets = [reported(world, n) for n in range(1, 41)]
    ada = shown.sign_in(browser, "ada@example.com")
    ben = shown.sign_in(browser, "ben@example.com", "/?view=lanes")
    expect(row(ada, tickets[0])).to_be_visible()
    search(ada).press_sequentially("half-ty")
    row(ada, tickets[10]).scroll_into_view_if_needed()
    before = top(row(ada, tickets[10]))

    world.says(
        "Still down", message=100, author="telegram:1", refers_to="telegram:-1001/1", thread_key="msg:1"
    )

    expect(row(ada, tickets[0])).to_contain_text("Still down", timeout=SOON)
    expect(row(ben, tickets[0])).to_contain_text("Still down", timeout=SOON)
    assert numbers(ada)[0] == f"#{tickets[0]}"
    assert abs(top(row(ada, tickets[10])) - before) < 1  # what she looks at stays where it is
    expect(search(ada)).to_have_value("half-ty")
    assert ada.evaluate("document.activeElement.tagName") == "INPUT"
    search(ada).press_sequentially("ped")
    expect(search(ada)).to_have_value("half-typed")


def test_a_phone_acknowledges_with_one_thumb(world: World, shown: Dashboard, browser: Browser) -> None:
    ticket = Pager(world).escalated_report()
    ben = shown.sign_in(browser, "ben@example.com")
    phone = shown.sign_in(browser, "ada@example.com", size=PHONE, dark=True)
    expect(row(ben, ticket)).to_contain_text("rings Ada")
    button = row(phone, ticket).get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button.click()

    expect(row(ben, ticket)).to_contain_text("Ada has it", timeout=SOON)
    expect(row(phone, ticket).get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(phone.get_by_text(f"You have ticket {ticket}.")).to_be_visible()
    assert world.status(ticket) == "escalated"
    assert "acknowledged" in world.journal(ticket)


def test_what_is_shown_is_in_the_address(world: World, shown: Dashboard, browser: Browser) -> None:
    reported(world, 1, "The export is broken")
    other = reported(world, 2, "Login fails")
    world.append(other, "closed")
    page = shown.sign_in(browser, "ada@example.com")
    search(page).fill("login")
    search(page).press("Enter")
    expect(page.get_by_role("heading", name="No ticket is like that")).to_be_visible()
    page.get_by_role("button", name="Closed").click()
    expect(row(page, other)).to_be_visible()
    assert "q=login" in page.url
    assert "status=closed" in page.url

    colleague = shown.sign_in(browser, "ben@example.com", page.url.removeprefix(shown.url))
    expect(row(colleague, other)).to_be_visible()
    assert numbers(colleague) == [f"#{other}"]
    expect(search(colleague)).to_have_value("login")

    row(page, other).get_by_role("link").click()
    expect(page.locator(".head .number")).to_have_text(f"#{other}")
    page.get_by_role("link", name="Board").last.click()
    expect(search(page)).to_have_value("login")
    expect(page.locator("li.ticket .number")).to_have_text([f"#{other}"])
    page.get_by_role("button", name="Clear").click()
    expect(page).to_have_url(f"{shown.url}/")
    expect(page.locator("li.ticket")).to_have_count(1)


def test_filters_narrow_it_down(world: World, shown: Dashboard, browser: Browser) -> None:
    mine, others = reported(world, 1), reported(world, 2)
    ada = world.value("select id from public.engineers where name = 'Ada'")
    world.do("update public.tickets set assigned_engineer_id = %s where id = %s", ada, mine)
    page = shown.sign_in(browser, "ada@example.com")
    expect(page.locator("li.ticket")).to_have_count(2)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Assignee").click()
    page.get_by_role("option", name="Nobody").click()
    expect(page.locator("li.ticket")).to_have_count(1)
    assert numbers(page) == [f"#{others}"]
    expect(page.get_by_role("button", name="Filter · 1")).to_be_visible()


def test_the_keyboard_goes_through_the_tickets(world: World, shown: Dashboard, browser: Browser) -> None:
    first, second = reported(world, 1), reported(world, 2)
    page = shown.sign_in(browser, "ada@example.com")
    expect(row(page, second)).to_be_visible()
    expect(search(page)).to_be_editable()  # it comes by itself, and there was nothing yet to put the focus on
    page.keyboard.press("/")
    expect(search(page)).to_be_focused()
    page.keyboard.type("jk")  # typed, not obeyed
    expect(search(page)).to_have_value("jk")
    search(page).fill("")
    search(page).blur()
    page.keyboard.press("j")
    expect(row(page, second).get_by_role("link")).to_be_focused()
    page.keyboard.press("j")
    expect(row(page, first).get_by_role("link")).to_be_focused()
    world.append(second, "note", "moves")  # the focus stays where it is
    page.keyboard.press("Enter")
    expect(page.locator(".head .number")).to_have_text(f"#{first}")


def test_whoever_came_to_the_header_by_keyboard_stays_there(
    world: World, shown: Dashboard, browser: Browser
) -> None:
    ticket = reported(world, 1)
    page = shown.sign_in(browser, "ada@example.com")
    health = page.get_by_role("link", name="Health")
    health.focus()
    world.append(ticket, "note", "moves")
    world.says("Still down", message=2, author="telegram:2")
    expect(page.locator("li.ticket")).to_have_count(2, timeout=SOON)
    expect(health).to_be_focused()


def test_hostile_words_are_words(world: World, shown: Dashboard, browser: Browser) -> None:
    ticket = reported(world, 1, f"{HOSTILE} {'x' * 5000}")
    world.do("update public.tickets set title = %s where id = %s", HOSTILE, ticket)
    for size in (None, PHONE):
        page = shown.sign_in(browser, "ada@example.com", **({"size": size} if size else {}))
        expect(row(page, ticket).locator(".title")).to_have_text(HOSTILE)
        expect(row(page, ticket).locator(".snippet")).to_contain_text("<img src=x onerror=alert(1)> **bold**")
        assert page.locator("li.ticket img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.console == []


def test_many_tickets_come_a_page_at_a_time(world: World, shown: Dashboard, browser: Browser) -> None:
    tickets = [reported(world, n) for n in range(1, 222)]
    page = shown.sign_in(browser, "ada@example.com")
    for shown_now in (50, 100, 150, 200):
        expect(page.locator("li.ticket")).to_have_count(shown_now)
        page.get_by_role("button", name="Show more").click()
    expect(page.locator("li.ticket")).to_have_count(21)
    assert numbers(page)[-1] == f"#{tickets[0]}"
    page.get_by_role("button", name="Back to the newest").click()
    expect(page.locator("li.ticket")).to_have_count(50)
    assert numbers(page)[0] == f"#{tickets[-1]}"


def test_the_layout_is_remembered(world: World, shown: Dashboard, browser: Browser) -> None:
    reported(world, 1)
    page = shown.sign_in(browser, "ada@example.com")
    expect(page.locator(".lists.list")).to_be_visible()
    page.get_by_role("button", name="Lanes").click()
    expect(page.locator(".lists.lanes .lane")).to_have_count(5)
    shown.go(page, "/")
    expect(page.locator(".lists.lanes .lane").first).to_contain_text("It is down")
    page.locator("header.top").get_by_role("link", name="Health").click()
    expect(page.get_by_text("Stalled pages")).to_be_visible()


def test_an_empty_board_says_how_tickets_come(world: World, shown: Dashboard, browser: Browser) -> None:
    page = shown.sign_in(browser, "ada@example.com")
    expect(page.get_by_role("heading", name="No tickets yet")).to_be_visible()
    expect(page.get_by_text('shiftbot say telegram "the site is down"')).to_be_visible()
    world.append(reported(world, 1), "closed")
    expect(page.get_by_role("heading", name="All done")).to_be_visible(timeout=SOON)
